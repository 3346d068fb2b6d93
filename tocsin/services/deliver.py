"""Deliver the alerts that wait in the outbox: claim, send, mark.

Each channel is served by one worker at a time, its alerts in order, and a failure leaves the rest of them to a later
tick: a channel that is slow or broken holds up nobody but itself.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from threading import Lock
from typing import TypeAlias

from tocsin.channels.port import DeliveryFailed, Notice
from tocsin.channels.registry import Registry
from tocsin.services.notices import Notices
from tocsin.signals import alert_sent, announce
from tocsin.stores.alerts import Alert, Alerts, Taken
from tocsin.stores.channels import Channels, StoredChannel
from tocsin.stores.check_items import shards
from tocsin.stores.table import StoreError

_log = logging.getLogger(__name__)

LEASE = timedelta(seconds=90)
"""How long a claimed alert is left alone; longer than a tick's time and a delivery's together."""
GIVE_UP = timedelta(hours=24)
"""How long an alert is tried."""
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 2, 5, 10, 30))
"""The wait after the first failed attempt, the second, and so on; the last one from then on."""
TURN = timedelta(seconds=5)
"""How long an alert steps back for an earlier one of its check that another process may be delivering right now."""
_PAGES = 10
"""Of 500 alerts, in each shard, that one tick looks at."""


_INTERNAL = "An internal error; the log of the server tells more"


@dataclass(slots=True)
class Delivered:
    sent: int = 0
    failed: int = 0
    complete: bool = True

    def take(self, other: Delivered) -> None:
        self.sent += other.sent
        self.failed += other.failed
        self.complete = self.complete and other.complete


Round: TypeAlias = "Future[Delivered]"
"""What one worker does for one channel."""


@dataclass(slots=True)
class Courier:
    """Holds the workers, one for each channel that has something to do. One a process; any thread may call."""

    alerts: Alerts
    channels: Channels
    kinds: Registry
    notices: Notices
    workers: int = 32
    _lines: dict[str, deque[Alert]] = field(default_factory=dict, init=False)
    """What waits for each channel that has a worker now."""
    _lock: Lock = field(default_factory=Lock, init=False)
    _pool: ThreadPoolExecutor | None = field(default=None, init=False)

    def begin(
        self, *, now: datetime, out_of_time: Callable[[], bool], alerts: Iterable[Alert] | None = None
    ) -> list[Round]:
        """Begin to deliver these alerts, or all that are due; `settle` tells what came of it.

        Begins no delivery once `out_of_time` says so.
        """
        due = sorted(self._due(now) if alerts is None else alerts, key=_in_turn)
        by_channel = groupby(due, key=lambda alert: alert.channel_id)
        new = alerts is not None
        rounds = [self._submit(channel_id, list(own), now, out_of_time, new=new) for channel_id, own in by_channel]
        return [one for one in rounds if one]

    def settle(self, rounds: Iterable[Round], *, wait_for: timedelta | None) -> Delivered:
        """Wait so long, or to the end, and count; what takes longer goes on by itself."""
        finished, unfinished = wait(rounds, timeout=None if wait_for is None else wait_for.total_seconds())
        delivered = Delivered(complete=not unfinished)
        for one in finished:
            delivered.take(one.result())
        return delivered

    def close(self) -> None:
        """Wait for the deliveries under way."""
        if self._pool:
            self._pool.shutdown()

    def _due(self, now: datetime) -> Iterator[Alert]:
        for shard in shards("alert"):
            cursor: str | None = None
            for _ in range(_PAGES):
                found, cursor = self.alerts.due(shard, now, cursor=cursor)
                yield from found
                if cursor is None:
                    break

    def _submit(
        self, channel_id: str, alerts: Sequence[Alert], now: datetime, out_of_time: Callable[[], bool], *, new: bool
    ) -> Round | None:
        """Give the channel a worker, or its worker more to do; what is not `new` comes up again by itself."""
        with self._lock:
            if channel_id in self._lines:
                self._lines[channel_id].extend(alerts if new else ())
                return None
            self._lines[channel_id] = deque(alerts)
            self._pool = self._pool or ThreadPoolExecutor(self.workers, thread_name_prefix="courier")
        # In our context, so that the log names the same request.
        return self._pool.submit(copy_context().run, self._serve, channel_id, now, out_of_time)

    def _serve(self, channel_id: str, now: datetime, out_of_time: Callable[[], bool]) -> Delivered:
        delivered = Delivered()
        closed_until: datetime | None = None
        while alert := self._next(channel_id):
            if out_of_time():
                delivered.complete = False
                continue
            try:
                closed_until = self._attempt(alert, delivered, now, closed_until)
            except Exception:  # noqa: BLE001 (the store may be out of reach, or the alert damaged; it stays due)
                _log.exception("Alert %s was not handled; a later tick tries again", alert.idempotency_key)
                delivered.complete = False
        return delivered

    def _next(self, channel_id: str) -> Alert | None:
        """What the channel's worker does next; None ends its work."""
        with self._lock:
            line = self._lines[channel_id]
            if line:
                return line.popleft()
            del self._lines[channel_id]
            return None

    def _attempt(
        self, alert: Alert, delivered: Delivered, now: datetime, closed_until: datetime | None
    ) -> datetime | None:
        """Try one alert, unless its channel failed in this round; returns until when the channel is left alone."""
        try:
            if closed_until:
                self.alerts.put_off(alert, until=closed_until)
            elif self.alerts.earlier_waits(alert):
                self.alerts.put_off(alert, until=now + TURN)
            else:
                return self._send(self.alerts.claim(alert, until=now + LEASE), delivered, now)
        except Taken:
            pass
        return closed_until

    def _send(self, alert: Alert, delivered: Delivered, now: datetime) -> datetime | None:
        """Deliver a claimed alert; returns when to try again if the channel is in no state to take it."""
        channel = self.channels.get(alert.project, alert.channel_id)
        if channel is None or channel.disabled:
            self.alerts.finish(alert, now=now, error="not sent")
            return None
        notice, failure = self._tell(alert, channel)
        if notice is None and failure is None:
            # The check is gone, or the channel is not meant to tell of this: nobody waits for it.
            self.alerts.finish(alert, now=now, error="not sent")
            return None
        self.channels.note_result(
            channel, now=now, error=str(failure or ""), disable=failure is not None and failure.permanent
        )
        if failure is None:
            delivered.sent += 1
            self.alerts.finish(alert, now=now)
            announce(alert_sent, alert.check_id, channel=channel.id, flip=alert.flip, project=alert.project)
            return None
        delivered.failed += 1
        return self._after_failure(alert, failure, now)

    def _tell(self, alert: Alert, channel: StoredChannel) -> tuple[Notice | None, DeliveryFailed | None]:
        """What was told, if anything had to be, and what went wrong."""
        try:
            notice = self.notices.of(alert)
            if notice is None or not self.kinds.get(channel.kind).wants(channel.config, up=notice.up):
                return None, None
        except StoreError:
            raise
        except Exception:  # noqa: BLE001 (a damaged check, a plug-in that is gone: this alert's trouble alone)
            _log.exception("Alert %s can't be told", alert.idempotency_key)
            return None, DeliveryFailed(_INTERNAL)
        return notice, hand_over(self.kinds, channel, notice)

    def _after_failure(self, alert: Alert, failure: DeliveryFailed, now: datetime) -> datetime:
        again = now + BACK_OFF[min(alert.attempts, len(BACK_OFF)) - 1]
        if failure.permanent or now - alert.written > GIVE_UP:
            _log.error("Gave up on alert %s: %s", alert.idempotency_key, failure)
            self.alerts.finish(alert, now=now, error=str(failure))
        else:
            self.alerts.put_off(alert, until=again, error=str(failure))
        return again


def _in_turn(alert: Alert) -> tuple[str, datetime, int]:
    return alert.channel_id, alert.flip.at, alert.flip.n


def hand_over(kinds: Registry, channel: StoredChannel, notice: Notice) -> DeliveryFailed | None:
    """Try once to deliver; returns what went wrong."""
    try:
        kinds.get(channel.kind).send(channel.config, notice)
    except DeliveryFailed as failure:
        _log.warning("Channel %s (%s) failed: %s", channel.id, channel.kind, failure)
        return failure
    except Exception:  # noqa: BLE001 (a bug in one kind of channel is that channel's trouble alone)
        _log.exception("Channel %s (%s) broke down", channel.id, channel.kind)
        return DeliveryFailed(_INTERNAL)
    return None

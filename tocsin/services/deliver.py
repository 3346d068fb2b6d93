"""Deliver the alerts that wait in the outbox: claim, send, mark.

Each channel is served by one worker at a time, its alerts in order, and a failure leaves the rest of them to a later
tick: a channel that is slow or broken holds up nobody but itself.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from threading import Lock

from tocsin.channels.port import DeliveryFailed, Notice
from tocsin.channels.registry import Registry
from tocsin.services.notices import Notices
from tocsin.signals import alert_sent, announce
from tocsin.stores.alerts import Alert, Alerts, Taken
from tocsin.stores.channels import Channels, StoredChannel
from tocsin.stores.check_items import shards

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


@dataclass(slots=True)
class Delivered:
    sent: int = 0
    failed: int = 0
    complete: bool = True

    def take(self, other: Delivered) -> None:
        self.sent += other.sent
        self.failed += other.failed
        self.complete = self.complete and other.complete


@dataclass(slots=True)
class Courier:
    """Holds the workers, and which channels they are busy with. One a process; any thread may call."""

    alerts: Alerts
    channels: Channels
    kinds: Registry
    notices: Notices
    workers: int = 32
    _busy: set[str] = field(default_factory=set, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)
    _pool: ThreadPoolExecutor | None = field(default=None, init=False)

    def deliver(self, *, now: datetime, out_of_time: Callable[[], bool], wait_for: timedelta | None) -> Delivered:
        """Deliver what is due, and wait so long for it; what takes longer goes on by itself.

        Begins no delivery once `out_of_time` says so.
        """
        rounds = [self._submit(channel_id, waiting, now, out_of_time) for channel_id, waiting in self._waiting(now)]
        patience = None if wait_for is None else wait_for.total_seconds()
        finished, unfinished = wait([one for one in rounds if one], timeout=patience)
        delivered = Delivered(complete=not unfinished)
        for one in finished:
            delivered.take(one.result())
        return delivered

    def close(self) -> None:
        """Wait for the deliveries under way."""
        if self._pool:
            self._pool.shutdown()

    def _waiting(self, now: datetime) -> Iterable[tuple[str, Sequence[Alert]]]:
        due = [alert for shard in shards("alert") for alert in self._due(shard, now)]
        due.sort(key=lambda alert: (alert.channel_id, alert.flip.at, alert.flip.n))
        for channel_id, alerts in groupby(due, key=lambda alert: alert.channel_id):
            yield channel_id, list(alerts)

    def _due(self, shard: str, now: datetime) -> Iterator[Alert]:
        cursor: str | None = None
        for _ in range(_PAGES):
            found, cursor = self.alerts.due(shard, now, cursor=cursor)
            yield from found
            if cursor is None:
                return

    def _submit(
        self, channel_id: str, waiting: Sequence[Alert], now: datetime, out_of_time: Callable[[], bool]
    ) -> Future[Delivered] | None:
        with self._lock:
            if channel_id in self._busy:
                return None
            self._busy.add(channel_id)
            self._pool = self._pool or ThreadPoolExecutor(self.workers, thread_name_prefix="courier")
        return self._pool.submit(self._serve, channel_id, waiting, now, out_of_time)

    def _serve(
        self, channel_id: str, waiting: Sequence[Alert], now: datetime, out_of_time: Callable[[], bool]
    ) -> Delivered:
        delivered = Delivered()
        try:
            closed_until: datetime | None = None
            for alert in waiting:
                if out_of_time():
                    delivered.complete = False
                    break
                closed_until = self._attempt(alert, delivered, now, closed_until)
        finally:
            with self._lock:
                self._busy.discard(channel_id)
        return delivered

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
        notice = self.notices.of(alert) if channel and not channel.disabled else None
        if channel is None or notice is None or not self._wanted(channel, notice):
            # Deleted, switched off, or not meant to tell of this: nobody waits for it.
            self.alerts.finish(alert, now=now, error="not sent")
            return None
        failure = hand_over(self.kinds, channel, notice)
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

    def _wanted(self, channel: StoredChannel, notice: Notice) -> bool:
        return self.kinds.get(channel.kind).wants(channel.config, up=notice.up)

    def _after_failure(self, alert: Alert, failure: DeliveryFailed, now: datetime) -> datetime:
        again = now + BACK_OFF[min(alert.attempts, len(BACK_OFF)) - 1]
        if failure.permanent or now - alert.written > GIVE_UP:
            _log.error("Gave up on alert %s: %s", alert.idempotency_key, failure)
            self.alerts.finish(alert, now=now, error=str(failure))
        else:
            self.alerts.put_off(alert, until=again, error=str(failure))
        return again


def hand_over(kinds: Registry, channel: StoredChannel, notice: Notice) -> DeliveryFailed | None:
    """Try once to deliver; returns what went wrong."""
    try:
        kinds.get(channel.kind).send(channel.config, notice)
    except DeliveryFailed as failure:
        _log.warning("Channel %s (%s) failed: %s", channel.id, channel.kind, failure)
        return failure
    except Exception:  # noqa: BLE001 (a bug in one kind of channel is that channel's trouble alone)
        _log.exception("Channel %s (%s) broke down", channel.id, channel.kind)
        return DeliveryFailed("An internal error; the log of the server tells more")
    return None

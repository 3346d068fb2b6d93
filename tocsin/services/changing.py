"""How every change of a check's status is made, whoever causes it: read, decide, write if nothing came between."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock

from msgspec import Struct

from tocsin.domain.flip import Flip
from tocsin.signals import announce, check_flipped
from tocsin.stores.alerts import Alert, put_alert
from tocsin.stores.channels import MAX_CHANNELS, Channels
from tocsin.stores.check_items import Stored
from tocsin.stores.check_writes import Change
from tocsin.stores.checks import Checks, Outdated

_log = logging.getLogger(__name__)

TRIES = 60
"""Enough for dozens of processes that write to one check at the same moment: each round somebody wins."""
_MAX_PAUSE = 0.05
"""Seconds, drawn at random, between two tries."""
_TURNS = [Lock() for _ in range(64)]
"""Threads of this process that lost a race for a check queue here, so that they don't lose to each other again."""


class UnknownCheck(Exception):
    """No check has this id."""


class Busy(Exception):
    """Too many others wrote to this check at the same moment; nothing was written, and trying again may help."""


class Done(Struct, frozen=True):
    """The state that was decided on, and the change that was written of it; None if there was nothing to write."""

    read: Stored
    change: Change | None
    alerts: Sequence[Alert] = ()
    """What was put into the outbox."""


def change(
    checks: Checks,
    check_id: str,
    decide: Callable[[Stored], Change | None],
    *,
    now: datetime,
    read: Stored | None = None,
) -> Done:
    """Write what `decide` makes of the check, and its alerts with it; None from `decide` writes nothing.

    `decide` is asked again for every state that another writer got in first with; `read` saves the first reading.
    Raises UnknownCheck, Busy.
    """
    try:
        done = _try(checks, check_id, decide, now=now, read=read, tries=1)
    except Busy:
        with _TURNS[hash(check_id) % len(_TURNS)]:
            done = _try(checks, check_id, decide, now=now, read=None, tries=TRIES)
    if done.change and done.change.outcome.flip:
        tell(done.read, done.change.outcome.flip)
    return done


def _try(
    checks: Checks,
    check_id: str,
    decide: Callable[[Stored], Change | None],
    *,
    now: datetime,
    read: Stored | None,
    tries: int,
) -> Done:
    stored = read
    for attempt in range(tries):
        stored = stored or checks.get(check_id)
        if stored is None:
            raise UnknownCheck(check_id)
        decided = decide(stored)
        if decided is None:
            return Done(stored, None)
        try:
            alerts = _commit(checks, stored, decided, now)
        except Outdated as outdated:
            stored = outdated.stored
            if attempt:
                time.sleep(random.uniform(0, min(_MAX_PAUSE, 0.001 * 2**attempt)))  # noqa: S311 (no secret)
        else:
            return Done(stored, decided, alerts)
    raise Busy(check_id)


def _commit(checks: Checks, stored: Stored, decided: Change, now: datetime) -> Sequence[Alert]:
    alerts = _alerts(checks, stored, decided, now)
    checks.commit(stored, decided, also=[put_alert(alert) for alert in alerts])
    return alerts


def _alerts(checks: Checks, stored: Stored, decided: Change, now: datetime) -> list[Alert]:
    flip = decided.outcome.flip
    if flip is None or not flip.alerts:
        return []
    info = decided.edit.new if decided.edit else checks.info(stored.check.id)
    # Ids of deleted channels linger; all of them would burst the transaction one day.
    there = {channel.id for channel in Channels(checks.table).of_project(stored.project)}
    channels = _tellable(stored.check.id, sorted(info.channels & there) if info else [])
    ping_n = decided.outcome.check.n_pings
    return [Alert(stored.check.id, stored.project, channel, flip, ping_n, now, due=now) for channel in channels]


def _tellable(check_id: str, channels: list[str]) -> list[str]:
    """As many as fit into the transaction of a flip: those hung up at once by several may be more."""
    if len(channels) > MAX_CHANNELS:
        _log.error("check %s has %d channels: the last ones are not told; delete some", check_id, len(channels))
    return channels[:MAX_CHANNELS]


def tell(stored: Stored, flip: Flip) -> None:
    """Tell the log and the listeners, who may take their time: nobody waits in line here any more."""
    _log.info("check %s: %s -> %s %s", stored.check.id, flip.old, flip.new, flip.reason)
    announce(check_flipped, stored.check.id, flip=flip, project=stored.project)

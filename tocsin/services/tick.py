"""One pass over what is due: silence that became too long, then alerts that wait to be delivered."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from tocsin.domain import transitions
from tocsin.domain.transitions import Outcome
from tocsin.services.changing import Busy, UnknownCheck, change
from tocsin.services.deliver import Courier
from tocsin.stores.alerts import Alert
from tocsin.stores.check_items import Stored, decode_state, shards
from tocsin.stores.check_writes import Change
from tocsin.stores.checks import Checks
from tocsin.stores.table import Item

_log = logging.getLogger(__name__)

PUT_OFF = timedelta(hours=1)
"""How far a check is pushed out that could not be judged: a sick record must not stop the line."""
_PAGE = 100
_PRUNINGS = 20
"""How many helpings of a log are cleared up at a time."""


@dataclass(slots=True)
class Ticked:
    """What a tick did, counted."""

    due: int = 0
    """Checks whose entry in the due index had come up."""
    down: int = 0
    rearmed: int = 0
    put_off: int = 0
    """Checks that could not be judged, and were pushed out."""
    sent: int = 0
    failed: int = 0
    """Deliveries that went wrong; those that may yet succeed come up again."""
    swept: int = 0
    complete: bool = True
    """False: time ran out, and the next tick goes on."""
    oldest_due: int = field(default=0, compare=False)
    """Seconds that the oldest of the entries had been up when the tick met it, whether or not its check was late: an
    entry lies before its check's deadline as often as on it. 0 for none; much more than the time between two ticks
    means that ticks lag. A measure, which makes no two ticks differ."""

    def as_dict(self) -> dict[str, int | bool]:
        return asdict(self)


@dataclass(slots=True)
class _Watched:
    alerts: list[Alert] = field(default_factory=list)
    """Put into the outbox."""
    met: list[Stored] = field(default_factory=list)


def tick(
    checks: Checks,
    courier: Courier,
    *,
    now: datetime,
    clock: datetime,
    out_of_time: Callable[[], bool],
    wait_for: timedelta | None,
) -> Ticked:
    """Turn down what fell silent and deliver what waits. Any number may run at once, early, late or cut short.

    `now` may be any moment that somebody wants to see acted upon; what expired is swept by the `clock` alone, or a look
    at next year would cost the logs. Nothing new is begun once `out_of_time` says so; deliveries under way are waited
    for as long as `wait_for`.
    """
    ticked = Ticked()
    rounds = courier.begin(now=now, out_of_time=out_of_time)  # these go out while we look for silence
    for shard in _shards(now):
        watched = _watch(checks, shard, ticked, now=now, out_of_time=out_of_time)
        rounds += courier.begin(now=now, out_of_time=out_of_time, alerts=watched.alerts)
        _prune(checks, watched.met, out_of_time)
    delivered = courier.settle(rounds, wait_for=wait_for)
    ticked.sent, ticked.failed = delivered.sent, delivered.failed
    ticked.swept = checks.table.sweep(int(min(now, clock).timestamp()))
    ticked.complete = ticked.complete and delivered.complete
    if not ticked.complete:
        _log.warning("This tick ran out of time; the next one goes on. %s", ticked.as_dict())
    return ticked


def _shards(now: datetime) -> list[str]:
    """Another one first each minute: a tick that runs out of time must not leave the same ones every time."""
    order = shards("check")
    first = int(now.timestamp()) // 60 % len(order)
    return order[first:] + order[:first]


def _watch(checks: Checks, shard: str, ticked: Ticked, *, now: datetime, out_of_time: Callable[[], bool]) -> _Watched:
    """Judge what is due in one part of the index."""
    watched = _Watched()
    cursor: str | None = None
    while True:
        nominated, cursor = checks.due(shard, now, limit=_PAGE, cursor=cursor)
        for state in nominated:
            if out_of_time():
                ticked.complete = False
                return watched
            ticked.due += 1
            _judge(checks, state, watched, ticked, now)
        if cursor is None:
            return watched


def _prune(checks: Checks, met: Sequence[Stored], out_of_time: Callable[[], bool]) -> None:
    """Clear up behind the checks that keep so many pings. Nothing here may hold an alert up."""
    for stored in met:
        if stored.keep.count is None or out_of_time():
            continue
        try:
            for _ in range(_PRUNINGS):
                if not checks.log.prune(stored) or out_of_time():
                    break
        except Exception:  # noqa: BLE001 (what is left is hidden anyway, and goes another time)
            _log.exception("The log of check %s was not cleared up", stored.check.id)


def _judge(checks: Checks, state: Item, watched: _Watched, ticked: Ticked, now: datetime) -> None:
    try:
        read = decode_state(state)
        ticked.oldest_due = max(ticked.oldest_due, _waited(read, now))
        _decide(read, now)
    except Exception:  # noqa: BLE001 (one sick record must not stop the line, whatever is wrong with it)
        _log.exception("Check %s could not be judged; looking again in an hour", state["pk"])
        checks.postpone(state, now + PUT_OFF)
        ticked.put_off += 1
        return
    try:
        done = change(checks, read.check.id, lambda stored: _decide(stored, now), now=now, read=read)
    except (UnknownCheck, Busy):
        # Deleted meanwhile, or so lively that the next tick is early enough.
        return
    except Exception:  # noqa: BLE001 (the store's trouble, as a rule: the check stays due, and the next tick tries again)
        _log.exception("Check %s was not written; the next tick tries again", read.check.id)
        ticked.complete = False
        return
    if done.change:
        ticked.down += done.change.outcome.flip is not None
        ticked.rearmed += done.change.rearm
    watched.alerts += done.alerts
    watched.met.append(done.read)


def _waited(read: Stored, now: datetime) -> int:
    """Seconds since the entry came up; negative where it was moved on after the index was asked."""
    return int((now - read.armed).total_seconds()) if read.armed else 0


def _decide(stored: Stored, now: datetime) -> Change | None:
    outcome = transitions.fall_due(stored.check, now=now)
    if outcome:
        return Change(outcome)
    if stored.armed is None or stored.armed > now:
        return None
    return Change(Outcome(stored.check), rearm=True)

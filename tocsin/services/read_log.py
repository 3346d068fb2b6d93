"""Read what a check went through: its pings with the durations of its runs, and its flips."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.domain.flip import Flip
from tocsin.domain.ping import FINISHES, Kind, Ping, durations
from tocsin.stores.check_items import Stored
from tocsin.stores.checks import Checks

_LOOKED_THROUGH = 500
"""How many pings before a page are searched, at most, for the starts of runs that end on it."""


class LogEntry(Struct, frozen=True):
    ping: Ping
    duration: timedelta | None
    """How long the run took that this ping ended."""


def read_log(
    checks: Checks,
    *,
    stored: Stored,
    now: datetime,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> list[LogEntry]:
    """The newest entries first, below number `before` or the next above `after`, with run durations (protocol 1.8).

    The durations of most runs stand in the log. Those of runs that overlapped are found by their starts: on the page,
    or in the _LOOKED_THROUGH entries before it.
    """
    pings = checks.log.pings(stored, now=now, limit=limit, before=before, after=after)
    found = durations(pings)
    if pings and (after or len(pings) == limit) and _starts_may_be_older(pings, found):
        older = checks.log.pings(stored, now=now, limit=_LOOKED_THROUGH, before=pings[-1].n)
        found = durations([*pings, *older])
    return [LogEntry(ping, found.get(ping.n)) for ping in pings]


def _starts_may_be_older(pings: Sequence[Ping], found: dict[int, timedelta]) -> bool:
    """Whether a run ends on this page that probably began before it.

    Who sends ids sends starts. An end without an id counts only where the page shows starts: most jobs send none.
    """
    starts = any(ping.kind is Kind.START for ping in pings)
    return any(ping.kind in FINISHES and ping.n not in found and (starts or ping.rid) for ping in pings)


def read_entry(checks: Checks, *, stored: Stored, n: int, now: datetime) -> LogEntry | None:
    """One ping with its whole body; None if there is none, or it is not kept any more."""
    ping = checks.log.ping(stored.check.id, n, now=now) if n >= stored.first_ping else None
    if ping is None or ping.at <= now - checks.log.age_for(stored.keep):
        return None
    if ping.kind in FINISHES and ping.duration is None and ping.rid:
        return LogEntry(ping, read_log(checks, stored=stored, now=now, limit=1, before=n + 1)[0].duration)
    return LogEntry(ping, ping.duration)


def read_flips(
    checks: Checks,
    *,
    stored: Stored,
    now: datetime,
    limit: int,
    start: datetime | None = None,
    before: tuple[datetime, int] | None = None,
) -> list[Flip]:
    """The newest first: those at or after `start` and before a moment or, of those that share it, a number."""
    return checks.log.flips(stored, now=now, limit=limit, start=start, before=before)

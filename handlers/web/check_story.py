"""What a check's page says about it: since when, why, what happens next, and how the last weeks went."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from handlers.web.pictures import Stretch, Year, strip, year
from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import FINISHES, Kind
from tocsin.domain.run_times import Run
from tocsin.domain.schedule import Incalculable
from tocsin.domain.transitions import fall_due
from tocsin.domain.uptime import Span, Tally, day_edges, month_edges, tallies
from tocsin.services.read_log import LogEntry

STRIP_DAYS = 14
YEAR_DAYS = 365
MONTHS = 12
SHOWN_MONTHS = 3
"""The others are there for whoever asks."""


class Episode(Struct, frozen=True):
    """A time in one status; `until` is None for the one that lasts."""

    status: Status
    began: datetime
    until: datetime | None
    reason: str

    def lasted(self, now: datetime) -> timedelta:
        return (self.until or now) - self.began


class Month(Struct, frozen=True):
    tally: Tally
    strip: Sequence[Stretch]


def since(check: Check, now: datetime) -> datetime | None:
    """When the status that people see began."""
    shown = check.displayed(now)
    if shown is check.status:
        return check.since
    if shown is Status.DOWN:
        # A run that fell due while the check was down turns it down again, but not before it came up.
        return max((at for at in (check.rings_at, check.since) if at), default=None)
    return check.schedule.next_after(check.last_ping) if check.last_ping else None


def reason(check: Check, flips: Sequence[Flip], now: datetime) -> Reason:
    """Why the check is down, also where no tick has noticed yet; empty where it is not, or an edit made it so."""
    if check.status is Status.DOWN:
        return flips[0].reason if flips else Reason.NONE
    with suppress(Incalculable):
        due = fall_due(check, now=now)
        return due.flip.reason if due and due.flip else Reason.NONE
    return Reason.NONE


def episodes(flips: Sequence[Flip]) -> list[Episode]:
    """The newest first, as the flips are."""
    ends = [None, *(flip.at for flip in flips)]
    return [Episode(flip.new, flip.at, end, flip.reason.value) for flip, end in zip(flips, ends, strict=False)]


def runs(log: Sequence[LogEntry]) -> list[Run]:
    """The runs that ended in this part of the log, the oldest first."""
    return [
        Run(entry.ping.n, entry.ping.at, entry.duration, entry.ping.kind is Kind.FAIL)
        for entry in reversed(log)
        if entry.ping.kind in FINISHES
    ]


def months(past: Sequence[Span], now: datetime) -> list[Month]:
    """The newest first; those before the check was made are left out."""
    found = tallies(past, month_edges(now, MONTHS))
    known = [tally for tally in found if tally.up or tally.down or tally.idle or tally.downtimes]
    return [Month(tally, strip(past, tally.began, tally.ended, hair=12)) for tally in reversed(known)]


def days(past: Sequence[Span], now: datetime) -> Year:
    return year(tallies(past, day_edges(now, YEAR_DAYS)))

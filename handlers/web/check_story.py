"""What a check's page says about it: since when, why, what happens next, and how the last weeks went."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.schedule import Incalculable
from tocsin.domain.transitions import fall_due

STRIP_DAYS = 14
STRIP_WIDTH = 1000
"""Units of the drawing that shows the last STRIP_DAYS days."""


class Episode(Struct, frozen=True):
    """A time in one status; `until` is None for the one that lasts."""

    status: Status
    began: datetime
    until: datetime | None
    reason: str

    def lasted(self, now: datetime) -> timedelta:
        return (self.until or now) - self.began


class Stretch(Struct, frozen=True):
    """A piece of the strip."""

    status: Status
    x: float
    width: float


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


def strip(check: Check, flips: Sequence[Flip], *, created: datetime, now: datetime) -> list[Stretch]:
    """The last days as stretches of colour, from left to right; before the check was made there is nothing."""
    left = now - timedelta(days=STRIP_DAYS)
    shown = episodes(flips)
    if not shown or shown[-1].began > max(created, left):
        first = flips[-1].old if flips else check.status
        shown = [*shown, Episode(first, created, shown[-1].began if shown else None, "")]
    return [_stretch(episode, left, now) for episode in reversed(shown) if (episode.until or now) > left]


def _stretch(episode: Episode, left: datetime, now: datetime) -> Stretch:
    unit = STRIP_WIDTH / (now - left).total_seconds()
    x = max((episode.began - left).total_seconds(), 0) * unit
    end = ((episode.until or now) - left).total_seconds() * unit
    # An outage of a minute is still an outage: a hair's breadth shows it.
    return Stretch(episode.status, round(x, 1), round(max(end - x, 2), 1))

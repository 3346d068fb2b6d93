"""How a check has spent its time: its flips as spans without gaps, and spans summed over days and months.

Days and months are UTC's: none of them is an hour short, and everybody who looks at a check sees the same numbers.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise

from msgspec import Struct

from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.schedule import Incalculable
from tocsin.domain.transitions import fall_due

_ZERO = timedelta()


class Span(Struct, frozen=True):
    """A time in one status; the newest one ends now."""

    status: Status
    began: datetime
    until: datetime
    reason: Reason = Reason.NONE

    @property
    def length(self) -> timedelta:
        return self.until - self.began


class Tally(Struct, frozen=True):
    """What became of the time from `began` to `ended`; the four lengths add up to it."""

    began: datetime
    ended: datetime
    up: timedelta = _ZERO
    down: timedelta = _ZERO
    idle: timedelta = _ZERO
    """New or paused: nobody watched, so nothing failed."""
    unknown: timedelta = _ZERO
    """Before the check was made, or yet to come."""
    downtimes: int = 0
    """Each that touches this time, however short it is and wherever else it lies."""

    @property
    def watched(self) -> bool:
        return bool(self.up or self.down)

    @property
    def uptime(self) -> float | None:
        """The share of the time known that it was not down; None where nobody watched at all."""
        known = self.up + self.down + self.idle
        return 1 - self.down / known if self.watched else None


def spans(check: Check, flips: Sequence[Flip], *, created: datetime, now: datetime) -> list[Span]:
    """From as long ago as is known until now, the oldest first. `flips` are the newest first, as they are read.

    Silence that no tick has noticed yet counts. What lies before the oldest flip is known as far as that tells.
    """
    turns = [*reversed(flips), *_unnoticed(check, now)]
    if not turns:
        # Without flips, though it had some: they were cleared, and when that was is not known.
        began = check.since or (None if check.n_flips else created)
        return [Span(check.status, began, max(began, now))] if began else []
    edges = list(accumulate([_beginning(turns[0], created), *(turn.at for turn in turns), now], max))
    told = [(turns[0].old, Reason.NONE), *((turn.new, turn.reason) for turn in turns)]
    return [Span(status, *ends, reason) for (status, reason), ends in zip(told, pairwise(edges), strict=True)]


def _unnoticed(check: Check, now: datetime) -> list[Flip]:
    with suppress(Incalculable):
        due = fall_due(check, now=now)
        return [due.flip] if due and due.flip else []
    return []


def _beginning(first: Flip, created: datetime) -> datetime:
    """When the status began that the oldest known flip ended; of a forgotten one nothing is known."""
    return first.since or (created if first.n == 1 else first.at)


def tallies(spans: Sequence[Span], edges: Sequence[datetime]) -> list[Tally]:
    """The times between each edge and the next."""
    return [_tally(_touching(spans, began, ended), began, ended) for began, ended in pairwise(edges)]


def _touching(spans: Sequence[Span], began: datetime, ended: datetime) -> Sequence[Span]:
    """Those that lie in this time, or reach into it; one that ends as it begins does not."""
    first = bisect_right(spans, began, key=lambda span: span.until)
    last = bisect_right(spans, ended, lo=first, key=lambda span: span.began)
    return [span for span in spans[first:last] if span.began < ended]


def _tally(spans: Sequence[Span], began: datetime, ended: datetime) -> Tally:
    lengths = dict.fromkeys(Status, _ZERO)
    for span in spans:
        lengths[span.status] += min(span.until, ended) - max(span.began, began)
    up, down = lengths[Status.UP] + lengths[Status.GRACE], lengths[Status.DOWN]
    idle = lengths[Status.NEW] + lengths[Status.PAUSED]
    downtimes = sum(span.status is Status.DOWN for span in spans)
    return Tally(began, ended, up, down, idle, ended - began - up - down - idle, downtimes)


def month_edges(now: datetime, count: int) -> list[datetime]:
    """The beginnings of the last `count` months, this one the last of them, and that of the next."""
    year, month = now.astimezone(UTC).year, now.astimezone(UTC).month
    numbers = range(12 * year + month - count, 12 * year + month + 1)
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in numbers]


def day_edges(now: datetime, count: int) -> list[datetime]:
    """The beginnings of the last `count` days, today the last of them, and that of tomorrow."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return [today + timedelta(days=number) for number in range(1 - count, 2)]

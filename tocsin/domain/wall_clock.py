"""When a clock on the wall shows what a calendar names: put forward it leaves times out, put back it repeats some.

Each rule gives the first moment later than `after` (UTC, whole seconds) that belongs to the calendar, None if there is
none. Which moments belong to it doesn't depend on `after`, so a later `after` never gives an earlier one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta, tzinfo
from typing import TypeAlias

Walls: TypeAlias = Callable[[datetime], Iterator[datetime]]
"""A calendar: the times without a zone that it names later than the given one, in order."""

_MINUTE = timedelta(minutes=1)


def first_time(walls: Walls, zone: tzinfo, after: datetime) -> datetime | None:
    """Times that clocks leave out never come, those that they repeat come once (systemd)."""
    return _first(after, (_shown(wall, zone) for wall in walls(_wall(after, zone))))


def caught_up(walls: Walls, zone: tzinfo, after: datetime) -> datetime | None:
    """Times that clocks leave out come right after the gap, those that they repeat come once (cron's fixed times)."""
    return _first(after, (_shown_or_past(wall, zone) for wall in walls(_wall(after, zone))))


def each_time(walls: Walls, zone: tzinfo, after: datetime) -> datetime | None:
    """Times that clocks leave out never come, those that they repeat come twice (cron's stars)."""
    found = [first_time(walls, zone, after)]
    start = _wall(after, zone)
    overlap = _instant(start, zone, fold=1) - _instant(start, zone)
    if overlap > timedelta():
        # What clocks show now they show twice, so that what they have shown before may be yet to come.
        found.append(_first(after, (_shown(wall, zone, 1) for wall in walls(start - overlap))))
    return min((instant for instant in found if instant), default=None)


def _first(after: datetime, instants: Iterable[datetime | None]) -> datetime | None:
    return next((instant for instant in instants if instant and instant > after), None)


def _wall(instant: datetime, zone: tzinfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _instant(wall: datetime, zone: tzinfo, fold: int = 0) -> datetime:
    return wall.replace(tzinfo=zone, fold=fold).astimezone(UTC)


def _shown(wall: datetime, zone: tzinfo, fold: int = 0) -> datetime | None:
    """When clocks show this, the first time or the second (`fold`); None if they leave it out."""
    instant = _instant(wall, zone, fold)
    return instant if _wall(instant, zone) == wall else None


def _shown_or_past(wall: datetime, zone: tzinfo) -> datetime:
    """When clocks show this, or have first gone past it. Gaps are of whole minutes since 1972."""
    while (instant := _shown(wall, zone)) is None:
        wall += _MINUTE
    return instant

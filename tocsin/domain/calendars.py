"""The next date of cron and OnCalendar expressions.

The libraries match what a clock on the wall shows, without a time zone; `wall_clock` says when that is. They would
handle changes of the clocks too, but some of them wrongly (those by half an hour, those at midnight), so that a later
ping could expect an earlier signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, tzinfo
from functools import cache, lru_cache

from tocsin.domain import wall_clock

_REMEMBERED = 4096
"""Dates kept in memory, half a kilobyte each: pages ask for the same one again and again."""


@lru_cache(_REMEMBERED)
def next_cron(expression: str, tz: str, after: datetime) -> datetime | None:
    """When a line of crontab first runs after `after`; both are in UTC. None if it won't within 50 years.

    Lines that name their minute and hour run once a day whatever the clocks do; where either begins with a star, they
    run by the clock (Debian's cron). Raises what the library raises.
    """
    from cronsim import CronSim

    def walls(start: datetime) -> Iterator[datetime]:
        return CronSim(expression, start)

    minute, hour = expression.split()[:2]
    rule = wall_clock.each_time if minute.startswith("*") or hour.startswith("*") else wall_clock.caught_up
    return rule(walls, zone(tz), after)


@lru_cache(_REMEMBERED)
def next_oncalendar(expression: str, tz: str, after: datetime) -> datetime | None:
    """The first moment after `after` that any of the lines names; both are in UTC. None if none is before 2200.

    Raises what the library raises.
    """
    dates = [_next_of_line(line, tz, after) for line in expression.splitlines()]
    return min((date for date in dates if date), default=None)


def _next_of_line(line: str, tz: str, after: datetime) -> datetime | None:
    from oncalendar import BaseIterator

    pattern, own_tz = split_zone(line)

    def walls(start: datetime) -> Iterator[datetime]:
        return BaseIterator(pattern, start)

    return wall_clock.first_time(walls, zone(own_tz or tz), after)


def split_zone(line: str) -> tuple[str, str | None]:
    """Part an OnCalendar line from the zone at its end: what else may end it, begins with a digit or a star."""
    words = line.split()
    if len(words) > 1 and words[-1][0].isalpha():
        return " ".join(words[:-1]), words[-1]
    return " ".join(words), None


@cache
def zone(name: str) -> tzinfo:
    """Raises what zoneinfo raises for a name that it does not know."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)

"""What people are told about a schedule: what it says, and the dates that it leads to."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from tocsin.domain import calendars
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.domain.wording import duration_words
from tocsin.services.calendar_words import cron_words, oncalendar_words


def in_words(schedule: Schedule) -> str:
    """A phrase: `every 1 hour`, `at 04:30, every day (Europe/Vienna)`. Calendars always name their zone."""
    if isinstance(schedule, Simple):
        return f"every {duration_words(schedule.timeout, units=4)}"
    if isinstance(schedule, Cron):
        return f"{cron_words(schedule.expression)} ({schedule.tz})"
    if isinstance(schedule, OnCalendar):
        return " and ".join(_line_words(line, schedule.tz) for line in schedule.expression.splitlines())
    return schedule.kind


def _line_words(line: str, tz: str) -> str:
    pattern, own_tz = calendars.split_zone(line)
    return f"{oncalendar_words(pattern)} ({own_tz or tz})"


def upcoming(schedule: Schedule, *, after: datetime, count: int) -> list[datetime]:
    """The next dates, `count` of them unless the schedule ends before, in its own time zone. Raises Incalculable."""
    dates: list[datetime] = []
    while len(dates) < count and (date := schedule.next_after(dates[-1] if dates else after)):
        dates.append(date)
    return [date.astimezone(_zone(schedule)) for date in dates]


def _zone(schedule: Schedule) -> tzinfo:
    """UTC as well for a zone that is unknown: lines with zones of their own have dates all the same."""
    try:
        return calendars.zone(schedule.tz) if isinstance(schedule, Cron | OnCalendar) else UTC
    except (LookupError, ValueError, OSError):
        return UTC

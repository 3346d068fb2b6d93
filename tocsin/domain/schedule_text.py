"""Schedules as people type them: which kind one is, and what is wrong with it, in a sentence (protocol 2.3)."""

from __future__ import annotations

from datetime import UTC, datetime

from tocsin.domain import calendars, zones
from tocsin.domain.schedule import Cron, Incalculable, InvalidSchedule, OnCalendar

MAX_EXPRESSION = 100
"""Characters of a cron or OnCalendar schedule (protocol 2.1)."""

_CRON_PARTS = 5
_LINE_PARTS = 4
_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
"""A schedule names a date after this; one that is past will do (protocol 2.3)."""

_CRON_EXAMPLE = "One that is right: 30 4 * * 1-5 (minute, hour, day of month, month, day of week)."
_LINE_EXAMPLE = "One that is right: Mon..Fri *-*-* 04:30 Europe/Vienna; all but one of its parts can be left out."
_NAMES = "minutely, hourly, daily, weekly, monthly, quarterly, semiannually and yearly"
_EXAMPLES = "Two that are right: 30 4 * * 1-5 for cron, Mon..Fri 04:30 for OnCalendar."


def read(text: str, tz: str) -> Cron | OnCalendar:
    """What `parse_schedule` promises."""
    zone = zones.canonical(tz)
    lines = _lines(text)
    if len(lines) == 1 and len(lines[0].split()) == _CRON_PARTS:
        cron = Cron(lines[0], zone)
        _check_dates(cron)
        return cron
    for line in lines:
        _check_line(line)
        # Each by itself, more than the protocol asks: a line that never comes is searched through for every date.
        _check_dates(OnCalendar(line, zone))
    return OnCalendar("\n".join(lines), zone)


def _lines(text: str) -> list[str]:
    odd = next((char for char in text if not (char.isascii() and char.isprintable()) and char not in "\t\r\n"), None)
    if odd is not None:
        shown = f'"{odd}" (U+{ord(odd):04X})' if odd.isprintable() else f"the invisible character U+{ord(odd):04X}"
        raise InvalidSchedule(f"A schedule is written in plain letters, digits and signs, without {shown}. {_EXAMPLES}")
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise InvalidSchedule(f"This schedule is empty. {_EXAMPLES}")
    length = len("\n".join(lines))
    if length > MAX_EXPRESSION:
        raise InvalidSchedule(f"A schedule has at most {MAX_EXPRESSION} characters, this one {length}. {_EXAMPLES}")
    return lines


def _check_line(line: str) -> None:
    parts = len(line.split())
    if parts > _LINE_PARTS:
        limits = f"cron has {_CRON_PARTS} on one line, OnCalendar at most {_LINE_PARTS} a line"
        raise InvalidSchedule(f'"{line}" has {parts} parts; {limits}. {_EXAMPLES}')
    if line.startswith("@"):
        raise InvalidSchedule(f'"{line}" is not right: short names have no @ here, and are {_NAMES}.')
    own_tz = calendars.split_zone(line)[1]
    try:
        zones.canonical(own_tz or "UTC")
    except zones.InvalidZone as error:
        raise InvalidSchedule(f'"{line}" is not right: {error} {_LINE_EXAMPLE}') from error


def _check_dates(schedule: Cron | OnCalendar) -> None:
    try:
        date = schedule.next_after(_SINCE)
    except Incalculable as error:
        cron = isinstance(schedule, Cron)
        kind, example = ("a cron", _CRON_EXAMPLE) if cron else ("an OnCalendar", _LINE_EXAMPLE)
        raise InvalidSchedule(f'"{schedule.expression}" is not {kind} schedule: {_fault(error)}. {example}') from error
    if date is None:
        raise InvalidSchedule(
            f'"{schedule.expression}" names no date that ever comes after {_SINCE:%Y-%m-%d}. {_EXAMPLES}'
        )


def _fault(error: Incalculable) -> str:
    """Both libraries name the first part that they don't like: `Bad day-of-month`."""
    verdict, _, part = str(error.__cause__).partition(" ")
    return f"its {part.replace('-', ' ')} is not possible" if verdict == "Bad" else "its parts don't fit together"

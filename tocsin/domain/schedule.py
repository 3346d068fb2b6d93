"""When the next signal of a job is expected."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from msgspec import Struct

MIN_PERIOD = timedelta(minutes=1)
MAX_PERIOD = timedelta(days=365)
"""Bounds of a timeout and of a grace time (protocol 2.1)."""


class Incalculable(Exception):
    """The next date can't be computed: an unknown time zone, a broken expression, a fault in a library."""


class InvalidSchedule(ValueError):
    """Not a schedule; str() of it tells people why, and shows one that is right."""


class Schedule(Protocol):
    """One kind of schedule. Making one never fails: what can't be read shows when a date is asked for."""

    @property
    def kind(self) -> str: ...

    def next_after(self, last_ping: datetime) -> datetime | None:
        """The moment when the signal after `last_ping` is expected, in UTC, always later than it; None if never again.

        A later `last_ping` never has an earlier next one. Raises Incalculable.
        """


class Simple(Struct, frozen=True):
    """A signal at least every `timeout`."""

    timeout: timedelta = timedelta(days=1)

    @property
    def kind(self) -> str:
        return "simple"

    def next_after(self, last_ping: datetime) -> datetime | None:
        return last_ping + self.timeout


class Cron(Struct, frozen=True):
    """A signal whenever cron runs a line with these five fields, as Debian's does (protocol 2.3)."""

    expression: str
    tz: str = "UTC"

    @property
    def kind(self) -> str:
        return "cron"

    def next_after(self, last_ping: datetime) -> datetime | None:
        from tocsin.domain.calendars import next_cron

        return _calculated(next_cron, self.expression, self.tz, last_ping)


class OnCalendar(Struct, frozen=True):
    """A signal whenever a systemd timer with these OnCalendar lines, one or more, fires (protocol 2.3)."""

    expression: str
    tz: str = "UTC"
    """Holds for the lines that don't end in a time zone of their own."""

    @property
    def kind(self) -> str:
        return "oncalendar"

    def next_after(self, last_ping: datetime) -> datetime | None:
        from tocsin.domain.calendars import next_oncalendar

        return _calculated(next_oncalendar, self.expression, self.tz, last_ping)


def _calculated(
    next_date: Callable[[str, str, datetime], datetime | None], expression: str, tz: str, last_ping: datetime
) -> datetime | None:
    # Whole seconds: no calendar divides them, and pages that ask for one date several times then share the answer.
    try:
        return next_date(expression, tz, last_ping.astimezone(UTC).replace(microsecond=0))
    except Exception as error:
        raise Incalculable(f"{expression!r} in {tz}: {error!r}") from error


def parse_schedule(text: str, tz: str = "UTC") -> Cron | OnCalendar:
    """Read a schedule that someone typed: five parts on one line are cron, all else is OnCalendar (protocol 2.3).

    Spaces around the text and its lines go, and so do empty lines and the zone's former names. Raises InvalidSchedule,
    and InvalidZone.
    """
    from tocsin.domain.schedule_text import read

    return read(text, tz)

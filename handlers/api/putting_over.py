"""Put what was sent of a check over what is wished of it: alike in every version of the API."""

from __future__ import annotations

from datetime import timedelta
from typing import TypeVar

from msgspec import UnsetType
from msgspec.structs import replace

from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple, parse_schedule
from tocsin.domain.zones import canonical

T = TypeVar("T")


def sent_or(sent: T | UnsetType, otherwise: T) -> T:
    """What was sent; where nothing was, what is there."""
    return otherwise if isinstance(sent, UnsetType) else sent


def schedule_put_over(schedule: Schedule, *, timeout: int | None, text: str | None, tz: str | None) -> Schedule:
    """The schedule with what was said of it, seconds among that; a zone alone moves the one that is there.

    A text goes before a timeout (protocol 3.4). Raises InvalidSchedule and InvalidZone.
    """
    if text is not None:
        return parse_schedule(text, getattr(schedule, "tz", "UTC") if tz is None else tz)
    if timeout is not None:
        return Simple(timedelta(seconds=timeout))
    if tz is not None and isinstance(schedule, Cron | OnCalendar):
        return replace(schedule, tz=canonical(tz))
    return schedule

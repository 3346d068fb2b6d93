"""The schedules of the model, whose next dates are found by trying one minute after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Plan:
    """When a job is due: `every` so often, in each minute that `fits`, or `once`. All times are UTC."""

    text: str = ""
    every: timedelta | None = None
    fits: Callable[[datetime], bool] | None = None
    once: datetime | None = None

    def next_after(self, last: datetime) -> datetime | None:
        """The first date after `last`, or None if there is none any more (protocol 2.2)."""
        if self.every:
            return last + self.every
        if self.fits:
            return first_minute(self.fits, last)
        return self.once if self.once and self.once > last else None


@lru_cache(maxsize=10_000)
def first_minute(fits: Callable[[datetime], bool], last: datetime) -> datetime:
    """The first whole minute after `last` that fits."""
    minute = last.replace(second=0, microsecond=0) + MINUTE
    while not fits(minute):
        minute += MINUTE
    return minute


CRON = (
    Plan("*/7 * * * *", fits=lambda at: at.minute % 7 == 0),
    Plan("30 4 * * 1-5", fits=lambda at: (at.hour, at.minute) == (4, 30) and at.isoweekday() <= 5),
    Plan("0 0 1 * *", fits=lambda at: (at.day, at.hour, at.minute) == (1, 0, 0)),
)
ON_CALENDAR = (
    Plan("*:0/10", fits=lambda at: at.minute % 10 == 0),
    Plan("Mon..Fri 09:00", fits=lambda at: (at.hour, at.minute) == (9, 0) and at.isoweekday() <= 5),
    Plan("2019-01-01"),
)

"""How long a job's runs take, usually and at their worst, and a scale that shows both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

_MARKS = (
    *(timedelta(seconds=count) for count in (1, 2, 5, 10, 20, 30)),
    *(timedelta(minutes=count) for count in (1, 2, 5, 10, 20, 30)),
    *(timedelta(hours=count) for count in (1, 2, 3, 6, 12, 24, 48, 72)),
)
"""Round lengths that a scale may end at; a run takes 72 hours at most (protocol 1.8)."""
_FINE = timedelta(milliseconds=1)
_FAR = 3
"""A run that took more than so many times as long as nine of ten others stands apart from them."""


class Run(Struct, frozen=True):
    """A run that ended, and how."""

    n: int
    """The number of the ping that ended it."""
    at: datetime
    took: timedelta | None
    """None: it was not measured, since nothing told that it began."""
    failed: bool


class Scale(Struct, frozen=True):
    """What a picture of run times is drawn to."""

    top: timedelta
    """A round length. Runs that took longer stand apart; they are few, if any."""
    median: timedelta
    longest: timedelta


def scale(lengths: Sequence[timedelta]) -> Scale | None:
    """None where there is nothing to draw."""
    if not lengths:
        return None
    ordered = sorted(lengths)
    common, longest = ordered[-(-9 * len(ordered) // 10) - 1], ordered[-1]
    top = longest if longest <= _FAR * common else common
    return Scale(_round_up(top), ordered[(len(ordered) - 1) // 2], longest)


def _round_up(length: timedelta) -> timedelta:
    """The next round length, never shorter; below a second one of 1, 2 or 5 with zeros."""
    if length <= _MARKS[0]:
        return next(mark for mark in _fine() if mark >= length)
    return next((mark for mark in _MARKS if mark >= length), length)


def _fine() -> Sequence[timedelta]:
    return [_FINE * count * 10**power for power in range(4) for count in (1, 2, 5)]

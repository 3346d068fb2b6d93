"""Lengths of time in words, for pages and messages."""

from __future__ import annotations

from datetime import timedelta

_UNITS = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))


def duration_words(length: timedelta, *, units: int = 2) -> str:
    """Say a length of time by its largest `units` units: `1 hour 5 minutes`, `2 days`, `42 seconds`.

    Cut down, never rounded up, so that nothing is said to have lasted longer than it did; less than a second is
    `0 seconds`, and so is a negative length, which only clocks that disagree can make.
    """
    rest = max(int(length.total_seconds()), 0)
    words = []
    for unit, seconds in _UNITS:
        count, rest = divmod(rest, seconds)
        if count:
            words.append(f"{count} {unit}{'' if count == 1 else 's'}")
    return " ".join(words[:units]) or "0 seconds"

"""Lengths of time in words."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tocsin.domain.wording import duration_words


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(), "0 seconds"),
        (timedelta(milliseconds=999), "0 seconds"),
        (timedelta(seconds=1), "1 second"),
        (timedelta(seconds=42), "42 seconds"),
        (timedelta(seconds=59, milliseconds=999), "59 seconds"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(minutes=1, seconds=1), "1 minute 1 second"),
        (timedelta(hours=1, minutes=5), "1 hour 5 minutes"),
        (timedelta(hours=1, minutes=5, seconds=9), "1 hour 5 minutes"),
        (timedelta(days=2), "2 days"),
        (timedelta(days=1, minutes=5), "1 day 5 minutes"),
        (timedelta(days=365), "365 days"),
        (timedelta(seconds=-5), "0 seconds"),
    ],
)
def test_duration_words_names_the_largest_units(length: timedelta, words: str) -> None:
    """A length of time is said by its two largest units, cut down, in the singular where it is one."""
    assert duration_words(length) == words


def test_duration_words_says_as_much_as_asked() -> None:
    """More units say a schedule exactly, one says it at a glance."""
    length = timedelta(days=1, hours=2, minutes=3, seconds=4)
    assert duration_words(length, units=4) == "1 day 2 hours 3 minutes 4 seconds"
    assert duration_words(length, units=1) == "1 day"

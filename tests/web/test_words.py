from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from handlers.web.check_query import Asked
from handlers.web.check_rows import listing
from handlers.web.words import every, percent, plain, size, took
from tocsin.domain.check import Status

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.004, "0 s"),
        (0.42, "0.42 s"),
        (9.97, "10 s"),
        (12.9, "12 s"),
        (60, "1 min"),
        (65, "1 min 5 s"),
        (3600, "1 h"),
        (12_000, "3 h 20 min"),
        (259_200, "3 d"),
    ],
)
def test_run_times_are_short(seconds: float, words: str) -> None:
    """Two units at most, fractions only where they matter."""
    assert took(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (timedelta(days=1), "every day"),
        (timedelta(minutes=5), "every 5 minutes"),
        (timedelta(hours=1, minutes=30), "every 1 hour 30 minutes"),
        (timedelta(days=7), "every week"),
        (timedelta(days=14), "every 2 weeks"),
        (timedelta(days=8), "every 8 days"),
    ],
)
def test_periods_are_read_as_people_say_them(period: timedelta, words: str) -> None:
    """A single unit is not counted, and whole weeks are weeks."""
    assert every(period) == words


def test_sizes_and_bytes_are_readable() -> None:
    """Sizes have three digits; bytes that are no text become signs that say so."""
    assert [size(count) for count in (1, 999, 1000, 12_345, 100_000)] == [
        "1 bytes",
        "999 bytes",
        "1 kB",
        "12.3 kB",
        "100 kB",
    ]
    assert plain(b"a\r\nb\tc\x00\xff") == "a\nb\tc��"


@pytest.mark.parametrize(
    ("share", "words"), [(1, "100%"), (0.999999, "99.99%"), (0.98765, "98.76%"), (0.5, "50.00%"), (0, "0.00%")]
)
def test_percent_never_boasts(share: float, words: str) -> None:
    """A second of downtime in a year is not a hundred percent."""
    assert percent(share) == words


def test_listing_without_checks_counts_every_status() -> None:
    """Counts name all statuses, those without a check too."""
    assert listing([], now=NOW, asked=Asked()).counts == dict.fromkeys(Status, 0)

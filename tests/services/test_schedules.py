"""Schedules in words, and the dates that they lead to."""

from __future__ import annotations

import locale
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import START
from tocsin.domain.schedule import Cron, Incalculable, OnCalendar, Schedule, Simple
from tocsin.services.schedules import in_words, upcoming


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        (Simple(timedelta(hours=1)), "every 1 hour"),
        (Simple(timedelta(days=1, hours=2, minutes=3, seconds=4)), "every 1 day 2 hours 3 minutes 4 seconds"),
        (Cron("30 4 * * 1-5", "Europe/Vienna"), "at 04:30, Monday through Friday (Europe/Vienna)"),
        (Cron("0 0 * * *"), "at 00:00, every day (UTC)"),
        (OnCalendar("Mon..Fri 4:30", "Europe/Vienna"), "Monday through Friday at 04:30 (Europe/Vienna)"),
        (
            OnCalendar("12:00\nSun *-*~07/1 9:05:00 Asia/Tokyo\nhourly  UTC", "Europe/Vienna"),
            "every day at 12:00 (Europe/Vienna) and Sun *-*~07/1 9:05:00 (Asia/Tokyo) and every hour (UTC)",
        ),
    ],
)
def test_words_name_the_zone_of_a_calendar(schedule: Schedule, words: str) -> None:
    """Nothing of a length is left out; a line with its own zone names that."""
    assert in_words(schedule) == words


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        # What is plain is read by cron-descriptor.
        ("* * * * *", "every minute"),
        ("*/5 * * * *", "every 5 minutes"),
        ("0 * * * *", "every hour"),
        ("30 * * * *", "at 30 minutes past the hour"),
        ("0,30 * * * *", "at 0 and 30 minutes past the hour"),
        ("* 3 * * *", "every minute, between 03:00 and 03:59, every day"),
        ("*/15 9-17 * * MON-FRI", "every 15 minutes, between 09:00 and 17:59, Monday through Friday"),
        ("0 */2 * * *", "every 2 hours, every day"),
        ("5 */3 * * *", "at 5 minutes past the hour, every 3 hours, every day"),
        ("0 8,18 * * *", "at 08:00 and 18:00, every day"),
        ("5 4 * * 7", "at 04:05, only on Sunday"),
        ("0 4 * * mon", "at 04:00, only on Monday"),
        ("0 4 * * 5L", "at 04:00, on the last Friday of the month"),
        ("0 4 * * 0L", "at 04:00, on the last Sunday of the month"),
        ("0 4 * * 7#2", "at 04:00, on the second Sunday of the month"),
        ("0 4 * * MON#1", "at 04:00, on the first Monday of the month"),
        ("0 4 L * *", "at 04:00, on the last day of the month"),
        ("0 4 LW * *", "at 04:00, on the last weekday of the month"),
        ("0 4 1,15 * *", "at 04:00, on day 1 and 15 of the month"),
        ("0 4 29 2 *", "at 04:00, on day 29 of the month, only in February"),
        ("0 4 13 * 5", "at 04:00, on day 13 of the month, or on Friday"),
        ("0 4 L JAN 5", "at 04:00, on the last day of the month, or on Friday, only in January"),
        # The rest is read by cronsim.
        ("5/10 * * * *", "every 10th minute from 5 through 59 of every hour"),
        ("*/7 * * * *", "every seventh minute of every hour"),
        ("*/20 */4 * * *", "every 20th minute past every fourth hour"),
        ("0,30 8,18 * * *", "at 08:00, 08:30, 18:00, and 18:30 every day"),
        ("0 22,23,0-5 * * *", "at minute 0 past hour 22, hour 23, and every hour from 0 through 5"),
        ("0 4 */2 * 1", "at 04:00 on every second day of month if it's on Monday"),
        ("0 4 * * 1,3", "at 04:00 on Monday and Wednesday"),
        ("0 4 * * 1#1,1#3", "at 04:00 on the first Monday of the month and the third Monday of the month"),
        ("0 4 * * 1,5L", "at 04:00 on Monday and the last Friday of the month"),
        ("0 4 * * 0-7", "at 04:00 every day"),
        ("0 4 L,21 * *", "at 04:00 on the last and the 21st day of month"),
        ("0 4 */22 * *", "at 04:00 on every 22nd day of month"),
        ("0 4 3-23/11 * *", "at 04:00 on every 11th day of month from 3 through 23"),
        ("*/113 * * * *", "every 113th minute of every hour"),
        # Days that fit either field are two schedules.
        ("0 4 1-7 * MON", "at 04:00 on every day of month from 1 through 7, and at 04:00 on Monday"),
        ("0 4 13 * 0-7", "at 04:00 on the 13th day of every month, and at 04:00 every day"),
        ("0 4 13 1 1-5", "at 04:00 on January 13, and at 04:00 on Monday through Friday in January"),
        # What can't be read stays.
        ("0 0 * *", "0 0 * *"),
        ("1 2 3 jan monday", "1 2 3 jan monday"),
        ("", ""),
    ],
)
def test_cron_is_read_as_it_is_computed(expression: str, words: str) -> None:
    assert in_words(Cron(expression)) == f"{words} (UTC)"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("minutely", "every minute"),
        ("Daily", "every day at 00:00"),
        ("weekly", "every Monday at 00:00"),
        ("monthly", "on day 1 of every month at 00:00"),
        ("quarterly", "on day 1 of January, April, July and October at 00:00"),
        ("semiannually", "on day 1 of January and July at 00:00"),
        ("annually", "on day 1 of January at 00:00"),
        ("9:30", "every day at 09:30"),
        ("*-*-* 09:30:15", "every day at 09:30:15"),
        ("sun, 23:59:00", "every Sunday at 23:59"),
        ("Tuesday *-*-* 1:00", "every Tuesday at 01:00"),
        ("Sat..sunday 1:00", "Saturday through Sunday at 01:00"),
        ("Mon..Mon 1:00", "Mon..Mon 1:00"),
        ("Sat,Sun 1:00", "Sat,Sun 1:00"),
        ("Day 1:00", "Day 1:00"),
        ("24:00", "24:00"),
        ("*:0/5", "*:0/5"),
        ("*-*-01 1:00", "*-*-01 1:00"),
    ],
)
def test_oncalendar_is_read_where_it_is_simple(line: str, words: str) -> None:
    """Everything else is its own text."""
    assert in_words(OnCalendar(line)) == f"{words} (UTC)"


@given(expression=st.text(max_size=30) | st.text("0123456789*/-,#LW MONFRI", max_size=20), zone=st.text(max_size=9))
def test_words_never_fail(expression: str, zone: str) -> None:
    """Whatever a store holds."""
    assert in_words(Cron(expression, zone)).endswith(f"({zone})")
    assert isinstance(in_words(OnCalendar(expression, zone)), str)


def test_words_are_english_everywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the machine speaks German too; and the clock has 24 hours where it is American."""
    monkeypatch.setattr(locale, "getlocale", lambda *_: ("de_DE", "UTF-8"))
    assert in_words(Cron("59 17 * * 6")) == "at 17:59, only on Saturday (UTC)"


def test_upcoming_dates_follow_each_other_in_the_schedule_s_zone() -> None:
    """As its clocks show them, across a change too."""
    found = upcoming(Cron("30 2 * * *", "Europe/Vienna"), after=datetime(2025, 3, 28, 12, tzinfo=UTC), count=3)
    assert [date.isoformat() for date in found] == [
        "2025-03-29T02:30:00+01:00",
        "2025-03-30T03:00:00+02:00",
        "2025-03-31T02:30:00+02:00",
    ]


def test_upcoming_dates_of_simple_and_of_lines_with_zones() -> None:
    """A length of time has no zone but UTC; lines with their own are told in the check's."""
    vienna_noon = datetime.fromisoformat("2025-07-01T12:00+02:00")
    assert [date.isoformat() for date in upcoming(Simple(timedelta(days=1)), after=vienna_noon, count=1)] == [
        "2025-07-02T10:00:00+00:00"
    ]
    found = upcoming(OnCalendar("12:00 America/New_York", "Asia/Kathmandu"), after=vienna_noon, count=1)
    assert [date.isoformat() for date in found] == ["2025-07-01T21:45:00+05:45"]


def test_upcoming_dates_survive_a_zone_that_no_line_needs() -> None:
    """Dates can be computed then, and are shown in UTC."""
    schedule = OnCalendar("*-*-* 04:30 Europe/Vienna", "Mars/Olympus")
    assert [date.isoformat() for date in upcoming(schedule, after=datetime(2026, 3, 1, tzinfo=UTC), count=1)] == [
        "2026-03-01T03:30:00+00:00"
    ]


def test_upcoming_dates_end_with_the_schedule() -> None:
    after = datetime(2025, 1, 1, tzinfo=UTC)
    assert upcoming(OnCalendar("2025-02-01\n2026-02-01"), after=after, count=9) == [
        datetime(2025, 2, 1, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    ]
    assert upcoming(OnCalendar("2019-01-01"), after=after, count=1) == []
    assert upcoming(Cron("* * * * *"), after=after, count=0) == []


@pytest.mark.parametrize("schedule", [Cron("0 0 30 2 *"), OnCalendar("daily", "Europe/Viena"), Cron("* * * * *", "")])
def test_upcoming_dates_of_what_is_broken_are_incalculable(schedule: Schedule) -> None:
    with pytest.raises(Incalculable):
        upcoming(schedule, after=START, count=3)

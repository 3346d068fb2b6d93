"""Schedules as people type them: what is accepted, and what is said about the rest."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.schedule import Cron, InvalidSchedule, OnCalendar, parse_schedule
from tocsin.domain.zones import InvalidZone


@pytest.mark.parametrize(
    ("text", "schedule"),
    [
        ("* * * * *", Cron("* * * * *")),
        ("\n  30 4 * * MON-fri \r\n", Cron("30 4 * * MON-fri")),
        ("0\t0\t1 1\t*", Cron("0\t0\t1 1\t*")),
        ("0 0 L,15 2/3 5L,1#2", Cron("0 0 L,15 2/3 5L,1#2")),
        ("daily", OnCalendar("daily")),
        ("Mon..Fri *-*-* 04:30:00 Europe/Kiev", OnCalendar("Mon..Fri *-*-* 04:30:00 Europe/Kiev")),
        ("\n 10:00 \r\n\r\n\t*-*~1 12:00\n", OnCalendar("10:00\n*-*~1 12:00")),
        ("2019-01-01", OnCalendar("2019-01-01")),
        ("2199-12-31 23:59:59", OnCalendar("2199-12-31 23:59:59")),
    ],
)
def test_five_parts_on_a_line_are_cron_and_the_rest_is_oncalendar(text: str, schedule: Cron | OnCalendar) -> None:
    """Spaces at the ends of text and lines go, and so do empty lines; a date in the past will do (protocol 2.3)."""
    assert parse_schedule(text) == schedule


def test_zone_is_told_by_the_name_of_today() -> None:
    assert parse_schedule("* * * * *", "Europe/Kiev").tz == "Europe/Kyiv"
    assert parse_schedule("daily", "US/Eastern").tz == "America/New_York"
    with pytest.raises(InvalidZone):
        parse_schedule("daily", "Europe/Viena")


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("60 * * * *", '"60 * * * *" is not a cron schedule: its minute is not possible.'),
        ("0 22-3 * * *", '"0 22-3 * * *" is not a cron schedule: its hour is not possible.'),
        ("0 0 31 2 *", '"0 0 31 2 *" is not a cron schedule: its day of month is not possible.'),
        ("0 0 ? * *", "its day of month is not possible."),
        ("0 0 15W * *", "its day of month is not possible."),
        ("0 0 * 13 *", "its month is not possible."),
        ("H H * * *", "its minute is not possible."),
        ("0 0 * * 8", "its day of week is not possible."),
        ("0 0 LW 2 */35", '"0 0 LW 2 */35" names no date that ever comes after 2000-01-01.'),
        ("* * * * * *", '"* * * * * *" has 6 parts; cron has 5 on one line, OnCalendar at most 4 a line.'),
        ("* * * * *\n* * * * *", '"* * * * *" has 5 parts;'),
        ("@daily", '"@daily" is not right: short names have no @ here, and are minutely, hourly, daily,'),
        ("every", '"every" is not an OnCalendar schedule: its day of week is not possible.'),
        ("25:00", '"25:00" is not an OnCalendar schedule: its hour is not possible.'),
        ("Mon foo 10:00", '"Mon foo 10:00" is not an OnCalendar schedule: its parts don\'t fit together.'),
        ("daily\n2200-01-01", '"2200-01-01" is not an OnCalendar schedule: its year is not possible.'),
        ("1999-12-31", '"1999-12-31" names no date that ever comes after 2000-01-01.'),
        ("daily\n*-02-30", '"*-02-30" names no date that ever comes after 2000-01-01.'),
        ("10:00 Europe/Viena", '"10:00 Europe/Viena" is not right: "Europe/Viena" is not a time zone; take'),
        ("10:00 Europe", '"10:00 Europe" is not right: "Europe" is not a time zone; take'),
        ("10:00 localtime", '"10:00 localtime" is not right: "localtime" is not a time zone; take'),
        (" \n\r\n", "This schedule is empty."),
        ("x" * 101, "A schedule has at most 100 characters, this one 101."),
        ("daily\n" * 5000, "A schedule has at most 100 characters, this one 29999."),
        ("٣ * * * *", 'A schedule is written in plain letters, digits and signs, without "٣" (U+0663).'),
        ("0 0 * * frı", 'A schedule is written in plain letters, digits and signs, without "ı" (U+0131).'),
        ("10:00\N{NO-BREAK SPACE}UTC", "without the invisible character U+00A0."),
        ("10:00\N{NULL}", "without the invisible character U+0000."),
        ("10:00\v11:00", "without the invisible character U+000B."),
    ],
)
def test_refusal_says_what_is_wrong_and_shows_what_is_right(text: str, fault: str) -> None:
    with pytest.raises(InvalidSchedule) as refusal:
        parse_schedule(text)
    assert fault in str(refusal.value)
    assert "Mon..Fri" in str(refusal.value) or "30 4 * * 1-5" in str(refusal.value) or "daily" in str(refusal.value)


def test_hundred_characters_are_accepted() -> None:
    text = "0," * 45 + "10 * * * *"
    assert len(text) == 100
    assert parse_schedule(text) == Cron(text)


CRON_PARTS = st.text("0123456789*/-,#LW", min_size=1, max_size=6) | st.sampled_from(["*", "0", "L", "MON#5", "29", "2"])
LINES = st.text("0123456789*/-.,~: ", max_size=30) | st.sampled_from(["*-*~1", "Sat", "*:*:*", "daily", "9" * 30])
ENDS = st.sampled_from(["", " UTC", " Europe/Vienna", " Europe", " ../x", " Factory"])
TEXTS = st.one_of(
    st.text(),
    st.lists(CRON_PARTS, min_size=5, max_size=5).map(" ".join),
    st.lists(st.builds("{}{}".format, LINES, ENDS), max_size=4).map("\n".join),
)


@given(TEXTS)
def test_any_text_is_a_schedule_or_refused(text: str) -> None:
    """What is accepted has a date, and is accepted again as it is."""
    try:
        schedule = parse_schedule(text)
    except InvalidSchedule:
        return
    assert schedule.next_after(datetime(2000, 1, 1, tzinfo=UTC))
    assert parse_schedule(schedule.expression, schedule.tz) == schedule

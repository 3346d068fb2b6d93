"""The next date of each kind of schedule: tables of what clocks do to it in several zones, and what holds in all.

Expected dates are worked out from the rules: of Debian's cron, of systemd, and of the zones' laws of the year.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import ROOT, START
from tocsin.domain.schedule import Cron, Incalculable, OnCalendar, Schedule, Simple
from tocsin.domain.zones import all_zones

VIENNA, NEW_YORK, ST_JOHNS = "Europe/Vienna", "America/New_York", "America/St_Johns"
LORD_HOWE, APIA, SAO_PAULO = "Australia/Lord_Howe", "Pacific/Apia", "America/Sao_Paulo"
CASABLANCA, KATHMANDU = "Africa/Casablanca", "Asia/Kathmandu"
SECOND = timedelta(seconds=1)


def dates(schedule: Schedule, after: str, count: int) -> list[datetime | None]:
    found: list[datetime | None] = []
    date: datetime | None = datetime.fromisoformat(after)
    while date is not None and len(found) < count:
        date = schedule.next_after(date)
        found.append(date)
    return found


def moments(texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts.split()]


FIXED_TIMES = [
    # Two becomes three: what was to run in between runs at three, once.
    ("30 2 * * *", VIENNA, "2025-03-29T12:00+01:00", "2025-03-30T03:00+02:00 2025-03-31T02:30+02:00"),
    ("0 2 * * *", VIENNA, "2025-03-29T12:00+01:00", "2025-03-30T03:00+02:00 2025-03-31T02:00+02:00"),
    ("15,45 2 * * *", VIENNA, "2025-03-29T12:00+01:00", "2025-03-30T03:00+02:00 2025-03-31T02:15+02:00"),
    ("0 1-4 * * *", VIENNA, "2025-03-30T01:30+01:00", "2025-03-30T03:00+02:00 2025-03-30T04:00+02:00"),
    ("30 2 * * 0", VIENNA, "2025-03-29T12:00+01:00", "2025-03-30T03:00+02:00 2025-04-06T02:30+02:00"),
    ("30 2 * * *", NEW_YORK, "2025-03-08T12:00-05:00", "2025-03-09T03:00-04:00 2025-03-10T02:30-04:00"),
    ("30 2 * * *", CASABLANCA, "2025-04-05T12:00+00:00", "2025-04-06T03:00+01:00 2025-04-07T02:30+01:00"),
    # Three becomes two: the second time between does not count, not even to who asks within it.
    ("30 2 * * *", VIENNA, "2025-10-25T12:00+02:00", "2025-10-26T02:30+02:00 2025-10-27T02:30+01:00"),
    ("30 2 * * *", VIENNA, "2025-10-26T02:10+01:00", "2025-10-27T02:30+01:00 2025-10-28T02:30+01:00"),
    ("0 1-3 * * *", VIENNA, "2025-10-26T01:30+02:00", "2025-10-26T02:00+02:00 2025-10-26T03:00+01:00"),
    ("30 1 * * *", NEW_YORK, "2025-11-01T12:00-04:00", "2025-11-02T01:30-04:00 2025-11-03T01:30-05:00"),
    ("30 2 * * *", CASABLANCA, "2025-02-22T12:00+01:00", "2025-02-23T02:30+01:00 2025-02-24T02:30+00:00"),
    # By half an hour only.
    ("15 2 * * *", LORD_HOWE, "2025-10-04T12:00+10:30", "2025-10-05T02:30+11:00 2025-10-06T02:15+11:00"),
    ("45 1 * * *", LORD_HOWE, "2025-04-05T12:00+11:00", "2025-04-06T01:45+11:00 2025-04-07T01:45+10:30"),
    # At a minute past midnight.
    ("30 0 * * *", ST_JOHNS, "2010-03-13T12:00-03:30", "2010-03-14T01:01-02:30 2010-03-15T00:30-02:30"),
    ("0 0 * * *", ST_JOHNS, "2010-11-06T12:00-02:30", "2010-11-07T00:00-02:30 2010-11-08T00:00-03:30"),
    ("30 23 * * *", ST_JOHNS, "2010-11-06T12:00-02:30", "2010-11-06T23:30-02:30 2010-11-07T23:30-03:30"),
    # At midnight, which is left out, or an hour before it.
    ("0 0 * * *", SAO_PAULO, "2018-11-03T12:00-03:00", "2018-11-04T01:00-02:00 2018-11-05T00:00-02:00"),
    ("0 0 * * *", SAO_PAULO, "2018-02-17T12:00-02:00", "2018-02-18T00:00-03:00 2018-02-19T00:00-03:00"),
    ("30 23 * * *", SAO_PAULO, "2018-02-17T12:00-02:00", "2018-02-17T23:30-02:00 2018-02-18T23:30-03:00"),
    # A whole day left out: the rule makes no difference (Debian's own cron looks back three hours only).
    ("0 12 * * *", APIA, "2011-12-29T13:00-10:00", "2011-12-31T00:00+14:00 2011-12-31T12:00+14:00"),
    # Never changed.
    ("30 2 * * *", KATHMANDU, "2025-03-29T21:00+00:00", "2025-03-31T02:30+05:45 2025-04-01T02:30+05:45"),
    ("30 2 * * *", "UTC", "2025-03-30T02:30+00:00", "2025-03-31T02:30+00:00 2025-04-01T02:30+00:00"),
]

STARS = [
    # What clocks leave out does not run, what they repeat runs again.
    ("30 * * * *", VIENNA, "2025-03-30T00:45+01:00", "2025-03-30T01:30+01:00 2025-03-30T03:30+02:00"),
    ("*/30 2 * * *", VIENNA, "2025-03-29T12:00+01:00", "2025-03-31T02:00+02:00 2025-03-31T02:30+02:00"),
    ("0 */2 * * *", VIENNA, "2025-03-29T23:30+01:00", "2025-03-30T00:00+01:00 2025-03-30T04:00+02:00"),
    ("30 * * * *", VIENNA, "2025-10-26T02:15+02:00", "2025-10-26T02:30+02:00 2025-10-26T02:30+01:00"),
    ("*/30 2 * * *", VIENNA, "2025-10-26T02:15+02:00", "2025-10-26T02:30+02:00 2025-10-26T02:00+01:00"),
    ("*/30 2 * * *", VIENNA, "2025-10-26T02:15+01:00", "2025-10-26T02:30+01:00 2025-10-27T02:00+01:00"),
    ("0 * * * *", NEW_YORK, "2025-03-09T00:30-05:00", "2025-03-09T01:00-05:00 2025-03-09T03:00-04:00"),
    ("0 * * * *", NEW_YORK, "2025-11-02T00:30-04:00", "2025-11-02T01:00-04:00 2025-11-02T01:00-05:00"),
    ("0 * * * *", CASABLANCA, "2025-02-23T01:30+01:00", "2025-02-23T02:00+01:00 2025-02-23T02:00+00:00"),
    ("15 * * * *", LORD_HOWE, "2025-10-05T01:00+10:30", "2025-10-05T01:15+10:30 2025-10-05T03:15+11:00"),
    ("30 * * * *", LORD_HOWE, "2025-10-05T01:00+10:30", "2025-10-05T01:30+10:30 2025-10-05T02:30+11:00"),
    ("* 3 * * *", LORD_HOWE, "2025-10-05T00:00+10:30", "2025-10-05T03:00+11:00 2025-10-05T03:01+11:00"),
    ("30 * * * *", LORD_HOWE, "2025-04-06T01:00+11:00", "2025-04-06T01:30+11:00 2025-04-06T01:30+10:30"),
    ("*/15 * * * *", LORD_HOWE, "2025-04-06T01:30+11:00", "2025-04-06T01:45+11:00 2025-04-06T01:30+10:30"),
    ("* 2 * * *", LORD_HOWE, "2025-04-06T01:00+11:00", "2025-04-06T02:00+10:30 2025-04-06T02:01+10:30"),
    ("0 * * * *", ST_JOHNS, "2010-11-06T23:30-02:30", "2010-11-07T00:00-02:30 2010-11-07T00:00-03:30"),
    ("0 * * * *", ST_JOHNS, "2010-03-13T23:30-03:30", "2010-03-14T00:00-03:30 2010-03-14T02:00-02:30"),
    ("*/30 0 * * *", SAO_PAULO, "2018-11-03T12:00-03:00", "2018-11-05T00:00-02:00 2018-11-05T00:30-02:00"),
    ("0 * * * *", SAO_PAULO, "2018-02-17T22:30-02:00", "2018-02-17T23:00-02:00 2018-02-17T23:00-03:00"),
    ("0 */12 * * *", APIA, "2011-12-29T11:00-10:00", "2011-12-29T12:00-10:00 2011-12-31T00:00+14:00"),
    ("*/15 * * * *", KATHMANDU, "2025-06-01T00:01+00:00", "2025-06-01T06:00+05:45 2025-06-01T06:15+05:45"),
    ("* * * * *", "UTC", "2025-03-30T01:59:59.999999+00:00", "2025-03-30T02:00+00:00 2025-03-30T02:01+00:00"),
]

TIMERS = [
    # What clocks leave out does not fire, what they repeat fires once.
    ("02:30", VIENNA, "2025-03-29T12:00+01:00", "2025-03-31T02:30+02:00 2025-04-01T02:30+02:00"),
    ("*:0/30", VIENNA, "2025-03-30T01:15+01:00", "2025-03-30T01:30+01:00 2025-03-30T03:00+02:00"),
    ("02:30", VIENNA, "2025-10-25T12:00+02:00", "2025-10-26T02:30+02:00 2025-10-27T02:30+01:00"),
    ("*:0/30", VIENNA, "2025-10-26T02:15+02:00", "2025-10-26T02:30+02:00 2025-10-26T03:00+01:00"),
    ("*:0/30", VIENNA, "2025-10-26T02:15+01:00", "2025-10-26T03:00+01:00 2025-10-26T03:30+01:00"),
    ("Sun 02:30", NEW_YORK, "2025-03-08T12:00-05:00", "2025-03-16T02:30-04:00 2025-03-23T02:30-04:00"),
    ("01:30", NEW_YORK, "2025-11-01T12:00-04:00", "2025-11-02T01:30-04:00 2025-11-03T01:30-05:00"),
    ("02:30", CASABLANCA, "2025-04-05T12:00+00:00", "2025-04-07T02:30+01:00 2025-04-08T02:30+01:00"),
    ("*:0/15", LORD_HOWE, "2025-10-05T01:30+10:30", "2025-10-05T01:45+10:30 2025-10-05T02:30+11:00"),
    ("*:0/15", LORD_HOWE, "2025-04-06T01:30+11:00", "2025-04-06T01:45+11:00 2025-04-06T02:00+10:30"),
    ("00:00", ST_JOHNS, "2010-11-06T12:00-02:30", "2010-11-07T00:00-02:30 2010-11-08T00:00-03:30"),
    ("daily", SAO_PAULO, "2018-11-03T12:00-03:00", "2018-11-05T00:00-02:00 2018-11-06T00:00-02:00"),
    ("12:00", APIA, "2011-12-28T13:00-10:00", "2011-12-29T12:00-10:00 2011-12-31T12:00+14:00"),
    ("*:0/20:30", KATHMANDU, "2025-06-01T00:00:30+00:00", "2025-06-01T06:00:30+05:45 2025-06-01T06:20:30+05:45"),
    ("weekly", "UTC", "2025-06-01T12:00+00:00", "2025-06-02T00:00+00:00 2025-06-09T00:00+00:00"),
]


@pytest.mark.parametrize(("expression", "zone", "after", "expected"), FIXED_TIMES)
def test_cron_runs_fixed_times_once_a_day(expression: str, zone: str, after: str, expected: str) -> None:
    """A job that names its minute and hour runs right after a gap that holds it, and in the first of two like hours."""
    assert dates(Cron(expression, zone), after, 2) == moments(expected)


@pytest.mark.parametrize(("expression", "zone", "after", "expected"), STARS)
def test_cron_runs_stars_by_the_clock(expression: str, zone: str, after: str, expected: str) -> None:
    """A job whose minute or hour begins with a star runs whenever clocks show its time."""
    assert dates(Cron(expression, zone), after, 2) == moments(expected)


@pytest.mark.parametrize(("expression", "zone", "after", "expected"), TIMERS)
def test_oncalendar_skips_gaps_and_fires_once(expression: str, zone: str, after: str, expected: str) -> None:
    """A timer leaves out what clocks leave out, and fires in the first of two like hours."""
    assert dates(OnCalendar(expression, zone), after, 2) == moments(expected)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0 0 13 * 5", "2026-01-02 2026-01-09 2026-01-13"),  # the 13th, and Fridays
        ("0 0 */12 * 2", "2026-01-13 2026-08-25"),  # the 1st, 13th and 25th, if they are Tuesdays
        ("0 0 L * *", "2026-01-31 2026-02-28 2026-03-31"),
        ("0 0 LW * *", "2026-01-30 2026-02-27 2026-03-31"),
        ("0 0 * * 5L", "2026-01-30 2026-02-27 2026-03-27"),
        ("0 0 * * MON#1", "2026-01-05 2026-02-02 2026-03-02"),
        ("0 0 5/10 * *", "2026-01-05 2026-01-15 2026-01-25"),
        ("0 0 1 feb,Aug *", "2026-02-01 2026-08-01 2027-02-01"),
        ("0 0 29 2 *", "2028-02-29 2032-02-29 2036-02-29"),
        ("0 0 29 2 */7", "2032-02-29 2060-02-29 2088-02-29"),  # if it is a Sunday
    ],
)
def test_cron_reads_its_days_as_debian_does(expression: str, expected: str) -> None:
    """Days of month and week: either will do, but where one begins with a star both must hold (protocol 2.3)."""
    days = [datetime.fromisoformat(f"{day}T00:00+00:00") for day in expected.split()]
    assert dates(Cron(expression), "2026-01-01T00:00+00:00", len(days)) == days


def test_oncalendar_joins_its_lines_each_in_its_own_zone() -> None:
    """The dates of all lines in one order, those of two lines at once only once; the check's zone is for the others."""
    timer = OnCalendar("12:00 Europe/Vienna\n12:00 US/Eastern\n10:00 UTC\n09:00", LORD_HOWE)
    expected = "2025-07-01T10:00Z 2025-07-01T16:00Z 2025-07-01T22:30Z 2025-07-02T10:00Z"
    assert dates(timer, "2025-07-01T00:00Z", 4) == moments(expected)


def test_oncalendar_can_end() -> None:
    """A date that is past is never expected again; of several lines the others go on."""
    assert dates(OnCalendar("2026-01-01\n2027-01-01"), "2025-06-01T00:00Z", 9) == [
        *moments("2026-01-01T00:00Z 2027-01-01T00:00Z"),
        None,
    ]


def test_simple_counts_from_the_last_ping() -> None:
    assert Simple(timedelta(minutes=5)).next_after(START) == START + timedelta(minutes=5)


@pytest.mark.parametrize(
    "schedule", [Cron("0 0 30 2 *"), Cron("junk"), Cron(""), OnCalendar("junk"), OnCalendar("1:99")]
)
def test_broken_expression_is_incalculable(schedule: Schedule) -> None:
    """Made without a murmur, as a stored check is; the error comes with the question."""
    with pytest.raises(Incalculable):
        schedule.next_after(START)


@pytest.mark.parametrize("zone", ["Europe/Viena", "", "../etc/passwd", "/etc/localtime", "Europe", "\0", "x" * 10_000])
def test_unknown_zone_is_incalculable(zone: str) -> None:
    for schedule in (Cron("0 0 * * *", zone), OnCalendar("daily", zone)):
        with pytest.raises(Incalculable):
            schedule.next_after(START)


@pytest.mark.parametrize("schedule", [Cron("* * * * *"), OnCalendar("minutely"), Cron("0 0 * * *", VIENNA)])
def test_end_of_time_is_incalculable(schedule: Schedule) -> None:
    with pytest.raises(Incalculable):
        schedule.next_after(datetime.max.replace(tzinfo=UTC))


def test_importing_schedules_imports_no_library() -> None:
    """The hot path knows schedules, and needs none of what computes calendars."""
    code = "import json, sys, tocsin.services.schedules; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    heavy = {"cronsim", "oncalendar", "cron_descriptor", "zoneinfo", "tzdata", "difflib", "importlib.resources"}
    assert heavy.isdisjoint(json.loads(done.stdout))


CHANGES = [datetime.fromisoformat(after) for _, zone, after, _ in FIXED_TIMES if zone != "UTC"]
ZONES = st.one_of(
    st.sampled_from([VIENNA, LORD_HOWE, ST_JOHNS, SAO_PAULO, CASABLANCA, APIA]), st.sampled_from(all_zones())
)
TIMES = st.one_of(
    st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (made aware by the strategy)
    st.builds(lambda near, seconds: near + seconds * SECOND, st.sampled_from(CHANGES), st.integers(0, 90_000)),
)


def subset(low: int, high: int) -> st.SearchStrategy[str]:
    numbers = st.lists(st.integers(low, high), min_size=1, max_size=3).map(lambda found: ",".join(map(str, found)))
    return st.one_of(st.just("*"), numbers, st.integers(2, 20).map("*/{}".format))


CRONS = st.builds(Cron, st.builds("{} {} * * {}".format, subset(0, 59), subset(0, 23), st.sampled_from("*5")), ZONES)
ONCALENDARS = st.builds(
    OnCalendar,
    st.builds("{}:{}\n12:00".format, st.integers(0, 23), st.sampled_from(["00", "30", "0/15", "59:59"])),
    ZONES,
)


@given(schedule=st.one_of(CRONS, ONCALENDARS), times=st.lists(TIMES, min_size=2, max_size=2).map(sorted))
def test_next_date_is_later_and_never_goes_back(schedule: Schedule, times: list[datetime]) -> None:
    """Strictly later than the ping, in UTC; a later ping never expects an earlier one, and microseconds don't count."""
    earlier, later = (schedule.next_after(time) for time in times)
    assert earlier is not None
    assert later is not None
    assert earlier.tzinfo is UTC
    assert times[0] < earlier <= later
    assert schedule.next_after(times[0].replace(microsecond=0)) == earlier


@given(
    minutes=st.sets(st.integers(0, 59), min_size=1),
    hours=st.sets(st.integers(0, 23), min_size=8),
    zone=ZONES,
    after=TIMES,
)
def test_stars_match_what_clocks_show(minutes: set[int], hours: set[int], zone: str, after: datetime) -> None:
    """Stars run at every minute that a clock in the zone shows and the expression names: looked at minute by minute."""
    stars = f"*/60,{','.join(map(str, minutes))} {','.join(map(str, hours))} * * *"
    expected = after.astimezone(UTC).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while (shown := expected.astimezone(ZoneInfo(zone))).minute not in {0, *minutes} or shown.hour not in hours:
        expected += timedelta(minutes=1)
    assert Cron(stars, zone).next_after(after) == expected


@given(expression=st.text(max_size=30), zone=st.text(max_size=20))
def test_nothing_but_incalculable_is_raised(expression: str, zone: str) -> None:
    """Whatever a store holds."""
    for schedule in (Cron(expression, zone), OnCalendar(expression, zone), Cron(expression), OnCalendar(expression)):
        try:
            schedule.next_after(START)
        except Incalculable:
            continue

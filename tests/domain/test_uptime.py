"""Flips become spans without gaps, and every moment of a day or a month is counted once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes import START
from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.uptime import Span, Tally, day_edges, month_edges, spans, tallies

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STATUSES = [Status.NEW, Status.UP, Status.DOWN, Status.PAUSED]


def told(*turns: tuple[timedelta, Status], created: datetime = START) -> tuple[Check, list[Flip]]:
    """A check that turned so, at these times after it was made, and its flips, the newest first."""
    check, flips = Check("x"), list[Flip]()
    for after, status in turns:
        at = created + after
        flips.insert(0, Flip(len(flips) + 1, at, check.status, status, since=check.since))
        check = replace(check, status=status, since=at, n_flips=len(flips))
    return check, flips


@st.composite
def lives(draw: st.DrawFn) -> tuple[Check, list[Flip], datetime]:
    """A check with a past of up to a year, and the moment now; it never expects a ping."""
    steps = draw(st.lists(st.tuples(st.timedeltas(timedelta(), 40 * DAY), st.sampled_from(STATUSES)), max_size=12))
    after, turns = timedelta(), list[tuple[timedelta, Status]]()
    for step, status in steps:
        after += step
        if status is not (turns[-1][1] if turns else Status.NEW):
            turns.append((after, status))
    check, flips = told(*turns)
    return check, flips, START + after + draw(st.timedeltas(timedelta(), 40 * DAY))


@given(lives())
def test_spans_leave_no_gap(life: tuple[Check, list[Flip], datetime]) -> None:
    """They begin when the check was made and end now, each where the one before ends."""
    check, flips, now = life
    found = spans(check, flips, created=START, now=now)

    assert (found[0].began, found[-1].until) == (START, now)
    assert all(one.until == other.began for one, other in pairwise(found))
    assert found[-1].status is check.status


@given(lives(), st.integers(1, 14))
def test_months_are_counted_whole(life: tuple[Check, list[Flip], datetime], count: int) -> None:
    """Up, down, idle and unknown time are the month, and no share of it is below nothing or above all."""
    check, flips, now = life
    found = tallies(spans(check, flips, created=START, now=now), month_edges(now, count))

    assert len(found) == count
    for month in found:
        assert month.up + month.down + month.idle + month.unknown == month.ended - month.began
        assert min(month.up, month.down, month.idle, month.unknown) >= timedelta()
        assert month.uptime is None or 0 <= month.uptime <= 1


@given(lives())
def test_days_and_months_agree(life: tuple[Check, list[Flip], datetime]) -> None:
    """What a month has is what its days have together; a downtime that crosses midnight counts in both days."""
    check, flips, now = life
    past = spans(check, flips, created=START, now=now)
    [month] = tallies(past, month_edges(now, 1))
    days = [day for day in tallies(past, day_edges(now, now.day)) if day.began >= month.began]

    for part in ("up", "down", "idle"):
        assert sum((getattr(day, part) for day in days), timedelta()) == getattr(month, part)
    assert sum(day.downtimes for day in days) >= month.downtimes


@given(lives())
def test_known_time_is_the_checks_life(life: tuple[Check, list[Flip], datetime]) -> None:
    """Over all months since it was made nothing of it is left out, and nothing is counted twice."""
    check, flips, now = life
    found = tallies(spans(check, flips, created=START, now=now), month_edges(now, 30))

    assert sum((month.up + month.down + month.idle for month in found), timedelta()) == now - START
    down = sum((flip.new is Status.DOWN for flip in flips), 0)
    assert sum(month.downtimes for month in found) >= down


def test_uptime_counts_no_pause_as_downtime() -> None:
    """Of ten days, five up, two down and three paused, two are down."""
    check, flips = told((timedelta(), Status.UP), (5 * DAY, Status.DOWN), (7 * DAY, Status.PAUSED))
    [whole] = tallies(spans(check, flips, created=START, now=START + 10 * DAY), [START, START + 10 * DAY])

    assert whole == Tally(START, START + 10 * DAY, up=5 * DAY, down=2 * DAY, idle=3 * DAY, downtimes=1)
    assert whole.uptime == pytest.approx(0.8)


@pytest.mark.parametrize("status", [Status.NEW, Status.PAUSED])
def test_unwatched_time_has_no_uptime(status: Status) -> None:
    """A hundred percent would be a boast where nobody looked."""
    [tally] = tallies([Span(status, START, START + DAY)], [START, START + DAY])

    assert tally.uptime is None


def test_downtime_counts_in_every_month_that_it_touches() -> None:
    """One that began last month is one of this month as well; one that ended as this began is not."""
    march = datetime(2026, 3, 1, tzinfo=UTC)
    across = Span(Status.DOWN, march - HOUR, march + HOUR)
    before = Span(Status.DOWN, march - 3 * HOUR, march - 2 * HOUR)
    touching, beginning = Span(Status.DOWN, march - HOUR, march), Span(Status.DOWN, march, march + HOUR)

    assert [month.downtimes for month in tallies([before, across], month_edges(march, 2))] == [2, 1]
    assert [month.downtimes for month in tallies([touching], month_edges(march, 2))] == [1, 0]
    assert [month.downtimes for month in tallies([beginning], month_edges(march, 2))] == [0, 1]


def test_silence_counts_before_a_tick_has_noticed_it() -> None:
    """The bell may lag by a minute; the page does not."""
    check = Check("x", status=Status.UP, last_ping=START, since=START, n_flips=1)
    flips = [Flip(1, START, Status.NEW, Status.UP)]
    down = spans(check, flips, created=START, now=START + 2 * DAY)[-1]

    assert down == Span(Status.DOWN, START + DAY + HOUR, START + 2 * DAY, Reason.TIMEOUT)


def test_what_was_forgotten_is_not_made_up() -> None:
    """Where older flips have expired the story begins with what the oldest one tells; cleared ones leave nothing."""
    _, [newest, _, _] = told((DAY, Status.UP), (2 * DAY, Status.DOWN), (3 * DAY, Status.UP))
    check = Check("x", status=Status.UP, since=newest.at, n_flips=3, last_ping=newest.at)
    now = newest.at + HOUR

    assert spans(check, [newest], created=START, now=now)[0].began == START + 2 * DAY
    assert spans(check, [replace(newest, since=None)], created=START, now=now)[0].began == newest.at
    assert spans(Check("x", n_flips=3), [], created=START, now=now) == []


def test_edges_are_utc_days_and_months() -> None:
    """The last edge is the end of what is under way, and a year turns like any month."""
    now = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)

    assert [f"{edge:%Y-%m-%d}" for edge in month_edges(now, 3)] == [
        "2025-11-01",
        "2025-12-01",
        "2026-01-01",
        "2026-02-01",
    ]
    assert [f"{edge:%m-%d}" for edge in day_edges(now, 2)] == ["01-30", "01-31", "02-01"]

"""What is drawn of a check: strips, the map of a year, run times; each has its words as well."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.pictures import STRIP_WIDTH, chart, strip, year
from tests.web.conftest import Site
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.domain.run_times import Run
from tocsin.domain.uptime import Span, Tally, day_edges, tallies

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ago = NOW.__sub__


def test_strip_begins_where_the_check_does() -> None:
    """A check made half-way through the strip is drawn from there to the right edge."""
    [piece] = strip([Span(Status.NEW, ago(7 * DAY), NOW)], ago(14 * DAY), NOW)

    assert (piece.status, piece.x, piece.width) == (Status.NEW, STRIP_WIDTH / 2, STRIP_WIDTH / 2)


def test_strip_leaves_out_what_is_over() -> None:
    """Statuses that ended before the strip begins are not in it, and what lasted into it is cut."""
    past = [Span(Status.DOWN, ago(30 * DAY), ago(20 * DAY)), Span(Status.UP, ago(20 * DAY), NOW)]

    [piece] = strip(past, ago(14 * DAY), NOW)

    assert (piece.status, piece.x, piece.width) == (Status.UP, 0, STRIP_WIDTH)


@given(st.timedeltas(timedelta(), 14 * DAY), st.timedeltas(timedelta(), 14 * DAY))
def test_strip_shows_the_shortest_outage_within_its_edges(one: timedelta, other: timedelta) -> None:
    """Wherever it lies, the last moment as well, a hair of it is there."""
    began, until = sorted((ago(one), ago(other)))

    for piece in strip([Span(Status.DOWN, began, until)], ago(14 * DAY), NOW):
        assert piece.width >= 2
        assert piece.x >= 0
        assert piece.x + piece.width <= STRIP_WIDTH + 0.1


@pytest.mark.parametrize(
    ("down", "look"),
    [(timedelta(minutes=5), "down-1"), (timedelta(hours=1), "down-2"), (timedelta(hours=3), "down-3")],
)
def test_year_grades_days_by_their_downtime(down: timedelta, look: str) -> None:
    """Each day says in words what its colour means; Monday is on top, the oldest week on the left."""
    noon = datetime(2026, 2, 25, 12, tzinfo=UTC)
    past = [
        Span(Status.NEW, noon - DAY, noon),
        Span(Status.DOWN, noon, noon + down),
        Span(Status.UP, noon + down, NOW),
    ]
    drawn = year(tallies(past, day_edges(NOW, 14)))

    assert [day.look for day in drawn.days[-6:]] == ["idle", look, "up", "up", "up", "up"]
    [bad] = drawn.bad
    assert bad.words.endswith(", once")
    assert (drawn.days[0].date.isoweekday(), drawn.days[0].look) == (1, "unknown")
    assert [(day.x, day.y) for day in drawn.days[:8]] == [*((0, 14 * row) for row in range(7)), (14, 0)]
    assert drawn.months == [(14, "Mar")]


def test_year_of_a_downtime_without_length_says_so() -> None:
    """What was down and up again at one moment is a downtime still."""
    [day] = year([Tally(NOW, NOW + DAY, idle=DAY, downtimes=1)]).days

    assert day.words == "down for 0 seconds, once"


def run(n: int, seconds: float) -> Run:
    return Run(n, NOW + n * DAY, timedelta(seconds=seconds), failed=False)


@given(st.lists(st.floats(0, 250_000), min_size=1, max_size=60))
def test_chart_keeps_within_its_frame(lengths: list[float]) -> None:
    """Every run has a dot inside, from left to right; those above the scale lie above all others."""
    drawn = chart([run(n, length) for n, length in enumerate(lengths)], Limits())
    assert drawn is not None

    assert [dot.x for dot in drawn.dots] == sorted(dot.x for dot in drawn.dots)
    assert all(0 <= dot.x <= 640 and 0 <= dot.y <= 150 for dot in drawn.dots)
    apart = [dot.y for dot in drawn.dots if dot.apart]
    assert all(y < dot.y for y in apart for dot in drawn.dots if not dot.apart)


def test_chart_draws_the_limit_where_it_reaches_so_far() -> None:
    """A limit far above all runs would flatten them: it is left out."""
    runs = [run(n, 40 + n) for n in range(9)]

    near, far = (chart(runs, Limits(max_duration=timedelta(seconds=most))) for most in (55, 7200))
    assert near is not None
    assert far is not None
    assert (near.limit, far.limit) == (timedelta(seconds=55), None)


def test_chart_of_runs_that_were_not_measured_is_none() -> None:
    """Jobs that send no start have no run times."""
    assert chart([Run(1, NOW, None, failed=False)], Limits()) is None


@on_sqlite
def test_check_page_tells_uptime_by_month(site: Site) -> None:
    """Three months in sight, each with its share, its downtimes and how long they were; earlier ones are folded."""
    site.clock.now = datetime(2025, 11, 10, tzinfo=UTC)
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.clock.now = datetime(2026, 2, 10, tzinfo=UTC)
    site.house.tick()
    site.ping(check_id)
    site.clock.advance(hours=12)
    site.ping(check_id, Kind.FAIL)
    site.clock.advance(hours=28)
    site.ping(check_id)

    text = site.browser.get(f"/checks/{check_id}").text

    # Nine days of silence, twelve good hours, and 28 after a failure.
    assert "February so far 4.68% 2 10 days 4 hours" in text
    assert "January 0.00% 1 31 days" in text
    assert "December 2025 0.00% 1 31 days" in text
    assert "1 earlier month" in text
    assert "November 2025" in text


@on_sqlite
def test_check_page_draws_runs_with_a_table(site: Site) -> None:
    """How the last runs ended and how long they took, in words, as a picture and as a table."""
    check_id = site.check(timeout=DAY)
    for seconds in (40, 41, 300, 42):
        site.ping(check_id, Kind.START)
        site.clock.advance(seconds=seconds)
        site.ping(check_id, Kind.FAIL if seconds == 300 else Kind.SUCCESS)

    page = site.browser.get(f"/checks/{check_id}")

    assert "The last 4 runs: 3 went well, 1 failed. One takes 41 s usually, 5 min at most." in page.text
    assert page.html.count('<circle class="up"') == 3
    assert "1 Mar 12:06:21: 5 min, failed" in page.html
    assert f'<a href="/checks/{check_id}/pings/6">6</a>' in page.html.split("As a table")[1]


@on_sqlite
def test_check_page_of_a_new_check_draws_no_runs(site: Site) -> None:
    """Before the first ping there is nothing to look at, and no empty frame either."""
    page = site.browser.get(f"/checks/{site.check()}")

    assert 'id="runs"' not in page.html
    assert '<rect class="unknown"' not in page.html
    assert "Once it has been pinged, its uptime shows here" in page.text


@on_sqlite
def test_live_check_brings_uptime_only_when_the_status_turned(site: Site) -> None:
    """A ping that changes no status does not bring the map of a year along."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    html = site.browser.get(f"/checks/{check_id}").html
    url = html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")

    site.ping(check_id)
    assert 'id="uptime"' not in site.browser.client.get(url).text
    site.ping(check_id, Kind.FAIL)
    assert 'id="uptime"' in site.browser.client.get(url).text


def spied(verb: str, method: Callable[..., Any], asked: list[str]) -> Callable[..., Any]:
    def call(*args: Any, **facts: Any) -> Any:
        asked.append(verb)
        return method(*args, **facts)

    return call


@on_sqlite
def test_check_page_reads_a_long_history_by_as_many_requests(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three hundred pings and forty flips are read by one query each, as one of them is."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    asked: list[str] = []
    for verb in ("get", "query", "batch_get"):
        monkeypatch.setattr(type(site.house.table), verb, spied(verb, getattr(type(site.house.table), verb), asked))
    site.browser.get(f"/checks/{check_id}")
    few = asked.copy()
    for n in range(300):
        site.ping(check_id, Kind.FAIL if n < 40 and n % 2 else Kind.SUCCESS)
    asked.clear()

    page = site.browser.get(f"/checks/{check_id}")

    assert "The last 60 runs: all went well." in page.text
    assert asked == few

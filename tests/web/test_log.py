"""The log page: what happened to a check, sifted by kind and time, and what comes anew."""

from __future__ import annotations

import re
from datetime import timedelta
from os import urandom

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.domain.ping import Kind

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY = timedelta(days=1)


@pytest.fixture
def check(site: Site) -> str:
    """Six pings, a minute from one to the next, from noon on: it goes up, down and up again."""
    check_id = site.check(timeout=DAY, grace=DAY)
    for kind in (Kind.SUCCESS, Kind.START, Kind.LOG, Kind.FAIL, Kind.KEEPALIVE, Kind.SUCCESS):
        site.ping(check_id, kind)
        site.clock.advance(minutes=1)
    return check_id


def rows(page: Page) -> list[str]:
    """What stands in each row of the log: the number of a ping, a status, or that somebody was told."""
    body = page.html.split('id="log-rows">')[1].split("</tbody>")[0]
    found = re.findall(r'/pings/(\d+)"|<tr class="turn (\w+)|<tr class="(alert)', body)
    return ["".join(groups) for groups in found]


def log_url(check_id: str, query: str = "") -> str:
    return f"/checks/{check_id}/pings/?{query}"


def test_log_shows_pings_flips_and_alerts(site: Site, check: str) -> None:
    """The newest first; an alert is on top of its flip, and that on top of its ping."""
    page = site.browser.get(log_url(check))

    assert rows(page) == ["alert", "up", "6", "5", "alert", "down", "4", "3", "2", "up", "1"]
    assert "Down after up for 3 minutes · reported a failure" in page.text
    assert "down for alice@example.org waits to be delivered" in page.text


def test_log_says_what_became_of_an_alert(site: Site, check: str) -> None:
    """Once the courier was there, it says how long that took."""
    site.house.tick()

    assert "down to alice@example.org delivered" in site.browser.get(log_url(check)).text


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("kind=fail", ["4"]),
        ("kind=log", ["5", "3"]),
        ("kind=success&kind=flip", ["up", "6", "down", "up", "1"]),
        ("kind=flip", ["up", "down", "up"]),
        ("kind=alert", ["alert", "alert"]),
        ("kind=nonsense&kind=start", ["2"]),
        ("from=2026-03-01T12:01&to=2026-03-01T12:03", ["3", "2"]),
        ("from=2026-03-01T12:05", ["alert", "up", "6"]),
        ("to=2026-03-01T12:01:00", ["up", "1"]),
        ("rows=2&kind=success&kind=fail", ["6", "4"]),
    ],
)
def test_log_is_sifted(site: Site, check: str, query: str, shown: list[str]) -> None:
    """By kind and by time; the choices stay as they were made."""
    page = site.browser.get(log_url(check, query))

    assert rows(page) == shown
    sieve = page.form("Time and rows")
    if "kind=" in query:
        assert set(sieve.values["kind"]) <= set(query.replace("kind=", "").split("&"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "Type a date and a time"),
        ("from=0001-01-01T00:00", "Type a date and a time"),
        ("from=9999-12-31T23:59", "Type a date and a time"),
        ("from=2026-03-01T12:00&to=2026-03-01T12:00", "The end lies before the start."),
    ],
)
def test_log_refuses_times_that_are_none(site: Site, check: str, query: str, words: str) -> None:
    """The sentence stands beside the field, what was typed stays, and nothing is shown."""
    page = site.browser.get(log_url(check, query))

    assert page.status == 422
    assert words in page.text
    assert 'aria-invalid="true"' in page.html
    assert rows(page) == []
    assert page.form("Time and rows").values["from"] == [query.split("&", maxsplit=1)[0].removeprefix("from=")]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00", "1969-12-31T23:59", "9999-12-31T23:59"])
@pytest.mark.parametrize("query", ["to={}", "kind=flip&to={}", "kind=alert&from=2026-03-01T12:00&to={}"])
def test_log_ends_at_no_time_that_nothing_can_be_reckoned_with(site: Site, check: str, query: str, moment: str) -> None:
    """A time before all logs, or at the end of the calendar, is refused beside its field."""
    page = site.browser.get(log_url(check, query.format(moment)))

    assert page.status == 422
    assert 'id="to-error"' in page.html


@pytest.mark.parametrize("rows", ["0", "x", "-5", "99999999999", "٣"])
def test_log_takes_any_number_of_rows(site: Site, check: str, rows: str) -> None:
    """An address that asks for nonsense gets a page, and never more than a thousand rows."""
    assert site.browser.get(log_url(check, f"rows={rows}")).status == 200


def test_log_keeps_what_was_asked_on_its_next_page(site: Site, check: str) -> None:
    """Links to older entries ask for the same kinds, time and number of rows."""
    page = site.browser.get(log_url(check, "kind=log&kind=fail&rows=1&from=2026-03-01T11:00"))
    assert rows(page) == ["5"]

    found = []
    while links := re.findall(r'<a href="([^"]+)">Older', page.html):
        page = site.browser.get(links[0].replace("&amp;", "&"))
        found += rows(page)
    assert found == ["4", "3"]


def test_log_shows_how_long_bodies_begin(site: Site) -> None:
    """What stands apart is previewed as well, without being fetched."""
    check_id = site.check()
    site.ping(check_id, body=b"dumped 41 tables\n" + urandom(2000).hex().encode())

    assert "dumped 41 tables" in site.browser.get(log_url(check_id)).text


def live_url(page: Page) -> str:
    return page.html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")


def test_live_log_brings_only_what_is_new(site: Site, check: str) -> None:
    """Nothing while nothing happens; then the rows that are to be put on top, as far as their kind is wanted."""
    page = site.browser.get(log_url(check, "kind=fail&kind=flip"))
    url = live_url(page)
    assert site.browser.client.get(url).status_code == 204

    site.ping(check)
    site.ping(check, Kind.FAIL, body=b"disk full")
    answer = site.browser.client.get(url).text

    assert "<html" not in answer
    assert 'hx-swap-oob="afterbegin:#log-rows"' in answer
    assert "disk full" in answer
    assert re.findall(r'/pings/(\d+)"|<tr class="turn (\w+)', answer) == [("", "down"), ("8", "")]
    assert site.browser.client.get(live_url(Page(**(vars(page) | {"html": answer})))).status_code == 204


def test_live_log_that_missed_too_much_is_loaded_anew(site: Site, check: str) -> None:
    """More than a page holds came while nobody looked."""
    url = live_url(site.browser.get(log_url(check, "rows=2")))
    for _ in range(3):
        site.ping(check)

    assert site.browser.client.get(url).headers["HX-Refresh"] == "true"


@pytest.mark.parametrize("query", ["before=5", "after=2", "to=2026-03-01T12:03", "from=nonsense"])
def test_log_of_the_past_is_not_live(site: Site, check: str, query: str) -> None:
    """What is over does not change."""
    assert "hx-get" not in site.browser.get(log_url(check, query)).html.split("<main")[1]


def test_log_of_a_new_check_teaches(site: Site) -> None:
    """An empty log says what fills it."""
    page = site.browser.get(log_url(site.check()))

    assert "The job’s first call shows here by itself." in page.text

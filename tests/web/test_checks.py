from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.conftest import Site
from tocsin.domain.ping import Kind
from tocsin.services.checks import pause_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.checks import Checks

DAY = timedelta(days=1)


def names(page_html: str) -> list[str]:
    """The checks on a page of the list, in order, without those that the filter hides."""
    rows = page_html.split("<tbody", 1)[1].split("<tr")[1:]
    return [row.split("</a>")[0].rsplit(">", 1)[1] for row in rows if not row.split(">")[0].endswith("hidden")]


def populate(site: Site) -> None:
    """One check of each status, made in an order that is not the list's."""
    late, paused, up, down = (
        site.check(name=name, timeout=timeout)
        for name, timeout in (("Late", timedelta(hours=1)), ("Paused", DAY), ("Up", DAY), ("Down", DAY))
    )
    site.check(name="New", tags="fresh prod")
    for check_id in (late, paused, up):
        site.ping(check_id)
    site.ping(down, Kind.FAIL)
    pause_check(site.house.checks, check_id=paused, by=COMMAND, now=site.clock())
    site.clock.advance(minutes=62)


def test_list_shows_what_is_down_first(site: Site) -> None:
    """Statuses come in the order in which they need somebody, each with its word and in the counts."""
    populate(site)

    page = site.browser.get(site.list_url)

    assert names(page.html) == ["Down", "Late", "Up", "New", "Paused"]
    assert "1 check is down" in page.text
    for words in ("All 5", "Down 1", "Late 1", "Up 1", "New 1", "Paused 1"):
        assert words in page.text
    assert "(1) Backups · Tocsin" in page.text
    assert "/bell/1.svg" in page.html


def test_list_tells_exact_and_relative_times(site: Site) -> None:
    """The last ping is told in words, with the exact moment for programs: the page's own shows it to who hovers."""
    site.ping(site.check(name="Up", timeout=DAY))
    site.clock.advance(hours=3, minutes=5)

    html = site.browser.get(site.list_url).html

    assert "<time datetime=2026-03-01T12:00:00Z>3 hours ago</time>" in html
    assert "every day" in html


def test_list_shows_runs_under_way_and_how_long_the_last_one_took(site: Site) -> None:
    """A start marks the row until the run ends; then its length stands there."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id, Kind.START)
    assert "running" in site.browser.get(site.list_url).text

    site.clock.advance(seconds=75)
    site.ping(check_id)
    text = site.browser.get(site.list_url).text

    assert "running" not in text
    assert "1 min 15 s" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?status=down", ["Down"]),
        ("?status=grace", ["Late"]),
        ("?status=nonsense", ["Down", "Late", "Up", "New", "Paused"]),
        ("?q=pROd%20new", ["New"]),
        ("?q=fresh", ["New"]),
        ("?q=nothing+at+all", []),
        ("?status=up&q=new", []),
    ],
)
def test_list_filters_without_javascript(site: Site, query: str, found: list[str]) -> None:
    """Status and words in the address choose the rows; every word must be in the name or a tag."""
    populate(site)

    assert names(site.browser.get(site.list_url + query).html) == found


def test_list_says_when_nothing_is_left(site: Site) -> None:
    """A filter without a match says so instead of showing an empty table only."""
    site.check()

    assert "No check is down now." in site.browser.get(f"{site.list_url}?status=down").text


def test_list_without_checks_teaches_what_one_is(site: Site) -> None:
    """The empty list explains checks in three steps, with a line to put behind a job."""
    page = site.browser.get(site.list_url)

    assert "Nothing is being watched yet" in page.text
    assert "/path/to/job && curl -fsS -m 10 --retry 5 -o /dev/null http://localhost/ping/…" in page.text
    assert f"{site.list_url}add" in page.links


@pytest.mark.parametrize("act", ["ping", "silence", "add", "rename"])
def test_live_list_answers_only_when_something_moved(site: Site, act: str) -> None:
    """The fragment is empty while nothing changes, whatever the time, and whole when anything did."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    html = site.browser.get(site.list_url).html
    url = html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    site.clock.advance(minutes=5)
    assert site.browser.client.get(url).status_code == 204

    if act == "ping":
        site.ping(check_id)
    elif act == "silence":
        site.clock.advance(days=1)
    elif act == "add":
        site.check(name="Another")
    else:
        site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), name="Renamed")

    answer = site.browser.client.get(url)
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert url not in answer.text


def test_live_list_keeps_the_status_chosen(site: Site) -> None:
    """A list of what is down stays one when it is refreshed."""
    populate(site)

    url = site.browser.get(f"{site.list_url}?status=down").html.split('hx-get="')[1].split('"')[0]

    assert "status=down" in url
    assert names(site.browser.client.get(url.split("?")[0] + "?status=down").text) == ["Down"]


def test_list_of_500_is_one_small_answer(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five hundred checks with tags, pings and channels are a page of less than 200 kB, boxes and all."""
    for number in range(5):
        name = f"Nightly backup of customer {number}"
        check_id = site.check(name=name, slug=f"backup-{number}", tags="prod backup", timeout=DAY)
        site.ping(check_id, Kind.START)
        site.clock.advance(seconds=75)
        site.ping(check_id)
    site.clock.advance(hours=3)
    pairs = site.house.checks.listing(site.project)
    monkeypatch.setattr(Checks, "listing", lambda checks, project: pairs * 100)

    page = site.browser.get(site.list_url)

    assert page.html.count("<tr") == 501
    assert page.html.count("type=checkbox") == 500
    assert len(page.html.encode()) < 200_000


def test_names_are_text_whatever_is_in_them(site: Site) -> None:
    """Markup in names, tags, descriptions and what jobs send stays text on every page."""
    evil = "<script>alert(1)</script>'\"><img src=x onerror=alert(2)>{{ 7*7 }}"
    check_id = site.check(name=evil, tags="<b>t</b>", desc=evil, slug="x")
    site.ping(check_id, body=evil.encode(), ua=evil)

    for url in (
        site.list_url,
        *(f"/checks/{check_id}{part}" for part in ("", "/edit", "/delete", "/pings/", "/pings/1")),
    ):
        html = site.browser.get(url).html
        assert "<script>alert" not in html
        assert "<img src=x" not in html
        assert "<b>t</b>" not in html
        assert "{{ 7*7 }}" in html


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("sort", "found"),
    [
        ("name", ["Down", "Late", "New", "Paused", "Up"]),
        ("-name", ["Up", "Paused", "New", "Late", "Down"]),
        ("-status", ["Paused", "New", "Up", "Late", "Down"]),
        ("expected", ["Late", "New", "Down", "Up", "Paused"]),
        ("-told", ["Down", "Late", "Up", "New", "Paused"]),
        ("nonsense", ["Down", "Late", "Up", "New", "Paused"]),
    ],
)
def test_list_is_sorted_by_any_column(site: Site, sort: str, found: list[str]) -> None:
    """The address says by which; what has nothing there comes last, and the head's link turns it round."""
    populate(site)

    page = site.browser.get(f"{site.list_url}?sort={sort}&status=")

    assert names(page.html) == found
    if sort == "name":
        assert f"{site.list_url}?sort=-name" in page.links
        assert 'aria-sort="ascending"' in page.html


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_list_is_sorted_by_what_happened_when(site: Site) -> None:
    """By when checks were added and pinged, and how long they ran; what never was comes last both ways."""
    for name, seconds in (("B", 5), ("A", 60)):
        check_id = site.check(name=name, timeout=DAY)
        site.ping(check_id, Kind.START)
        site.clock.advance(seconds=seconds)
        site.ping(check_id)
    site.clock.advance(seconds=1)
    site.check(name="C")

    for sort, found in (("added", "BAC"), ("-added", "CAB"), ("-ping", "ABC"), ("-run", "ABC"), ("run", "BAC")):
        assert "".join(names(site.browser.get(f"{site.list_url}?sort={sort}").html)) == found


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_numbers_in_names_count_as_such(site: Site) -> None:
    """Nobody looks for customer 10 before customer 9."""
    for name in ("db 10", "DB 9", "9", "a"):
        site.check(name=name)
    assert names(site.browser.get(site.list_url).html) == ["9", "a", "DB 9", "db 10"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_tags_are_counted_and_filtered_by(site: Site) -> None:
    """Each tag with how many have it and how many of these are down; all that are chosen must be there."""
    for name, tags in (("A", "prod db"), ("B", "prod"), ("C", "db")):
        site.ping(site.check(name=name, tags=tags), Kind.FAIL if name == "A" else Kind.SUCCESS)

    page = site.browser.get(f"{site.list_url}?tag=prod")

    assert "db 21 down prod 21 down" in page.text
    assert names(page.html) == ["A", "B"]
    assert "All 2" in page.text
    assert names(site.browser.get(f"{site.list_url}?tag=prod&tag=db").html) == ["A"]
    assert f"{site.list_url}?tag=prod&tag=db" in page.links


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_slug_that_two_checks_share_is_marked(site: Site) -> None:
    """Ping URLs by slug are one link away; a ping by a slug that is not unique is refused, so it says so."""
    for name, slug in (("A", "dump"), ("B", "dump"), ("C", "other")):
        site.check(name=name, slug=slug)
    page = site.browser.get(site.list_url)
    assert "not unique" not in page.text
    assert f"{site.list_url}?urls=slug" in page.links

    html = site.browser.get(f"{site.list_url}?urls=slug").html

    rows = html.split("<tbody")[1].split("<tr")[1:]
    assert ["not unique" in row for row in rows] == [True, True, False]
    assert [">dump" in row or ">other" in row for row in rows] == [True, True, True]

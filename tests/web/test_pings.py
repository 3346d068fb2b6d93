from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from itertools import chain

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.domain.ping import Kind
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

DAY = timedelta(days=1)


def keep(site: Site, *, days: int | None = None, count: int | None = None) -> None:
    set_retention(
        site.house.checks,
        site.house.projects,
        project=site.project,
        days=days,
        count=count,
        by=COMMAND,
        now=site.clock(),
    )


def numbers(page: Page) -> list[int]:
    """The pings on a page of the log, in its order."""
    return [int(link.rsplit("/", 1)[1]) for link in page.links if re.search(r"/pings/[0-9]+$", link)]


def leading(page: Page) -> dict[str, str]:
    """Where the links below the log lead to, by their words."""
    return {words: link.replace("&amp;", "&") for link, words in re.findall(r'<a href="([^"]+)">(\w+)</a>', page.html)}


def walk(site: Site, page: Page, word: str) -> list[list[int]]:
    """The pages from here on to the last one in a direction, by their numbers."""
    found = [numbers(page)]
    while word in leading(page):
        page = site.browser.get(leading(page)[word])
        found.append(numbers(page))
    return found


def flat(pages: Iterable[list[int]]) -> list[int]:
    return list(chain.from_iterable(pages))


def ping_often(site: Site, check_id: str, times: int) -> None:
    for _ in range(times):
        site.ping(check_id)
        site.clock.advance(seconds=1)


@pytest.mark.parametrize("pings", [1, 29, 30, 31, 60, 61])
def test_log_pages_to_its_very_end_and_back(site: Site, pings: int) -> None:
    """Thirty a page, none left out or shown twice, and no link that leads to an empty page."""
    check_id = site.check(timeout=DAY)
    ping_often(site, check_id, pings)
    page = site.browser.get(f"/checks/{check_id}/pings/?rows=30")

    back = walk(site, page, "Older")
    assert flat(back) == list(range(pings, 0, -1))
    assert all(len(numbers) == 30 for numbers in back[:-1])

    if pings > 30:
        oldest = site.browser.get(leading(page)["Oldest"])
        assert numbers(oldest) == list(range(30, 0, -1))
        assert leading(oldest).keys() >= {"Newest", "Newer"}
        assert "Older" not in leading(oldest)
        forth = walk(site, oldest, "Newer")
        assert flat(reversed(forth)) == list(range(pings, 0, -1))
        assert numbers(site.browser.get(leading(oldest)["Newest"])) == back[0]


def test_check_page_leads_to_older_pings_only_where_there_are_some(site: Site) -> None:
    """Thirty pings are all there is to see; the next one makes a second page."""
    check_id = site.check(timeout=DAY)
    ping_often(site, check_id, 30)
    assert "Older pings" not in site.browser.get(f"/checks/{check_id}").text

    site.ping(check_id)
    page = site.browser.get(f"/checks/{check_id}")

    assert numbers(page) == list(range(31, 1, -1))
    assert numbers(site.browser.get(next(link for link in page.links if "before=" in link))) == [1]


def test_log_goes_on_behind_a_gap(site: Site) -> None:
    """Pings written while the project kept its log for a day are gone; older ones are not, and can be reached."""
    check_id = site.check(timeout=DAY)
    ping_often(site, check_id, 40)
    keep(site, days=1)
    ping_often(site, check_id, 70)
    keep(site, days=None)
    site.clock.advance(days=2)
    ping_often(site, check_id, 5)
    page = site.browser.get(f"/checks/{check_id}/pings/?rows=30")
    kept = [*range(115, 110, -1), *range(40, 0, -1)]

    assert flat(walk(site, page, "Older")) == kept
    oldest = site.browser.get(leading(page)["Oldest"])
    assert flat(reversed(walk(site, oldest, "Newer"))) == kept
    assert "Older pings" in site.browser.get(f"/checks/{check_id}").text


def test_log_ends_where_it_is_too_old(site: Site) -> None:
    """What is past its age is neither shown nor linked to, from either end."""
    check_id = site.check(timeout=DAY)
    ping_often(site, check_id, 50)
    site.clock.advance(days=29)
    ping_often(site, check_id, 40)
    site.clock.advance(days=2)
    site.sign_in()
    page = site.browser.get(f"/checks/{check_id}/pings/?rows=30")

    assert walk(site, page, "Older") == [[*range(90, 60, -1)], [*range(60, 50, -1)]]
    assert numbers(site.browser.get(leading(page)["Oldest"])) == list(range(80, 50, -1))


def test_log_of_so_many_pings_ends_there(site: Site) -> None:
    """A project that keeps forty has a second page of ten."""
    check_id = site.check(timeout=DAY)
    ping_often(site, check_id, 100)
    keep(site, count=40)

    page = site.browser.get(f"/checks/{check_id}/pings/?rows=30")

    assert walk(site, page, "Older") == [[*range(100, 70, -1)], [*range(70, 60, -1)]]


def test_log_shows_durations_on_every_page(site: Site) -> None:
    """Also of overlapping runs whose starts are on a page before."""
    check_id = site.check(timeout=DAY, grace=DAY)
    rids = [f"{n:08}-2222-4333-8444-555555555555" for n in range(30)]
    for rid in rids:
        site.ping(check_id, Kind.START, rid=rid)
    site.clock.advance(minutes=7)
    for rid in rids:
        site.ping(check_id, rid=rid)

    page = site.browser.get(f"/checks/{check_id}/pings/?rows=30")
    assert page.text.count("7 min") == 30
    assert site.browser.get(f"/checks/{check_id}/pings/?after=30&rows=30").text.count("7 min") == 30


@pytest.mark.parametrize("before", ["0", "-1", "x", "1e3", "9" * 100, "1"])
def test_log_takes_any_number_in_its_address(site: Site, before: str) -> None:
    """A mangled link shows a page, never an error."""
    check_id = site.check()
    site.ping(check_id)

    for query in (f"before={before}", f"after={before}", f"before={before}&after={before}"):
        assert site.browser.get(f"/checks/{check_id}/pings/?{query}").status == 200


def test_log_older_than_it_is_kept_says_so(site: Site) -> None:
    """Pings past their age are not shown, and the page tells why there are none."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.clock.advance(days=31)
    site.sign_in()

    assert "All 1 pings are older than the log goes back." in site.browser.get(f"/checks/{check_id}").text
    assert site.browser.get(f"/checks/{check_id}/pings/1").status == 404
    assert site.browser.get(f"/checks/{check_id}/pings/1/body").status == 404


def test_ping_page_shows_everything_about_it(site: Site) -> None:
    """Kind, time, source, request, program, exit status, run id and the whole body."""
    check_id = site.check()
    rid = "11111111-2222-4333-8444-555555555555"
    site.ping(check_id, Kind.FAIL, exit_status=7, rid=rid, body=b"first\nlast line of it", ua="job/1.0 (a host)")

    text = site.browser.get(f"/checks/{check_id}/pings/1").text

    for words in ("Ping 1 Failure", "1 Mar 12:00:00", "192.0.2.7", "GET by http", "7", rid, "job/1.0 (a host)"):
        assert words in text
    assert "first last line of it" in text


@pytest.mark.parametrize("length", [5, 300, 301, 60_000])
def test_ping_body_is_downloaded_as_it_came(site: Site, length: int) -> None:
    """The bytes come back unchanged, as an attachment that no browser makes a page of."""
    check_id = site.check()
    body = (b"<script>\xff\x00\r\n" * 6000)[:length]
    site.ping(check_id, body=body)

    answer = site.browser.client.get(f"/checks/{check_id}/pings/1/body")

    assert answer.data == body
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ping-1.txt"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_ping_body_that_is_no_text_does_not_break_the_page(site: Site) -> None:
    """Bytes that can't be read show as such."""
    check_id = site.check()
    site.ping(check_id, body=b"\x1b[31mred\x00\xff </pre><b>")

    html = site.browser.get(f"/checks/{check_id}/pings/1").html

    assert "�[31mred�� &lt;/pre&gt;&lt;b&gt;" in html


@pytest.mark.parametrize(
    "path", ["pings/2", "pings/2/body", "pings/0", "pings/9999999999", "pings/99999999999", "pings/x"]
)
def test_ping_that_is_not_there_is_not_found(site: Site, path: str) -> None:
    """Numbers without a ping, and what is no number, answer 404."""
    check_id = site.check()
    site.ping(check_id)

    assert site.browser.get(f"/checks/{check_id}/{path}").status == 404

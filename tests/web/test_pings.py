from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.conftest import Site
from tocsin.domain.ping import Kind

DAY = timedelta(days=1)


def test_log_pages_back_and_forth_by_number(site: Site) -> None:
    """A page has thirty pings; links lead to older and newer ones, down to the first."""
    check_id = site.check(timeout=DAY)
    for _ in range(65):
        site.ping(check_id)
        site.clock.advance(seconds=1)
    page = site.browser.get(f"/checks/{check_id}")
    assert f"/checks/{check_id}/pings/65" in page.links
    assert f"/checks/{check_id}/pings/36" in page.links
    assert f"/checks/{check_id}/pings/35" not in page.links

    page = site.browser.get(next(link for link in page.links if link.endswith("before=36")))
    assert f"/checks/{check_id}/pings/35" in page.links
    page = site.browser.get(next(link for link in page.links if link.endswith("before=6")))
    assert f"/checks/{check_id}/pings/1" in page.links
    assert "Older" not in page.text
    page = site.browser.get(next(link for link in page.links if link.endswith("before=36")))
    assert f"/checks/{check_id}/pings/35" in page.links


@pytest.mark.parametrize("before", ["0", "-1", "x", "1e3", "9" * 100, "1"])
def test_log_takes_any_number_in_its_address(site: Site, before: str) -> None:
    """A mangled link shows a page, never an error."""
    check_id = site.check()
    site.ping(check_id)

    assert site.browser.get(f"/checks/{check_id}/pings/?before={before}").status == 200


def test_log_older_than_it_is_kept_says_so(site: Site) -> None:
    """Pings past their age are not shown, and the page tells why there are none."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.clock.advance(days=31)

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

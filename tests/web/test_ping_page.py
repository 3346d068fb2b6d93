"""The page of a ping: what the job sent along, in the ways that people look at it, and the files of mails."""

from __future__ import annotations

import json
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.web.body_views import body_views
from tests.web.conftest import Site
from tocsin.services.record_ping import record_mail

on_sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def mail(site: Site) -> str:
    """The page of a ping that came by mail, with text, HTML and a file."""
    made = EmailMessage()
    made["Subject"] = "Nightly"
    made.set_content("All is well.\n")
    made.add_alternative("<p>All is <b>very</b> well.</p><script>alert(1)</script>\n", subtype="html")
    made.add_attachment(b"\x00\x01", maintype="application", subtype="zip", filename="täglich.zip")
    check_id = site.check()
    record_mail(
        site.house.checks,
        check_id=check_id,
        now=site.clock(),
        sender="cron@db-1",
        subject="Nightly",
        text="",
        message=made.as_bytes(),
    )
    return f"/checks/{check_id}/pings/1"


@on_sqlite
def test_mail_is_shown_part_by_part(site: Site, mail: str) -> None:
    """Its text, that of its HTML, the source, the headers, and the message; markup stays text."""
    page = site.browser.get(mail)

    for words in ("All is well.", "All is very well.", "<p>All is <b>very</b> well.</p>", "Subject: Nightly"):
        assert words in page.text
    assert "<script>alert" not in page.html
    assert "täglich.zip application/zip, 2 bytes" in page.text


@on_sqlite
def test_file_of_a_mail_is_taken_out(site: Site, mail: str) -> None:
    """As it was put in, to be saved and never shown, whatever its sender calls it."""
    answer = site.browser.client.get(f"{mail}/parts/3")

    assert answer.data == b"\x00\x01"
    assert answer.mimetype == "application/octet-stream"
    assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''t%C3%A4glich.zip"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert site.browser.client.get(f"{mail}/body").headers["Content-Disposition"] == 'attachment; filename="ping-1.eml"'


@on_sqlite
@pytest.mark.parametrize("part", ["0", "4", "999"])
def test_part_that_is_not_there_is_not_found(site: Site, mail: str, part: str) -> None:
    """A mail has the parts that it has, and a request has none."""
    assert site.browser.get(f"{mail}/parts/{part}").status == 404
    check_id = site.check()
    site.ping(check_id, body=b"x")
    assert site.browser.get(f"/checks/{check_id}/pings/1/parts/1").status == 404


@pytest.mark.parametrize(
    ("body", "names"),
    [
        (b"dumped 41 tables", ["text"]),
        (b'{"tables": [1, 2]}', ["json", "text"]),
        (b"[broken", ["text"]),
        (b"[" * 100_000, ["text"]),
        (b"42", ["text"]),
        (b"\xff\xfe\x00", ["bytes", "text"]),
        (b"cut in the mid\xc3", ["text"]),
        (b"zero \x00 byte", ["bytes", "text"]),
    ],
)
def test_body_is_shown_in_the_ways_that_fit(body: bytes, names: list[str]) -> None:
    """JSON on lines of its own, bytes one by one where they are no text."""
    assert [view.name for view in body_views(body)] == names


def test_bytes_are_shown_in_rows() -> None:
    """Sixteen a row, with what can be read of them, and only so many."""
    [dump, _] = body_views(bytes(range(250, 256)) + b"abcdefghijklm" + bytes(5000))

    assert dump.text.splitlines()[0] == "000000  fa fb fc fd fe ff 61 62 63 64 65 66 67 68 69 6a  ......abcdefghij"
    assert dump.text.splitlines()[-1] == "and 923 bytes more"


@given(st.dictionaries(st.text(), st.integers() | st.lists(st.text())))
def test_json_laid_out_says_the_same(value: dict[str, object]) -> None:
    """Nothing of it is lost or changed on the way."""
    laid_out, _ = body_views(json.dumps(value).encode())

    assert json.loads(laid_out.text) == value


@on_sqlite
def test_page_of_json_has_both_views(site: Site) -> None:
    """The laid out one first."""
    check_id = site.check()
    site.ping(check_id, body=b'{"tables":41}')
    html = site.browser.get(f"/checks/{check_id}/pings/1").html

    assert "&#34;tables&#34;: 41\n}" in html
    assert "{&#34;tables&#34;:41}" in html


def test_json_that_grows_out_of_bounds_is_shown_as_it_came() -> None:
    """Brackets in brackets are mostly indentation; what is laid out by people is not."""
    nested = ("[" * 600 + "]" * 600 + ",") * 80
    assert [view.name for view in body_views(f"[{nested[:-1]}]".encode())] == ["text"]
    assert [view.name for view in body_views(b"[[[[[[{}]]]]]]")] == ["json", "text"]


@on_sqlite
def test_json_with_half_a_letter_is_shown(site: Site) -> None:
    """An escape may name what is no letter by itself."""
    check_id = site.check()
    site.ping(check_id, body=b'["\\ud83d", 1]')
    assert site.browser.get(f"/checks/{check_id}/pings/1").status == 200

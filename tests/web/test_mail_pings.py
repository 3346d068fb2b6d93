"""Pings by mail on the pages: where to send them, and what is shown of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tests.web.conftest import Site, settle
from tocsin.domain.ping import Keywords, Rules
from tocsin.services.record_ping import record_mail

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MAIL = (
    b"From: cron@db-1.example.org\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?= <b>\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
    b"Dumped =E2=9C=93 41 tables.\r\n"
)


def mailed(site: Site, message: bytes = MAIL) -> str:
    check_id = site.check(rules=Rules(filter_subject=True, keywords=Keywords(failure="Grü")))
    record_mail(
        site.house.checks,
        check_id=check_id,
        now=site.clock(),
        sender="cron@db-1.example.org",
        subject="Grüße <b>",
        text="",
        message=message,
    )
    return check_id


def test_mail_is_named_by_its_sender_and_subject(site: Site) -> None:
    """The log shows what the job wrote rather than how mails look inside."""
    text = site.browser.get(f"/checks/{mailed(site)}").text

    assert "Failure Grüße <b> by mail · cron@db-1.example.org" in text
    assert "Content-Transfer-Encoding" not in text


def test_mail_is_shown_decoded_and_as_it_came(site: Site) -> None:
    """Subject and text are for reading, the message is there to look into and to download."""
    check_id = mailed(site)

    page = site.browser.get(f"/checks/{check_id}/pings/1")

    assert "by mail · cron@db-1.example.org" in page.text
    assert "Grüße <b>" in page.text
    assert "Dumped ✓ 41 tables." in page.text
    assert "The message as it came" in page.text
    assert "Content-Transfer-Encoding: quoted-printable" in page.text
    assert site.browser.client.get(f"/checks/{check_id}/pings/1/body").data == MAIL


@pytest.mark.parametrize("message", [b"", b"\xff\x00", b"Subject:\n\n", b"x" * 100_000, b"<script>alert(1)</script>"])
def test_mail_that_is_none_breaks_no_page(site: Site, message: bytes) -> None:
    """Whatever came, its pages are there, and markup in it stays text."""
    check_id = mailed(site, message)

    for url in (f"/checks/{check_id}", f"/checks/{check_id}/pings/1"):
        page = site.browser.get(url)
        assert page.status == 200
        assert "<script>alert" not in page.html


def test_check_page_has_no_mail_address_without_a_domain(site: Site) -> None:
    """Nobody is invited to write where nobody listens."""
    assert "By mail" not in site.browser.get(f"/checks/{site.check(slug='dump')}").text


def test_check_page_shows_its_mail_addresses(store_url: str, clock: Clock, tmp_path: Path) -> None:
    """By id, and by slug where there is one."""
    with serving_app(settings_for(store_url, tmp_path, ping_mail_domain="ping.example.org"), clock) as app:
        site = settle(app, clock, "alice@example.org")
        nameless, check_id = site.check(), site.check(slug="dump")
        project = site.house.projects.get(site.project)
        assert project is not None

        text = site.browser.get(f"/checks/{check_id}").text

        assert f"{check_id}@ping.example.org" in text
        assert f"{project.ping_key}+dump@ping.example.org" in text
        assert site.browser.get(f"/checks/{nameless}").text.count("@ping.example.org") == 1

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.conftest import Site
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.services.checks import delete_check
from tocsin.stores.audit import COMMAND

DAY = timedelta(days=1)


def test_events_are_cleared_after_a_question(site: Site) -> None:
    """Asking changes nothing; afterwards log, history and runs are gone, and the check is new."""
    check_id = site.check(name="Old job", timeout=DAY)
    for kind in (Kind.SUCCESS, Kind.FAIL, Kind.START):
        site.ping(check_id, kind)
    page = site.browser.get(f"/checks/{check_id}/clear")
    assert "Clear the events of “Old job”?" in page.text
    assert "All its pings go" in page.text
    assert site.entry(check_id, 1) is not None

    page = site.browser.submit(page)

    assert page.url == f"/checks/{check_id}"
    assert "Its pings and history are cleared" in page.text
    assert "Its status has never changed." in page.text
    assert "No ping since its events were cleared." in page.text
    stored = site.house.checks.get(check_id)
    assert stored is not None
    assert (stored.check.status, stored.check.runs) == (Status.NEW, ())
    assert site.browser.get(f"/checks/{check_id}/pings/3").status == 404


def test_events_cleared_are_followed_by_new_ones(site: Site) -> None:
    """The log begins anew, numbered on."""
    check_id = site.check(timeout=DAY)
    site.ping(check_id)
    site.browser.submit(site.browser.get(f"/checks/{check_id}/clear"))
    site.ping(check_id)

    page = site.browser.get(f"/checks/{check_id}/pings/")

    assert f"/checks/{check_id}/pings/2" in page.links
    assert f"/checks/{check_id}/pings/1" not in page.links
    assert "Old" not in page.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_events_are_not_cleared_without_a_token(site: Site) -> None:
    """A form on another site can't clear anything."""
    check_id = site.check()
    site.ping(check_id)

    assert site.browser.client.post(f"/checks/{check_id}/clear").status_code == 400

    assert site.entry(check_id, 1) is not None


def test_events_of_a_check_that_vanished_are_not_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's deletion between the question and the answer is no fault of ours."""
    check_id = site.check()
    page = site.browser.get(f"/checks/{check_id}/clear")
    found = site.house.checks.find(check_id)
    delete_check(site.house.checks, check_id=check_id, by=COMMAND, now=site.clock())
    monkeypatch.setattr(type(site.house.checks), "find", lambda *_: found)

    assert site.browser.submit(page).status == 404

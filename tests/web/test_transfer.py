"""Handing a project over: proposed by its owner, accepted or declined, and never two owners or none."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser, Page
from tests.web.conftest import Site
from tests.web.mailbox import link_in, mails_to
from tests.web.test_access import people_of
from tests.web.test_team import roles, team
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
ALICE, HEIR = "alice@example.org", "member@example.org"


def propose(site: Site, heir: str = HEIR) -> Page:
    return site.browser.submit(site.browser.get(f"{team(site)}transfer"), "Ask them", heir=people_of(site)[heir])


@pytest.fixture
def heir(site: Site) -> Browser:
    return site.member(Role.MEMBER)


def test_heir_accepts_and_the_owner_becomes_a_manager(site: Site, heir: Browser) -> None:
    """Both get word of it by mail; until then nothing changes."""
    assert f"{HEIR} is asked." in propose(site).text
    assert roles(site) == {ALICE: Role.OWNER, HEIR: Role.MEMBER}
    [asked] = mails_to(site.house, HEIR)
    assert asked["Subject"] == f"{ALICE} wants to hand Backups over to you"
    assert "wants to hand this project over to you" in heir.get(team(site)).text

    page = heir.get(link_in(asked))
    token = page.form().values["csrf_token"]
    done = heir.client.post(page.url, data={"csrf_token": token, "answer": "accept"}, follow_redirects=True)

    assert "“Backups” is yours now." in done.text
    assert roles(site) == {HEIR: Role.OWNER, ALICE: Role.MANAGER}
    assert site.noted("transfer.accept").changes == {"owner": (ALICE, HEIR)}
    [told] = mails_to(site.house, ALICE)
    assert told["Subject"] == f"{HEIR} has accepted Backups"
    assert site.browser.get(f"{team(site)}transfer").status == 403
    assert heir.get(page.url).status == 404


def test_heir_declines(site: Site, heir: Browser) -> None:
    propose(site)
    page = heir.get(f"{team(site)}offer")

    done = heir.submit(page)

    assert "You have declined." in done.text
    assert roles(site) == {ALICE: Role.OWNER, HEIR: Role.MEMBER}
    assert heir.get(f"{team(site)}offer").status == 404
    assert site.noted("transfer.decline").actor.name == HEIR


def test_offer_that_was_taken_back_can_not_be_accepted(site: Site, heir: Browser) -> None:
    """By the page that the heir still has open."""
    propose(site)
    page = heir.get(f"{team(site)}offer")
    site.browser.submit(site.browser.get(f"{team(site)}transfer"), "Take the offer back")

    assert heir.submit(page, answer="accept").status == 404
    assert roles(site) == {ALICE: Role.OWNER, HEIR: Role.MEMBER}


def test_offer_is_for_one_person_and_seven_days(site: Site, heir: Browser) -> None:
    """To everybody else there is nothing; a later offer replaces an earlier one."""
    manager = site.member(Role.MANAGER)
    propose(site)
    assert manager.get(f"{team(site)}offer").status == 404
    assert site.browser.get(f"{team(site)}offer").status == 404

    propose(site, "manager@example.org")
    assert heir.get(f"{team(site)}offer").status == 404
    page = manager.get(f"{team(site)}offer")
    site.clock.advance(days=8)
    assert manager.submit(page, answer="accept").status == 404
    assert roles(site)[ALICE] is Role.OWNER


def test_heir_whose_role_was_changed_meanwhile_still_becomes_the_only_owner(site: Site, heir: Browser) -> None:
    """One who was taken off the team does not become one."""
    propose(site)
    page = heir.get(f"{team(site)}offer")
    site.browser.submit(site.browser.get(f"{team(site)}{people_of(site)[HEIR]}/remove"))

    assert heir.submit(page, answer="accept").status == 404
    assert roles(site) == {ALICE: Role.OWNER}
    assert "Waits for" not in site.browser.get(team(site)).text


@pytest.mark.parametrize("heir_id", ["", "00000000-0000-4000-8000-000000000001", "own"])
def test_offer_to_nobody_of_the_team_is_refused(site: Site, heir: Browser, heir_id: str) -> None:
    """Neither to strangers, nor to oneself."""
    page = site.browser.get(f"{team(site)}transfer")

    refused = site.browser.submit(page, heir=site.user.id if heir_id == "own" else heir_id)

    assert refused.status == 422
    assert site.house.transfers.get(site.project, now=site.clock()) is None

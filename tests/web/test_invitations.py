"""Invitations to a team: mailed, accepted with an account and without, sent again, taken back, worn out."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser, Page
from tests.web.conftest import Site
from tests.web.mailbox import link_in, mails_to
from tests.web.test_access import people_of
from tests.web.test_team import roles, set_role, team
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
NEW = "new@example.org"


def invite(site: Site, email: str = NEW, role: str = "member") -> Page:
    return site.browser.submit(site.browser.get(f"{team(site)}invite"), email=email, role=role)


def link(site: Site, email: str = NEW) -> str:
    """In the only mail to them."""
    [message] = mails_to(site.house, email)
    return link_in(message)


def test_invited_person_without_an_account_gets_one_and_joins(site: Site, anonymous: Browser) -> None:
    """Following the link changes nothing; its button makes the account, signs in, and uses the link up."""
    assert f"The invitation is on its way to {NEW}." in invite(site, role="read-only").text
    [message] = mails_to(site.house, NEW)
    assert message["Subject"] == "alice@example.org invites you to Backups"

    page = anonymous.get(link(site))
    assert "alice@example.org invites you, as: read-only." in page.text
    assert site.house.accounts.by_email(NEW) is None
    joined = anonymous.submit(page)

    assert "Welcome to “Backups”. Your role: read-only." in joined.text
    assert joined.url == site.list_url
    assert roles(site)[NEW] is Role.READ_ONLY
    assert site.noted("member.join").name == NEW
    again = anonymous.get(link(site))
    assert (again.status, "This invitation is void" in again.text) == (404, True)
    assert site.house.invitations.of_project(site.project, now=site.clock()) == []


def test_invited_person_with_an_account_signs_in_first(site: Site, other: Site, anonymous: Browser) -> None:
    """The link alone lets nobody into an account that is there; signed in, one press joins."""
    invite(site, "bob@example.org", "manager")
    url = link(site, "bob@example.org")

    page = anonymous.get(url)
    assert "There is an account for bob@example.org: sign in to join." in page.text
    assert f"/login?next={url}" in [each.replace("%2F", "/") for each in page.links]
    token = anonymous.get("/login").form().values["csrf_token"]
    forced = anonymous.client.post(url, data={"csrf_token": token})
    assert forced.headers["Location"].startswith("/login")
    assert "bob@example.org" not in roles(site)

    other.browser.submit(other.browser.get(url))
    assert roles(site)["bob@example.org"] is Role.MANAGER


def test_invitation_to_another_address_asks_before_it_is_accepted(site: Site, other: Site) -> None:
    """It says which address it went to and who is signed in; the audit log has both."""
    invite(site)
    page = other.browser.get(link(site))
    assert f"The invitation was sent to {NEW}. You are signed in as bob@example.org." in page.text

    other.browser.submit(page, "Join as bob@example.org")

    assert roles(site)["bob@example.org"] is Role.MEMBER
    entry = site.noted("member.join")
    assert (entry.name, entry.changes["invited"]) == ("bob@example.org", ("", NEW))


def test_member_who_follows_an_invitation_keeps_their_role(site: Site) -> None:
    """And the invitation stays for whom it is meant."""
    invite(site, role="read-only")
    manager = site.member(Role.MANAGER)

    page = manager.get(link(site))

    assert "You belong to “Backups” already." in page.text
    assert roles(site)["manager@example.org"] is Role.MANAGER
    assert len(site.house.invitations.of_project(site.project, now=site.clock())) == 1


def test_invitation_that_is_taken_back_is_void(site: Site, anonymous: Browser) -> None:
    """A page that is open by then joins nothing."""
    invite(site)
    page = anonymous.get(link(site))

    done = site.browser.submit(site.browser.get(team(site)), "/revoke")

    assert f"The invitation of {NEW} is void." in done.text
    assert anonymous.submit(page).status == 404
    assert site.house.accounts.by_email(NEW) is None
    assert site.noted("invitation.revoke").name == NEW


def test_invitation_sent_again_has_another_link_and_other_days(site: Site, anonymous: Browser) -> None:
    """The first link is void from then on, and the list has the person once."""
    invite(site)
    first = link(site)
    site.clock.advance(days=6)

    site.browser.submit(site.browser.get(team(site)), "/again")

    [second] = {link_in(message) for message in mails_to(site.house, NEW)} - {first}
    site.clock.advance(days=6)
    assert anonymous.get(first).status == 404
    assert anonymous.get(second).status == 200
    assert len(site.house.invitations.of_project(site.project, now=site.clock())) == 1
    site.clock.advance(days=2)
    assert anonymous.get(second).status == 404
    assert NEW not in site.browser.get(team(site)).text


@pytest.mark.parametrize("fall", ["remove", "demote"])
def test_invitation_is_void_once_its_sender_may_not_invite(site: Site, anonymous: Browser, fall: str) -> None:
    """Nobody leaves a door open for themselves; who may invite can send it again, and then it stands."""
    manager = site.member(Role.MANAGER)
    manager.submit(manager.get(f"{team(site)}invite"), email=NEW, role="manager")
    page = anonymous.get(link(site))
    assert page.status == 200

    if fall == "remove":
        site.browser.submit(site.browser.get(f"{team(site)}{people_of(site)['manager@example.org']}/remove"))
    else:
        assert set_role(site.browser, site, "manager@example.org", "member") == 302

    assert anonymous.submit(page).status == 404
    assert "may not invite any more" in anonymous.get(link(site)).text
    assert site.house.accounts.by_email(NEW) is None
    first = link(site)
    site.browser.submit(site.browser.get(team(site)), "/again")
    [second] = {link_in(message) for message in mails_to(site.house, NEW)} - {first}
    anonymous.submit(anonymous.get(second))
    assert roles(site)[NEW] is Role.MANAGER


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": ""}, "Type an e-mail address."),
        ({"email": "nobody"}, "An e-mail address has one @ in it."),
        ({"email": "alice@example.org"}, "alice@example.org is in the team already."),
        ({"email": "Alice@example.org"}, "alice@example.org is in the team already."),
        ({"email": NEW, "role": "owner"}, "Not a valid choice."),
    ],
)
def test_invitation_that_makes_no_sense_is_refused(site: Site, typed: dict[str, str], sentence: str) -> None:
    """Beside its field, with what was typed; nothing is mailed, and nobody is made an owner."""
    page = invite(site, **typed)

    assert page.status == 422
    assert sentence in page.text
    assert page.form().values["email"] == [typed["email"]]
    assert site.house.invitations.of_project(site.project, now=site.clock()) == []


def test_twenty_invitations_a_day_are_enough(site: Site) -> None:
    """The next is refused with word of when to try again; a day later it goes."""
    for n in range(20):
        site.invite(f"person{n}@example.org", Role.MEMBER)

    page = invite(site)
    assert page.status == 422
    assert "Try again in 1 hour." in page.text
    site.clock.advance(days=1)
    site.sign_in()
    assert "on its way" in invite(site).text


def test_mail_that_does_not_leave_leaves_no_invitation(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The form says so, and it can be sent again."""
    monkeypatch.setitem(site.app.extensions, "tocsin", broken_post(site))

    page = invite(site)

    assert (page.status, "The mail could not be sent: The relay is closed" in page.text) == (422, True)
    assert site.house.invitations.of_project(site.project, now=site.clock()) == []


def broken_post(site: Site) -> object:
    """The house, with a mail transport that refuses."""
    from tocsin.channels.port import DeliveryFailed
    from tocsin.house import House

    class Closed:
        sender = "tocsin@example.org"

        def send(self, message: object) -> None:
            raise DeliveryFailed("The relay is closed", permanent=False)

    here = site.house
    return House(here.settings, here.table, here.kinds, clock=here.clock, mail=Closed())


def test_invitation_of_another_project_is_not_found_in_ones_own(site: Site, other: Site) -> None:
    """Nor can its id be used by those who manage another."""
    invite(site)
    [waiting] = site.house.invitations.of_project(site.project, now=site.clock())
    token = other.browser.get("/projects/").form().values["csrf_token"]

    for project in (site.project, other.project):
        url = f"/projects/{project}/invitations/{waiting.id}/revoke"
        assert other.browser.client.post(url, data={"csrf_token": token}).status_code == 404
    assert site.house.invitations.of_project(site.project, now=site.clock()) == [waiting]


def test_no_account_is_left_where_the_project_is_going(site: Site, anonymous: Browser) -> None:
    """Joining and the account that is made for it are one act."""
    page = anonymous.get(f"/invitations/{site.invite('new@example.org', Role.MEMBER)}")
    project = site.house.projects.get(site.project)
    assert project
    site.house.projects.shut(project)

    assert anonymous.submit(page).status == 404
    assert site.house.accounts.by_email("new@example.org") is None


def test_nobody_is_told_to_pass_a_link_on(site: Site) -> None:
    """It would make an account for an address that is not theirs."""
    member = site.member(Role.MEMBER, email="bob@home.example")
    told = member.get(f"/invitations/{site.invite('bob@work.example', Role.MANAGER)}").text
    assert "passed on" not in told
    assert "Show nobody the link" in told

"""The team of a project: roles change, people are shown the door, leave, and the owner stays."""

from __future__ import annotations

import pytest

from tests.web.browser import Browser
from tests.web.conftest import Site
from tests.web.test_access import UNKNOWN, people_of
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def team(site: Site) -> str:
    return f"/projects/{site.project}/team/"


def roles(site: Site) -> dict[str, Role]:
    """By address."""
    ids = people_of(site)
    members = {member.user: member.role for member in site.house.members.of_project(site.project)}
    return {email: members[user] for email, user in ids.items()}


def set_role(browser: Browser, site: Site, email: str, role: str) -> int:
    """The answer's status; whether or not the page offers it."""
    token = browser.get("/projects/").form().values["csrf_token"]
    url = f"{team(site)}{people_of(site)[email]}/role"
    return browser.client.post(url, data={"csrf_token": token, "role": role}).status_code


def test_manager_changes_a_role_which_counts_at_once(site: Site) -> None:
    """The page offers the three roles that can be given, and the audit log has what was and what is."""
    manager, guest = site.member(Role.MANAGER), site.member(Role.MEMBER, email="guest@example.org")
    assert guest.get(f"{site.list_url}add").status == 200
    ids = people_of(site)
    page = manager.get(team(site))

    done = manager.submit(page, f"{ids['guest@example.org']}/role", role="read-only")

    assert "guest@example.org is now: read-only." in done.text
    assert guest.get(f"{site.list_url}add").status == 403
    entry = site.noted("member.role")
    assert (entry.name, entry.actor.name) == ("guest@example.org", "manager@example.org")
    assert entry.changes == {"role": ("member", "read-only")}


def test_owner_can_be_neither_made_nor_unmade_by_a_role(site: Site) -> None:
    """Not by a manager, not by the owner, and by no form that somebody made up."""
    manager = site.member(Role.MANAGER)
    before = roles(site)

    for browser in (manager, site.browser):
        assert set_role(browser, site, "alice@example.org", "member") == 400
        assert set_role(browser, site, "manager@example.org", "owner") == 400
        assert set_role(browser, site, "manager@example.org", "emperor") == 400
        assert browser.get(f"{team(site)}{people_of(site)['alice@example.org']}/remove").status == 400

    assert roles(site) == before


def test_removed_member_finds_nothing_any_more(site: Site) -> None:
    """The page asks first; the sessions that they have see the same 404 as a stranger's."""
    check_id, member = site.check(), site.member(Role.MEMBER)
    assert member.get(f"/checks/{check_id}").status == 200
    asked = site.browser.get(f"{team(site)}{people_of(site)['member@example.org']}/remove")
    assert "Remove member@example.org?" in asked.text
    assert member.get(f"/checks/{check_id}").status == 200

    site.browser.submit(asked)

    assert roles(site) == {"alice@example.org": Role.OWNER}
    for url, known in ((f"/checks/{check_id}", check_id), (site.list_url, site.project)):
        assert member.get(url).html == member.get(url.replace(known, UNKNOWN)).html
    assert "Backups" not in member.get("/projects/").text
    assert site.noted("member.remove").actor.name == "alice@example.org"


def test_member_leaves_and_the_owner_cannot(site: Site) -> None:
    """The last who is responsible stays, until somebody else is."""
    reader = site.member(Role.READ_ONLY)
    token = site.browser.get("/projects/").form().values["csrf_token"]

    page = site.browser.get(f"{team(site)}leave")
    assert "You own “Backups”" in page.text
    assert site.browser.client.post(f"{team(site)}leave", data={"csrf_token": token}).status_code == 409
    left = reader.submit(reader.get(f"{team(site)}leave"))

    assert "You have left “Backups”." in left.text
    assert roles(site) == {"alice@example.org": Role.OWNER}
    assert site.noted("member.leave").name == "read-only@example.org"


def test_person_of_another_team_is_not_found_in_ones_own(site: Site, other: Site) -> None:
    """An id works only together with its own project's."""
    theirs = f"{team(site)}{other.user.id}/remove"

    assert site.browser.get(theirs).status == 404
    assert other.browser.get(theirs).status == 404


def test_members_see_the_team_and_no_forms(site: Site) -> None:
    """Everybody may know who else is in, and in which role."""
    site.member(Role.MANAGER)
    page = site.member(Role.READ_ONLY).get(team(site))

    assert all(email in page.text for email in ("alice@example.org", "manager@example.org", "read-only@example.org"))
    assert [form for form in page.forms if not form.of_frame] == []
    assert [link for link in page.links if link.endswith("/remove")] == []

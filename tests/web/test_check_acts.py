"""What is done with a check beside watching it: copied, moved to another project, and whom it tells."""

from __future__ import annotations

import pytest

from tests.fakes import SECRET
from tests.web.conftest import Site
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron
from tocsin.services.projects import create_project
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info
from tocsin.stores.members import Member
from tocsin.stores.projects import Projects, Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def add_project(site: Site, name: str) -> str:
    made = create_project(
        site.house.projects, name=name, owner=site.user.id, secret_key=SECRET, by=COMMAND, now=site.clock()
    )
    return made.id


def info_of(site: Site, check_id: str) -> Info:
    info = site.house.checks.info(check_id)
    assert info is not None
    return info


def test_check_is_copied(site: Site) -> None:
    """The copy has all that was wished of the check but its slug, and leads to its form for a name of its own."""
    check_id = site.check(
        name="Nightly", slug="nightly", tags="prod", schedule=Cron("30 4 * * *"), limits=Limits(failure_tolerance=2)
    )
    site.ping(check_id)

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/clone")

    assert "This is the copy" in page.text
    assert page.form().values["name"] == ["Nightly (copy)"]
    made = page.url.split("/")[2]
    stored = site.house.checks.get(made)
    assert stored is not None
    assert (stored.check.schedule, stored.check.limits.failure_tolerance) == (Cron("30 4 * * *"), 2)
    assert stored.check.n_pings == 0
    info = info_of(site, made)
    assert (info.slug, info.tags, info.channels) == ("", "prod", info_of(site, check_id).channels)
    assert info.badge_key != info_of(site, check_id).badge_key


def test_copy_of_a_long_name_is_cut(site: Site) -> None:
    """So that it is a valid name, and still says that it is a copy."""
    check_id = site.check(name="x" * 100)

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}"), "/clone")

    assert page.form().values["name"] == ["x" * 93 + " (copy)"]


def test_check_is_moved_to_another_project(site: Site) -> None:
    """The page says what changes with it, and then shows the check in its new place."""
    ops = add_project(site, "Operations")
    check_id = site.check(name="Nightly", slug="nightly")
    page = site.browser.get(f"/checks/{check_id}/move")
    assert "Its URL by slug changes" in page.text

    page = site.browser.submit(page, "Move the check", project=ops)

    assert "It belongs to “Operations” now" in page.text
    assert f"/projects/{ops}/checks/" in page.links
    assert site.house.checks.listing(site.project) == []


def test_move_asks_for_a_project(site: Site) -> None:
    """Without one the form comes back with a sentence beside the field."""
    add_project(site, "Operations")
    page = site.browser.get(f"/checks/{site.check()}/move")

    page = site.browser.submit(page, "Move the check", project="")

    assert page.status == 422
    assert "Choose the project that it is to go to." in page.text


def test_move_without_another_project_says_what_to_do(site: Site) -> None:
    """There is nothing to choose, so the page leads to making one."""
    page = site.browser.get(f"/checks/{site.check()}/move")

    assert "You have no other project" in page.text
    assert "/projects/add" in page.links


@pytest.mark.parametrize("role", [None, Role.READ_ONLY, Role.MEMBER])
def test_move_needs_a_role_in_the_other_project(site: Site, other: Site, role: Role | None) -> None:
    """A stranger's project is not found, one that may only be looked at is refused; neither is offered."""
    if role:
        site.house.members.add(other.project, Member(site.user.id, role), also=[])
    check_id, ops = site.check(), add_project(site, "Operations")
    page = site.browser.get(f"/checks/{check_id}/move")
    assert (f'<option value="{other.project}"' in page.html) is (role is Role.MEMBER)

    page = site.browser.submit(page, "Move the check", project=other.project)

    assert page.status == {None: 404, Role.READ_ONLY: 403, Role.MEMBER: 200}[role]
    assert len(site.house.checks.listing(other.project)) == (role is Role.MEMBER)
    assert site.house.checks.listing(ops) == []


def test_channel_is_switched_off_and_on(site: Site) -> None:
    """A switch says whether the channel is told; with the last one off the page warns."""
    check_id = site.check()
    [channel] = site.house.channels.of_project(site.project)
    page = site.browser.get(f"/checks/{check_id}")
    assert 'role="switch" aria-checked="true"' in page.html

    page = site.browser.submit(page, f"/channels/{channel.id}")

    assert info_of(site, check_id).channels == frozenset()
    assert 'role="switch" aria-checked="false"' in page.html
    assert "Nobody is told while all of them are off." in page.text
    site.browser.submit(page, f"/channels/{channel.id}")
    assert info_of(site, check_id).channels == {channel.id}


def test_channel_of_another_project_is_not_switched_on(site: Site, other: Site) -> None:
    """Its id is as good as unknown."""
    check_id = site.check()
    [theirs] = site.house.channels.of_project(other.project)
    token = site.browser.get("/projects/").forms[0].values["csrf_token"][0]

    answer = site.browser.client.post(
        f"/checks/{check_id}/channels/{theirs.id}", data={"csrf_token": token, "tell": "1"}
    )

    assert answer.status_code == 404
    assert theirs.id not in info_of(site, check_id).channels


def test_move_says_where_less_of_the_log_is_kept(site: Site) -> None:
    """On the check's page and in the list, before it is too late; and only where that is so."""
    check_id, house = site.check(), site.house
    other = add_project(site, "Shop")
    paths = (f"/checks/{check_id}/move", site.list_url)
    assert not [path for path in paths if "gone for good" in site.browser.get(path).text]
    set_retention(house.checks, house.projects, project=other, days=None, count=9, by=COMMAND, now=site.clock())
    for path in paths:
        assert "Shop (keeps 9 pings)" in site.browser.get(path).html
        assert "older ones are gone for good" in site.browser.get(path).text
    set_retention(house.checks, house.projects, project=site.project, days=None, count=9, by=COMMAND, now=site.clock())
    assert not [path for path in paths if "gone for good" in site.browser.get(path).text]


@pytest.mark.parametrize(("role", "offered"), [(Role.READ_ONLY, 0), (Role.MEMBER, 2)])
def test_checks_are_offered_only_projects_where_one_may_work(
    site: Site, other: Site, monkeypatch: pytest.MonkeyPatch, role: Role, offered: int
) -> None:
    """On the check's page and in the list; what is read once is not asked for again, project by project."""
    check_id = site.check()
    other.house.members.add(other.project, Member(site.user.id, role, site.clock()), also=[])
    paths = (f"/checks/{check_id}/move", site.list_url)
    asked, role_in = list[str](), Projects.role

    def heard(projects: Projects, project: str, user: str) -> Role | None:
        asked.append(project)
        return role_in(projects, project, user)

    monkeypatch.setattr(Projects, "role", heard)
    option = f'<option value="{other.project}">'
    assert sum(option in site.browser.get(path).html for path in paths) == offered
    assert asked == [site.project] * 2

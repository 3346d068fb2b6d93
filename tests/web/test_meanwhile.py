"""Pages that were open while somebody deleted the project, or changed the team: no act on them is a fault of ours."""

from __future__ import annotations

import pytest

from tests.web.conftest import Site
from tocsin.services import team
from tocsin.stores.audit import COMMAND
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def shut(site: Site) -> None:
    project = site.house.projects.get(site.project)
    assert project
    site.house.projects.shut(project)


@pytest.mark.parametrize(
    ("path", "sent"),
    [
        ("checks/add", {"name": "x"}),
        ("team/invite", {"email": "x@example.org"}),
        ("keys/add", {"name": "k"}),
        ("team/transfer", {}),
        ("channels/add/email", {"name": "c", "address": "x@example.org"}),
    ],
)
def test_nothing_is_added_to_a_project_that_is_going(site: Site, path: str, sent: dict[str, str]) -> None:
    """The same page as of one that is gone."""
    site.member(Role.MEMBER)
    page = site.browser.get(f"/projects/{site.project}/{path}")
    shut(site)
    assert site.browser.send(page, "", sent).status == 404


def test_check_of_a_project_that_is_going_is_not_cloned(site: Site) -> None:
    check = site.check()
    page = site.browser.get(f"/checks/{check}")
    shut(site)
    assert site.browser.send(page, "clone", {}).status == 404
    assert len(site.house.checks.listing(site.project)) == 1


def test_member_who_left_is_removed_no_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both pressed at once."""
    site.member(Role.MEMBER)
    [member] = [each for each in site.house.members.of_project(site.project) if each.role is Role.MEMBER]
    page = site.browser.get(f"/projects/{site.project}/team/{member.user}/remove")
    real, people = team.remove_member, (site.house.members, site.house.accounts)
    facts = {"project": site.project, "user": member.user, "by": COMMAND, "now": site.clock()}

    def remove(*args: object, **rest: object) -> None:
        real(*people, **facts)  # type: ignore[arg-type]
        real(*people, **facts)  # type: ignore[arg-type]

    monkeypatch.setattr(team, "remove_member", remove)
    assert site.browser.submit(page).status == 404

"""A project's settings: name and logs, the ping key, and its end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def settings(site: Site) -> str:
    return f"/projects/{site.project}/settings"


def save(site: Site, **typed: str) -> Page:
    return site.browser.submit(site.browser.get(settings(site)), "Save", **typed)


def test_name_and_log_limits_are_saved_and_reach_the_checks(site: Site) -> None:
    """Empty fields mean: as the site does, and any number."""
    check_id = site.check()

    page = save(site, name=" Shop ", log_days="9", log_count="100")

    assert (page.status, "Saved." in page.text) == (200, True)
    project, found = site.house.projects.get(site.project), site.house.checks.find(check_id)
    assert project
    assert (project.name, project.keep.age, project.keep.count) == ("Shop", timedelta(days=9), 100)
    assert found
    assert found[0].keep == project.keep
    save(site, log_days="", log_count="")
    again = site.house.projects.get(site.project)
    assert again
    assert (again.keep.age, again.keep.count) == (None, None)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": " "}, "A project's name has 1 to 100 characters."),
        ({"name": ""}, "Give it a name."),
        ({"name": "x" * 101}, "A project's name has 1 to 100 characters."),
        ({"log_days": "0"}, "A log is kept for 1 to 3650 days."),
        ({"log_days": "3651"}, "A log is kept for 1 to 3650 days."),
        ({"log_days": "a week"}, "Type a whole number."),
        ({"log_count": "0"}, "A log keeps 1 to 1000000 pings of a check."),
    ],
)
def test_settings_that_make_no_sense_are_refused_beside_their_field(
    site: Site, typed: dict[str, str], sentence: str
) -> None:
    """Nothing is saved, and what was typed is still there."""
    page = save(site, **({"name": "Other"} | typed))

    assert page.status == 422
    assert sentence in page.text.replace("’", "'")
    kept = page.form("Save").values
    assert {name: kept[name][0] for name in typed if name == "name"} == {k: v for k, v in typed.items() if k == "name"}
    project = site.house.projects.get(site.project)
    assert project
    assert project.name == "Backups"


def test_renewed_ping_key_takes_over_from_the_old_one(site: Site) -> None:
    """The page asks first, and names the slugs that would fall silent."""
    site.check(slug="nightly")
    before = site.house.projects.get(site.project)
    assert before

    page = site.browser.get(f"{settings(site)}/ping-key")
    assert "1 check has a slug: nightly." in page.text
    site.browser.submit(page)

    after = site.house.projects.get(site.project)
    assert after
    assert before.ping_key != after.ping_key
    pinging = site.app.test_client()
    assert pinging.get(f"/ping/{before.ping_key}/nightly").status_code == 404
    assert pinging.get(f"/ping/{after.ping_key}/nightly").status_code == 200
    assert site.noted("project.ping_key").actor.name == "alice@example.org"


def test_project_is_deleted_only_if_its_name_is_typed(site: Site) -> None:
    """A wrong name deletes nothing; the right one everything, and members find nothing any more."""
    check_id, reader = site.check(), site.member(Role.READ_ONLY)
    page = site.browser.get(f"/projects/{site.project}/delete")
    assert "1 check with their logs, 1 channel" in page.text
    assert "1 other person loses" in page.text

    refused = site.browser.submit(page, typed="backups")
    assert refused.status == 422
    assert "Type “Backups”, as it stands above." in refused.text
    assert site.browser.get(f"/checks/{check_id}").status == 200

    done = site.browser.submit(refused, typed=" Backups ")
    assert "“Backups” is deleted" in done.text
    assert site.house.projects.get(site.project) is None
    assert reader.get(site.list_url).status == 404
    assert site.app.test_client().get(f"/ping/{check_id}").status_code == 404


def test_settings_are_offered_to_those_who_may_change_them(site: Site) -> None:
    """The entry in the frame leads members to the team, and the tabs hold no page that would be refused."""
    for role, pages in (
        (Role.MANAGER, ["settings", "team", "keys", "audit"]),
        (Role.MEMBER, ["team", "audit"]),
        (Role.READ_ONLY, ["team"]),
    ):
        page = site.member(role).get(f"/projects/{site.project}/team/")
        tabs = [link.strip("/").split("/")[-1] for link in page.links if f"/{site.project}/" in link]
        assert [tab for tab in tabs if tab in ("settings", "keys", "audit")] == [
            *(["settings"] if role is Role.MANAGER else []),
            *(each for each in pages if each != "team"),
        ]

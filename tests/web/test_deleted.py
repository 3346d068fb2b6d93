"""What was deleted: offered back at once, listed for a week, and restored with all that it was."""

from __future__ import annotations

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tests.web.test_check_bulk import act
from tests.web.test_checks import names
from tocsin.domain.check import Status
from tocsin.services import trash
from tocsin.stores.members import Member
from tocsin.stores.projects import Role
from tocsin.stores.trash import IdTaken

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def delete(site: Site, check_id: str) -> Page:
    return site.browser.submit(site.browser.get(f"/checks/{check_id}/delete"))


def test_deletion_is_undone_with_one_press(site: Site) -> None:
    """The list offers it once; the check comes back with its ping URL and its log."""
    check_id = site.check(name="Dump")
    site.check(name="Other")
    site.ping(check_id)
    page = delete(site, check_id)
    assert "“Dump” is deleted. There are 7 days to bring it back." in page.text
    assert names(page.html) == ["Other"]
    assert site.browser.client.get(f"/ping/{check_id}").status_code == 404
    assert "Undo" not in site.browser.get(site.list_url).text

    page = site.browser.submit(page, "Undo")

    assert "“Dump” is restored, and its ping URL works again." in page.text
    assert names(page.html) == ["Dump", "Other"]
    assert site.browser.client.get(f"/ping/{check_id}").text == "OK"
    assert site.entry(check_id, 1)
    assert site.entry(check_id, 2)


def test_undo_is_offered_by_the_list_that_it_belongs_to(site: Site, other: Site) -> None:
    """Whoever looks at another project first finds it when they come back."""
    check_id = site.check(name="Dump")
    token = site.browser.get(f"/checks/{check_id}/delete").form().values["csrf_token"]
    site.browser.client.post(f"/checks/{check_id}/delete", data={"csrf_token": token})
    other.house.members.add(other.project, Member(site.user.id, Role.READ_ONLY, site.clock()), also=[])
    assert "is deleted" not in site.browser.get(other.list_url).text
    assert "“Dump” is deleted." in site.browser.get(site.list_url).text


def test_undo_brings_back_all_that_one_act_deleted(site: Site) -> None:
    """Also from an empty list, and also later, from the page of deleted checks."""
    ids = [site.check(name=name) for name in ("A", "B", "C")]
    page = act(site, "delete", ids)
    assert "3 checks are deleted. There are 7 days to bring them back." in page.text
    assert "Nothing is being watched yet" in page.text
    assert names(site.browser.submit(page, "Undo").html) == ["A", "B", "C"]
    act(site, "delete", ids)
    deleted = site.browser.get(f"/projects/{site.project}/deleted/")
    assert "3 checks deleted just now by alice@example.org" in deleted.text
    page = site.browser.submit(deleted, "Restore all 3")
    assert "3 checks are restored, and their ping URLs work again." in page.text
    assert "Nothing was deleted in the last 7 days" in site.browser.get(f"/projects/{site.project}/deleted/").text
    assert "It is not here any more" in site.browser.submit(deleted, "Restore all 3").text


def test_one_of_many_is_restored_by_itself(site: Site) -> None:
    """What was restored, or has expired, can't be restored again; an overdue check is down, as the list shows."""
    ids = [site.check(name=name) for name in ("A", "B")]
    site.ping(ids[0])
    act(site, "delete", ids)
    site.clock.advance(days=6)
    deleted = site.browser.get(f"/projects/{site.project}/deleted/")
    page = site.browser.submit(deleted, "Restore A")
    assert "“A” is restored" in page.text
    assert "1 check is down" in page.text
    assert site.house.checks.several(ids)[0][0].check.status is Status.DOWN
    site.clock.advance(days=2)
    assert "It is not here any more" in site.browser.submit(deleted, "Restore B").text
    assert "Nothing was deleted" in site.browser.get(f"/projects/{site.project}/deleted/").text


@pytest.mark.parametrize("moment", ["", "soon", "-1", "9" * 17, "١٢"])
def test_moment_that_is_none_is_not_found(site: Site, moment: str) -> None:
    token = site.browser.get("/projects/add").form().values["csrf_token"]
    form = {"csrf_token": token, "deleted": moment}
    answer = site.browser.client.post(f"/projects/{site.project}/deleted/restore", data=form)
    assert answer.status_code == 404


def test_those_who_only_look_are_offered_nothing_to_press(site: Site) -> None:
    """They see what was deleted, and no box, bar or button that would answer with a refusal."""
    act(site, "delete", [site.check(name="Gone")])
    site.check(name="There")
    looking = site.member(Role.READ_ONLY)
    deleted = looking.get(f"/projects/{site.project}/deleted/")
    assert "Gone" in deleted.text
    assert not [form for form in deleted.forms if not form.of_frame]
    html = looking.get(site.list_url).html
    assert "There" in html
    assert "type=checkbox" not in html
    assert 'class="bulk"' not in html


def test_failures_of_many_are_told_of_some(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is told travels in a cookie, which has no room for all."""
    ids = [site.check(name=f"Nightly backup of database number {number}") for number in range(8)]
    page = site.browser.get(site.list_url)
    page = site.browser.send(page, "/checks/act", {"act": "delete", "c": ids})

    def refuse(*args: object, **how: object) -> None:
        raise IdTaken

    monkeypatch.setattr(trash, "_restore", refuse)
    page = site.browser.submit(page, "Undo")
    assert page.text.count("There is a check with its address again.") == 5
    assert "And 3 more." in page.text

"""Projects: what a key opens, and what accounts make, change and delete."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene


def make(account: Program, **fields: object) -> dict[str, Any]:
    return told(account.post("/projects/", fields), 201)


def test_account_makes_a_project_with_nothing_in_it(program: Program, account: Program) -> None:
    response = account.post("/projects/", {"name": " Shop ", "log_days": 7, "log_count": 500})
    project = told(response, 201)
    assert response.headers["Location"] == f"http://localhost/api/v4/projects/{project['id']}"
    assert len(project["ping_key"]) == 22
    assert project == {
        "id": project["id"],
        "name": "Shop",
        "created": "2026-03-01T12:00:00.000000+00:00",
        "log_days": 7,
        "log_count": 500,
        "ping_key": project["ping_key"],
    }
    assert told(account.get(f"/projects/{project['id']}")) == project
    where = f"?project={project['id']}"
    assert told(account.get(f"/channels/{where}"))["channels"] == []
    assert account.names(where) == []
    assert refused(program.get(f"/projects/{project['id']}"), 404)


def test_key_lists_what_it_opens(program: Program, account: Program) -> None:
    """That of a project its own, that of an account all of them, page by page."""
    ids = [program.scene.project, *(make(account, name=f"Project {number}")["id"] for number in range(4))]
    assert [project["id"] for project in told(program.get("/projects/"))["projects"]] == [program.scene.project]
    pages = list(account.pages("/projects/?limit=2", "projects"))
    assert max(map(len, pages)) == 2
    assert sorted(project["id"] for page in pages for project in page) == sorted(ids)


def test_pages_lose_and_repeat_no_project_while_some_are_made(account: Program) -> None:
    ids = {make(account, name=f"Project {number}")["id"] for number in range(4)}
    found: list[str] = []
    for page in account.pages("/projects/?limit=2", "projects"):
        found += [project["id"] for project in page]
        if len(found) < 4:
            make(account, name="Added")
    assert ids <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({}, "name", "is missing"),
        ({"name": ""}, "name", "at least 1"),
        ({"name": "  "}, "name", "1 to 100"),
        ({"name": "n" * 101}, "name", "at most 100"),
        ({"name": "x", "log_days": 0}, "log_days", "at least 1"),
        ({"name": "x", "log_days": "7"}, "log_days", "must be a whole number"),
        ({"name": "x", "log_count": 1_000_001}, "log_count", "at most 1000000"),
        ({"name": "x", "keep": 1}, "keep", "is not known here"),
    ],
)
def test_project_that_cannot_be_is_refused(account: Program, body: object, field: str, words: str) -> None:
    assert words in faults(account.post("/projects/", body))[field]
    assert len(told(account.get("/projects/"))["projects"]) == 1


def test_project_key_may_change_its_project(program: Program) -> None:
    path = f"/projects/{program.scene.project}"
    before = told(program.get(path))
    changed = told(program.patch(path, {"name": "Dumps"}))
    assert changed == before | {"name": "Dumps"}
    assert told(program.patch(path, {"log_days": 3})) == changed | {"log_days": 3}
    assert told(program.patch(path, {"log_count": 9})) == changed | {"log_days": 3, "log_count": 9}
    assert told(program.patch(path, {"log_days": None, "log_count": None})) == changed
    assert told(program.patch(path, changed | {"id": NOWHERE, "ping_key": "x"})) == changed
    assert list(faults(program.patch(path, {"name": "  "}))) == ["name"]
    assert list(faults(program.patch(path, {"name": None}))) == ["name"]


def test_log_that_a_project_keeps_is_shortened_at_once(program: Program, scene: Scene) -> None:
    check_id = scene.check()
    for _ in range(3):
        scene.ping(check_id)
    told(program.patch(f"/projects/{scene.project}", {"log_count": 1}))
    assert [ping["n"] for ping in told(program.get(f"/checks/{check_id}/pings/"))["pings"]] == [3]


def test_project_is_deleted_with_all_that_is_in_it(program: Program, account: Program, scene: Scene) -> None:
    """Its keys open nothing from then on, its ping URLs lead nowhere, and other projects stay."""
    check_id = scene.check(slug="nightly")
    other = make(account, name="Other")["id"]
    assert account.delete(f"/projects/{scene.project}").data == b""
    assert refused(account.get(f"/projects/{scene.project}"), 404)
    assert refused(account.delete(f"/projects/{scene.project}"), 404)
    assert refused(account.get(f"/checks/{check_id}"), 404)
    assert refused(program.get("/checks/"), 401)
    for url in (f"/ping/{check_id}", f"/ping/{scene.ping_key}/nightly"):
        assert program.client.get(url).status_code == 404
    assert [project["id"] for project in told(account.get("/projects/"))["projects"]] == [other]

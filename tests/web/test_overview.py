"""How all projects are doing, on one page and across a room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.web.conftest import Site
from tests.web.test_checks import DAY, populate
from tocsin.domain.ping import Kind
from tocsin.services.projects import create_project
from tocsin.stores.audit import COMMAND
from tocsin.stores.members import Member
from tocsin.stores.projects import Role
from tocsin.stores.table import Item, Key, Table

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def add_project(site: Site, name: str) -> str:
    projects = site.house.projects
    return create_project(projects, name=name, owner=site.user.id, secret_key="x", by=COMMAND, now=site.clock()).id


def test_overview_shows_what_is_down_first(site: Site, other: Site) -> None:
    """Each project with its counts and what turned last; those one is a member of too, and nobody else's."""
    add_project(site, "Archive")
    populate(site)
    other.house.members.add(other.project, Member(site.user.id, Role.READ_ONLY, site.clock()), also=[])
    other.ping(other.check(name="Theirs", timeout=DAY))

    page = site.browser.get("/projects/")

    headings = [part.split("</a>")[0].rsplit(">", 1)[1] for part in page.html.split("<h2>")[1:4]]
    assert headings == ["Backups", "Backups", "Archive"]
    told = ("1 check down", "1 down 1 late 1 up 1 new 1 paused", "Down down 1 hour ago", "All quiet", "No checks yet")
    assert [words for words in told if words not in page.text] == []
    assert "(1) Projects · Tocsin" in page.text
    assert "Theirs up just now" in page.text
    assert "Down" not in other.browser.get("/projects/").text


@pytest.mark.parametrize("path", ["/projects/", "/wall", "wall"])
def test_page_asks_for_what_moves(site: Site, path: str) -> None:
    """Nothing while nothing does, and a fragment when a check goes down."""
    check_id = site.check(name="Dump", timeout=DAY)
    site.ping(check_id)
    html = site.browser.get(path if path[0] == "/" else f"/projects/{site.project}/{path}").html
    url = html.split('hx-get="')[1].split('"')[0]
    assert site.browser.client.get(url).status_code == 204
    site.clock.advance(minutes=1)
    site.ping(check_id, Kind.FAIL)

    answer = site.browser.client.get(url)

    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert 'data-down="1"' in answer.text


@pytest.mark.parametrize("path", ["/projects/", "/wall"])
def test_checks_of_all_projects_are_read_at_once(site: Site, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """However many projects there are, their checks' states are one batch."""
    home, batches = site.project, list[int]()
    for name in ("A", "B", "C"):
        site.check(name=name)
        site.project = add_project(site, name)
    site.project = home
    engine: Any = type(site.house.table)
    several = engine.batch_get

    def heard(table: Table, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = list(keys)
        batches.append(sum(key.sk == "state" for key in wanted))
        found: Mapping[Key, Item] = several(table, wanted)
        return found

    monkeypatch.setattr(engine, "batch_get", heard)
    site.browser.get(path)
    assert [count for count in batches if count] == [3]


def test_wall_shows_large_what_needs_somebody(site: Site) -> None:
    """What is down and late comes first, with since when; the others follow, with their projects if there are two."""
    populate(site)
    page = site.browser.get(f"/projects/{site.project}/wall")
    loud, calm = page.html.split('class="loud')[1].split('class="calm')
    assert [name in loud for name in (">Down<", ">Late<", ">Up<", ">New<")] == [True, True, False, False]
    assert all(name in calm for name in (">Up<", ">New<", ">Paused<"))
    assert "Down for 1 hour" in page.text
    assert "<nav" not in page.html
    site.check(name="Nameless in two")
    add_project(site, "Shop")
    assert "Backups" in site.browser.get("/wall").html.split('class="calm')[1]


def test_wall_without_checks_says_so(site: Site) -> None:
    assert "Checks show here as soon as there are some." in site.browser.get("/wall").text

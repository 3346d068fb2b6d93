"""One act on the checks that are ticked in the list, by its plain form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from tests.web.browser import Page, Typed
from tests.web.conftest import Site
from tests.web.test_checks import names
from tocsin.domain.check import Status
from tocsin.services.projects import create_project
from tocsin.stores.audit import COMMAND
from tocsin.stores.channels import Channels, StoredChannel
from tocsin.stores.check_items import Info
from tocsin.stores.members import Member
from tocsin.stores.projects import Role
from tocsin.stores.table import Item, Key, Table

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture
def ids(site: Site) -> list[str]:
    return [site.check(name=name, slug=name.lower(), tags="old") for name in ("A", "B", "C")]


def act(site: Site, pressed: str, ids: list[str], *, at: str = "", **typed: Typed) -> Page:
    page = site.browser.get(site.list_url + at)
    chosen: dict[str, Typed] = {"act": pressed, "c": ids}
    return site.browser.send(page, "/checks/act", chosen | typed)


def infos(site: Site, project: str = "") -> dict[str, Info]:
    return {info.name: info for _, info in site.house.checks.listing(project or site.project)}


def test_act_is_done_to_those_chosen_and_leads_back(site: Site, ids: list[str]) -> None:
    """Pause and resume; the list is asked for as it was, and says how many there were."""
    page = act(site, "pause", ids[:2], at="?sort=-name&tag=old")
    assert "2 checks are paused" in page.text
    assert page.url.endswith("checks/?tag=old&sort=-name")
    assert names(page.html) == ["C", "B", "A"]
    assert [stored.check.status for stored, _ in site.house.checks.several(ids)] == ["paused", "paused", "new"]
    page = act(site, "resume", ids)
    assert "2 checks are resumed" in page.text
    assert {stored.check.status for stored, _ in site.house.checks.several(ids)} == {Status.NEW}


def test_tags_and_channels_are_added_and_taken_away(site: Site, ids: list[str]) -> None:
    [channel] = site.house.channels.of_project(site.project)
    assert "2 checks are changed." in act(site, "tag", ids[:2], add_tags="prod  eu", remove_tags="old").text
    assert {name: info.tags for name, info in infos(site).items()} == {"A": "prod eu", "B": "prod eu", "C": "old"}
    assert "1 check is changed." in act(site, "hush", ids[:1], channel=[channel.id]).text
    assert {name: len(info.channels) for name, info in infos(site).items()} == {"A": 0, "B": 1, "C": 1}
    assert "1 check is changed." in act(site, "ring", ids, channel=[channel.id]).text
    assert infos(site)["A"].channels == {channel.id}


def test_move_goes_to_a_project_where_one_may_work(site: Site, other: Site, ids: list[str]) -> None:
    """Another one of one's own, with what is in the checks; not one that is somebody else's, or only looked at."""
    mine = create_project(
        site.house.projects, name="Shop", owner=site.user.id, secret_key="x", by=COMMAND, now=site.clock()
    ).id
    assert "2 checks are moved" in act(site, "move", ids[:2], to=mine).text
    assert (set(infos(site)), set(infos(site, mine))) == ({"C"}, {"A", "B"})
    assert act(site, "move", ids[2:], to=other.project).status == 404
    other.house.members.add(other.project, Member(site.user.id, Role.READ_ONLY, site.clock()), also=[])
    assert act(site, "move", ids[2:], to=other.project).status == 403
    assert set(infos(site)) == {"C"}


def test_move_reads_once_where_it_goes(site: Site, ids: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """And not for each check again."""
    mine = create_project(
        site.house.projects, name="Shop", owner=site.user.id, secret_key="x", by=COMMAND, now=site.clock()
    ).id
    asked, of_project = list[str](), Channels.of_project

    def heard(channels: Channels, project: str) -> list[StoredChannel]:
        asked.append(project)
        return of_project(channels, project)

    monkeypatch.setattr(Channels, "of_project", heard)
    assert "3 checks are moved" in act(site, "move", ids, to=mine).text
    assert asked.count(mine) == 1


@pytest.mark.parametrize(
    ("pressed", "typed", "words"),
    [
        ("explode", {}, "Press one of the buttons."),
        ("tag", {"add_tags": " "}, "Type the tags to add, or those to take away."),
        ("tag", {"add_tags": "a b", "remove_tags": "b"}, "“b” can’t be added and taken away at once."),
        ("ring", {"channel": ["00000000-0000-4000-8000-000000000001"]}, "Choose a channel."),
        ("move", {"to": ""}, "Choose the project to move them to."),
    ],
)
def test_act_that_makes_no_sense_changes_nothing(
    site: Site, ids: list[str], pressed: str, typed: dict[str, Typed], words: str
) -> None:
    before = site.house.checks.several(ids)
    page, chosen = site.browser.get(site.list_url), dict[str, Typed]({"act": pressed, "c": ids})
    answer = site.browser.send(page, "/checks/act", chosen | typed)
    assert f"Nothing was changed. {words}" in answer.text
    assert site.house.checks.several(ids) == before


@pytest.mark.parametrize(("count", "words"), [(0, "Choose some checks first."), (501, "at most 500 checks at once.")])
def test_act_takes_some_checks_and_not_too_many(site: Site, count: int, words: str) -> None:
    site.check(name="A")
    assert words in act(site, "pause", [f"x{number}" for number in range(count)]).text


def test_what_fails_is_told_and_the_rest_is_done(site: Site, other: Site, ids: list[str]) -> None:
    """Too many tags for one of them; and somebody else's check is as if it were gone."""
    long = site.check(name="Long", tags="x" * 499)
    page = act(site, "tag", [ids[0], long, other.check(name="Theirs")], add_tags="prod")
    assert "1 check is changed." in page.text
    assert "“Long”: tags: At most 500 characters" in page.text
    assert "1 check had gone meanwhile." in page.text
    assert infos(other)["Theirs"].tags == ""


@pytest.mark.parametrize("path", ["act", "move", "move many"])
def test_what_can_be_no_id_is_asked_of_no_store(
    site: Site, ids: list[str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Keys have their limits; whatever is sent instead of an id is as one that nobody has."""
    page, long = site.browser.get(site.list_url), "x" * 3000
    asked = keys_asked(site, monkeypatch)
    if path == "act":
        answer = site.browser.send(page, "/checks/act", {"act": "pause", "c": [ids[0], long, "\0"]})
        assert "1 check is paused" in answer.text
        assert "2 checks had gone meanwhile." in answer.text
    elif path == "move":
        token = site.browser.get(site.list_url).form("act").values["csrf_token"]
        sent = {"csrf_token": token, "project": long}
        assert site.browser.client.post(f"/checks/{ids[0]}/move", data=sent).status_code == 404
    else:
        assert site.browser.send(page, "/checks/act", {"act": "move", "c": ids[0], "to": long}).status == 404
    assert asked
    assert not [key for key in asked if "xxx" in key or "\0" in key]


def keys_asked(site: Site, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which partitions items are fetched from now on."""
    asked: list[str] = []
    engine: Any = type(site.house.table)
    get, several = engine.get, engine.batch_get

    def heard(table: Table, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = list(keys)
        asked.extend(key.pk for key in wanted)
        found: Mapping[Key, Item] = several(table, wanted)
        return found

    def heard_one(table: Table, key: Key, **how: bool) -> Item | None:
        asked.append(key.pk)
        found: Item | None = get(table, key, **how)
        return found

    monkeypatch.setattr(engine, "get", heard_one)
    monkeypatch.setattr(engine, "batch_get", heard)
    return asked


def test_row_is_renamed_and_tagged(site: Site, ids: list[str]) -> None:
    """Answers with the row as it is then; what can't be is said, and nothing is changed."""
    token = site.browser.get(site.list_url).form("act").values["csrf_token"]
    post = site.browser.client.post
    answer = post(f"/checks/{ids[0]}/name", data={"csrf_token": token, "name": " Dump ", "tags": "x  y"})
    assert names(f"<tbody{answer.text}") == ["Dump"]
    assert "<i>x</i><i>y</i>" in answer.text
    answer = post(f"/checks/{ids[0]}/name", data={"csrf_token": token, "name": "n" * 101, "tags": ""})
    assert (answer.status_code, answer.text) == (422, "Name: At most 100 characters.")
    assert set(infos(site)) == {"Dump", "B", "C"}
    assert post(f"/checks/{ids[0]}/name", data={"name": "Forged"}).status_code == 400


@pytest.mark.parametrize(
    ("typed", "after"),
    [
        ({"name": "Dump"}, ("Dump", "old")),
        ({"tags": "new"}, ("A", "new")),
        ({"tags": ""}, ("A", "")),
        ({}, ("A", "old")),
    ],
)
def test_row_keeps_what_was_not_typed_over(
    site: Site, ids: list[str], typed: dict[str, str], after: tuple[str, str]
) -> None:
    """Somebody else may have changed it since the list was read."""
    token = site.browser.get(site.list_url).form("act").values["csrf_token"]
    site.browser.client.post(f"/checks/{ids[0]}/name", data={"csrf_token": token, **typed})
    [(_, info)] = site.house.checks.several(ids[:1])
    assert (info.name, info.tags) == after

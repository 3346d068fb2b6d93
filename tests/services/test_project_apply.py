"""An apply makes the project what the document says, and touches nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import Scene
from tests.services.project_documents import (
    AFTER,
    BEFORE,
    OPS,
    PAGER,
    apply,
    channel_ids,
    document,
    empty_project,
    exported,
    ids,
    planned,
    rings,
)
from tests.tables import everything
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.services.declared import Invalid
from tocsin.services.project_apply import apply_project
from tocsin.services.projects import UnknownProject
from tocsin.stores.audit import Actor
from tocsin.stores.channels import MAX_CHANNELS
from tocsin.stores.check_items import Keep


def test_everything_becomes_as_the_document_says(scene: Scene) -> None:
    """And what stays is the same check or channel as before, with its ping URL."""
    project = empty_project(scene)
    apply(scene, project, BEFORE)
    checks, channels = ids(scene, project), channel_ids(scene, project)
    plan = apply(scene, project, AFTER)
    assert not plan.empty
    assert (after := ids(scene, project)).keys() == {"dump", "weekly", "fresh"}
    assert all(after[name] == checks[name] for name in ("dump", "weekly"))
    assert channel_ids(scene, project)["ops"] == channels["ops"]
    assert rings(scene, project) == {"dump": {"pager"}, "weekly": {"ops", "pager"}, "fresh": {"ops"}}
    kept = {stored.keep for stored, _ in scene.house.checks.listing(project)}
    assert kept == {Keep(None, 5)}


def test_what_a_check_has_lived_through_stays(scene: Scene) -> None:
    """Documents tell how a check is set, not how it is."""
    check_id = scene.check(name="dump", slug="dump")
    scene.ping(check_id, Kind.FAIL)
    apply(scene, scene.project, {"checks": [{"name": "renamed", "slug": "dump", "timeout": 60}]})
    assert scene.read(check_id).check.status is Status.DOWN
    assert len(scene.log(check_id)) == 1


def test_parts_that_are_left_out_are_left_alone(scene: Scene) -> None:
    """A new channel of such a document is hung on no check that it does not name."""
    check_id = scene.check(name="dump")
    apply(scene, scene.project, {"project": {"log_days": 7}})
    project = scene.house.projects.get(scene.project)
    assert project is not None
    assert project.name == "Backups"
    apply(scene, scene.project, {"channels": [PAGER]})
    info = scene.house.checks.info(check_id)
    assert info is not None
    assert not info.channels & set(channel_ids(scene, scene.project).values())
    apply(scene, scene.project, {"checks": []})
    assert channel_ids(scene, scene.project).keys() == {"pager"}
    assert ids(scene, scene.project) == {}
    assert exported(scene, scene.project)["project"] == {"name": "Backups", "log_days": 7}


def test_what_is_made_stands_in_the_order_of_the_document(scene: Scene) -> None:
    """Lists show the oldest first, and all of it is made at one moment."""
    project, names = empty_project(scene), [f"number {number}" for number in (3, 1, 4, 1.5, 9, 2, 6)]
    apply(
        scene, project, {"channels": [{**OPS, "name": name} for name in names], "checks": [{"name": n} for n in names]}
    )
    data = exported(scene, project)
    assert [channel["name"] for channel in data["channels"]] == names
    assert [check["name"] for check in data["checks"]] == names


def test_a_name_can_pass_from_one_to_another(scene: Scene) -> None:
    """Who had it is renamed before who gets it is made, so that it is not taken for the same."""
    project = empty_project(scene)
    first = {"channels": [OPS], "checks": [{"name": "dump"}, {"name": "report", "slug": "report"}]}
    for _ in range(2):  # the second time all of them were made by a document before
        apply(scene, project, first)
        checks, channels = ids(scene, project), channel_ids(scene, project)
        moved = {
            "channels": [OPS, {**OPS, "id": channels["ops"], "name": "ops once"}],
            "checks": [
                {"name": "dump"},
                {"uuid": checks["dump"], "name": "dump once"},
                {"name": "new report", "slug": "report"},
                {"uuid": checks["report"], "name": "report once"},
            ],
        }
        apply(scene, project, moved)
        assert planned(scene, project, moved).empty
        assert ids(scene, project).keys() == {"dump", "dump once", "new report", "report once"}
        assert ids(scene, project)["dump once"] == checks["dump"]
        assert ids(scene, project)["report once"] == checks["report"]
        assert channel_ids(scene, project)["ops once"] == channels["ops"]


def test_every_channel_can_be_replaced_at_once(scene: Scene) -> None:
    """As many as a project may have go, and as many come."""
    project = empty_project(scene)
    for sort in ("old", "new"):
        wanted = [{**OPS, "name": f"{sort} {number}"} for number in range(MAX_CHANNELS)]
        apply(scene, project, {"channels": wanted, "checks": [{"name": "x"}]})
        assert rings(scene, project) == {"x": {channel["name"] for channel in wanted}}


@pytest.mark.parametrize("part", ["checks", "channels"])
def test_ids_of_another_project_take_nothing_over(scene: Scene, part: str) -> None:
    """Neither by exporting it there and applying it here, nor by guessing."""
    theirs, mine = empty_project(scene), empty_project(scene)
    twins: dict[str, list[dict[str, Any]]] = {
        "checks": [{"name": "x", "slug": "a"}, {"name": "y"}],
        "channels": [dict(OPS), dict(PAGER)],
    }
    apply(scene, theirs, twins)
    before = exported(scene, theirs)
    known = {"checks": ids(scene, theirs), "channels": channel_ids(scene, theirs)}[part]
    word = {"checks": "uuid", "channels": "id"}[part]
    stolen = [{**entry, word: known[entry["name"]], "name": f"my {entry['name']}"} for entry in twins[part]]
    apply(scene, mine, {part: stolen})
    found = {"checks": ids(scene, mine), "channels": channel_ids(scene, mine)}[part]
    assert found.keys() == {entry["name"] for entry in stolen}
    assert not set(found.values()) & set(known.values())
    assert exported(scene, theirs) == before
    assert planned(scene, mine, {part: stolen}).empty


def test_nothing_is_written_where_anything_is_wrong(scene: Scene, store_url: str) -> None:
    """Not even what is right."""
    apply(scene, scene.project, BEFORE)
    before = everything(store_url)
    wrong = {**AFTER, "checks": [*AFTER["checks"], {"name": "wrong", "schedule": "never"}]}
    with pytest.raises(Invalid):
        apply(scene, scene.project, wrong)
    assert everything(store_url) == before


def test_a_project_that_is_not_there(scene: Scene) -> None:
    """Is not made."""
    with pytest.raises(UnknownProject):
        apply(scene, "nobody's", AFTER)


def test_the_audit_log_names_who_applied(scene: Scene) -> None:
    """Each thing that was done has its entry; an apply that does nothing has none."""
    key, project, house = Actor("key", "deploy"), empty_project(scene), scene.house
    for _ in range(2):
        apply_project(
            house.checks,
            house.projects,
            house.kinds,
            project=project,
            document=document(BEFORE),
            by=key,
            now=scene.clock.advance(seconds=1),
        )
    entries, _ = house.audit.page(project, now=scene.clock(), limit=99)
    by_key = [entry.act for entry in entries if entry.actor == key]
    assert sorted(by_key) == ["channel.create"] * 2 + ["check.create"] * 3 + ["project.edit"] * 2

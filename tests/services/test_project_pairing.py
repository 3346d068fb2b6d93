"""Which entry is which check or channel: by id, slug or name, and never by a guess."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import Scene
from tests.services.project_documents import NOBODY, apply, complaints, empty_project, exported, parts_of, planned

OPS = {"name": "ops", "kind": "fake", "config": {"address": "ops@example.org"}}


@pytest.mark.parametrize(
    ("checks", "complaint"),
    [
        ([{"slug": "a"}, {"slug": "a", "name": "b"}], 'checks[1]: has the slug "a", as checks[0] has'),
        ([{"name": "a"}, {"name": "b"}, {"name": "a"}], 'checks[2]: has the name "a", as checks[0] has'),
        ([{"uuid": NOBODY, "name": "a"}, {"uuid": NOBODY, "name": "b"}], "checks[1]: has the uuid of checks[0]"),
        ([{"desc": "?"}], "checks[0]: must have a name or a slug to be known by"),
        ([{"name": "twin"}], 'checks[0]: the name "twin" is that of 2 checks of the project: add the uuid'),
        ([{"slug": "twins"}], 'checks[0]: the slug "twins" is that of 2 checks of the project: add the uuid'),
    ],
)
def test_entries_must_be_told_apart(scene: Scene, checks: list[dict[str, Any]], complaint: str) -> None:
    """From each other, and by what stands there."""
    for slug in ("twins", "twins", "", ""):
        scene.check(name="" if slug else "twin", slug=slug)
    (told,) = complaints(scene, {"checks": checks})
    assert told.startswith(complaint)


def test_a_uuid_tells_twins_apart(scene: Scene) -> None:
    """And what is left is told by its name again."""
    twin, other = scene.check(name="twin"), scene.check(name="twin")
    entries = [{"name": "twin", "grace": 300, "timeout": 3600}, {"uuid": other, "name": "other"}]
    plan = planned(scene, scene.project, {"checks": entries}).checks
    assert (plan.unchanged, [step.uuid for step in plan.changed], plan.deleted) == (1, [other], [])
    entries = [{"uuid": twin, "name": "twin"}, {"name": "twin"}]
    assert complaints(scene, {"checks": entries})[0].startswith('checks[1]: has the name "twin", as checks[0] has')
    entries.reverse()
    assert complaints(scene, {"checks": entries})[0].startswith('checks[0]: has the name "twin", as checks[1] has')


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ({"slug": "b", "name": "one"}, "two"),
        ({"name": "one"}, "one without slug"),
        ({"name": "two"}, "two"),
        ({"slug": "new", "name": "two"}, "two"),
        ({"slug": "new", "name": "one"}, None),
        ({"slug": "new", "name": "neither"}, None),
        ({"uuid": NOBODY, "slug": "a"}, "one"),
    ],
)
def test_a_check_is_known_by_slug_then_by_name(scene: Scene, entry: dict[str, Any], found: str | None) -> None:
    """A new slug is a rename where one check has the name; where two have it, nobody knows, and it is a new check."""
    ids = {
        scene.check(name="one", slug="a"): "one",
        scene.check(name="two", slug="b"): "two",
        scene.check(name="one"): "one without slug",
    }
    plan = planned(scene, scene.project, {"checks": [entry]}).checks
    assert [ids[step.uuid] for step in plan.changed] == ([found] if found else [])
    assert len(plan.created) == (found is None)
    assert len(plan.deleted) == 3 - len(plan.changed)


def test_channels_are_known_by_kind_and_name(scene: Scene) -> None:
    """The id tells twins apart; a kind never changes, so another kind is another channel."""
    one, two = scene.channel_id, scene.hang_up()
    twins = {"channels": [{"kind": "fake", "config": {}}]}
    (told,) = complaints(scene, twins)
    assert told.startswith('channels[0]: the name "" among those of kind fake is that of 2 channels of the project')
    entries = [{"id": two, "name": "two", "kind": "fake", "config": {}}, {"kind": "fake", "config": {}}]
    plan = planned(scene, scene.project, {"channels": entries}).channels
    assert ([step.id for step in plan.changed], plan.unchanged) == ([two], 1)
    entries = [{"id": one, "kind": "email", "config": {"address": "a@example.org"}}]
    assert "channels[0]: has the id of one of kind fake, and that stays so: leave the id out" in complaints(
        scene, {"channels": entries}
    )


def test_channels_that_share_a_name_are_rung_by_id(scene: Scene) -> None:
    """Even where the id is of another project, whose export this is."""
    first = scene.channel_id
    scene.clock.advance(seconds=1)
    second = scene.hang_up(address="second")
    scene.check(name="x", channels=frozenset({second}))
    data = exported(scene, scene.project)
    assert [channel["id"] for channel in data["channels"]] == [first, second]
    assert data["checks"] == [{"name": "x", "timeout": 3600, "grace": 300, "channels": [second]}]
    parts = parts_of(data)
    assert planned(scene, scene.project, parts).empty
    parts["channels"][0]["name"], parts["channels"][1]["name"] = "a", "b"
    project = empty_project(scene)
    apply(scene, project, parts)
    assert exported(scene, project)["checks"][0]["channels"] == ["b"]
    same = {"channels": [OPS, {**OPS, "id": NOBODY, "name": "x"}], "checks": [{"name": "x", "channels": ["ops", "x"]}]}
    assert len(planned(scene, project, same).channels.created) == 2


def test_a_name_of_two_channels_rings_neither(scene: Scene) -> None:
    """The id is asked for."""
    scene.hang_up()
    named = {"checks": [{"name": "x", "channels": [""]}]}
    assert complaints(scene, named) == ['checks[0].channels[0]: "" is the name of 2 channels: write the id']

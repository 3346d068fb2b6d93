"""What a plan tells, and what it refuses: everything that is wrong, each with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.fakes import Scene
from tests.services.project_documents import apply, complaints, document, empty_project, planned
from tests.tables import everything
from tocsin.services.declared import MAX_PROBLEMS, Invalid

OPS = {"name": "ops", "kind": "fake", "config": {"address": "ops@example.org", "token": "secret-1"}}


def test_a_plan_tells_what_becomes_of_what(scene: Scene, store_url: str) -> None:
    """With every field that changes, from and to; and it writes nothing."""
    project = empty_project(scene)
    old = [{"name": "dump", "slug": "dump", "tags": ["db"]}, {"name": "gone"}, {"name": "as it is"}]
    apply(scene, project, {"project": {"log_days": 9}, "channels": [OPS], "checks": old})
    uuids = {info.name: stored.check.id for stored, info in scene.house.checks.listing(project)}
    (channel,) = scene.house.channels.of_project(project)
    before = everything(store_url)
    new = [
        {"name": "Dump", "slug": "dump", "schedule": "0 3 * * *", "tz": "Europe/Vienna", "channels": []},
        {"name": "as it is"},
        {"name": "new one", "slug": "new"},
    ]
    plan = planned(scene, project, {"project": {"name": "Backups"}, "channels": [OPS], "checks": new})
    assert everything(store_url) == before
    assert plan.data() == {
        "empty": False,
        "project": {"name": {"from": "Empty", "to": "Backups"}, "log_days": {"from": 9, "to": None}},
        "channels": {"created": [], "changed": [], "deleted": [], "unchanged": 1},
        "checks": {
            "created": [{"name": "new one", "slug": "new"}],
            "changed": [
                {
                    "name": "dump",
                    "slug": "dump",
                    "uuid": uuids["dump"],
                    "changes": {
                        "name": {"from": "dump", "to": "Dump"},
                        "tags": {"from": ["db"], "to": []},
                        "timeout": {"from": 86400, "to": None},
                        "schedule": {"from": None, "to": "0 3 * * *"},
                        "tz": {"from": None, "to": "Europe/Vienna"},
                        "channels": {"from": ["ops"], "to": []},
                    },
                }
            ],
            "deleted": [{"name": "gone", "uuid": uuids["gone"]}],
            "unchanged": 1,
        },
    }
    assert channel.id not in json.dumps(plan.data())


def test_a_plan_keeps_the_secrets_of_channels(scene: Scene) -> None:
    """It tells which settings change, and never what they say."""
    project = empty_project(scene)
    apply(scene, project, {"channels": [OPS, {**OPS, "name": "gone"}]})
    edited = {**OPS, "config": {"address": "ops@example.org", "token": "secret-2", "new": "secret-3"}}
    plan = planned(scene, project, {"channels": [edited, {**OPS, "name": "pager"}]})
    ids = {channel.name: channel.id for channel in scene.house.channels.of_project(project)}
    assert plan.data()["channels"] == {
        "created": [{"name": "pager", "kind": "fake"}],
        "changed": [{"name": "ops", "kind": "fake", "id": ids["ops"], "config": ["token", "new"]}],
        "deleted": [{"name": "gone", "kind": "fake", "id": ids["gone"]}],
        "unchanged": 0,
    }
    assert "secret" not in json.dumps(plan.data())


def test_everything_that_is_wrong_is_said_at_once(scene: Scene) -> None:
    """Each with its place in the document."""
    checks = [
        {"name": "zone", "schedule": "0 3 * * *", "tz": "Europe/Wien"},
        {"name": "schedule", "schedule": "at noon every day it rains"},
        {"name": "both", "schedule": "0 3 * * *", "timeout": 60},
        {"name": "tz", "tz": "UTC"},
        {"name": "too short", "min_duration": 7200, "channels": ["ops", "opps", "nonsense"]},
        {"name": "too many", "tags": ["x" * 300, "y" * 300]},
    ]
    channels = [OPS, {"name": "a", "kind": "pigeon", "config": {}}]
    told = complaints(scene, {"project": {"name": "  "}, "channels": channels, "checks": checks})
    assert [sentence.split(":")[0] for sentence in told] == [
        "project.name",
        "channels[1].kind",
        "checks[0].tz",
        "checks[1].schedule",
        "checks[2].timeout",
        "checks[3].tz",
        "checks[4].channels[1]",
        "checks[4].channels[2]",
        "checks[4].min_duration",
        "checks[5].tags",
    ]
    assert told[1] == "channels[1].kind: There is no channel of kind 'pigeon'; the kinds are: fake."
    assert told[6] == 'checks[4].channels[1]: "opps" is no channel here: did you mean "ops"?'
    assert told[7].endswith("write the name of one as it stands among the channels")


def test_a_document_that_does_not_fit_its_form_is_not_looked_up(scene: Scene) -> None:
    """Bounds and types come first, all of them at once."""
    with pytest.raises(Invalid) as caught:
        document({"project": {"log_days": 0}, "checks": [{"name": 1, "timeout": 59, "tiemout": 1}, "x"], "chanels": []})
    assert [str(problem) for problem in caught.value.problems] == [
        "project.log_days: must be at least 1",
        "checks[0].name: must be text, not a number",
        "checks[0].timeout: must be at least 60",
        "checks[0].tiemout: is not known here: did you mean timeout?",
        "checks[1]: must be an object, not text",
        "chanels: is not known here: did you mean channels?",
    ]


@pytest.mark.parametrize(
    ("parts", "place"),
    [
        ({"channels": [OPS] * 91}, "channels"),
        ({"project": {"log_days": 3651}}, "project.log_days"),
        ({"project": {"log_count": 1_000_001}}, "project.log_count"),
        ({"checks": [{"name": "x", "max_duration": True}]}, "checks[0].max_duration"),
        ({"checks": [{"name": "x", "tags": ["two words"]}]}, "checks[0].tags[0]"),
        ({"checks": [{"name": "x", "uuid": "mine"}]}, "checks[0].uuid"),
        ({"checks": {}}, "checks"),
        ({"channels": [{"name": "x"}]}, "channels[0].kind"),
        ({"tocsin": 2}, "tocsin"),
        ({"tocsin": 1.0}, "tocsin"),
    ],
)
def test_bounds_are_those_of_the_form(parts: dict[str, Any], place: str) -> None:
    """As the document of the API says them."""
    with pytest.raises(Invalid) as caught:
        document(parts)
    assert caught.value.problems[0].path == place


def test_more_than_anybody_mends_is_not_counted_up(scene: Scene) -> None:
    """The first hundred will do."""
    checks = [{"name": f"x{number}", "schedule": "nonsense"} for number in range(300)]
    assert len(complaints(scene, {"checks": checks})) == MAX_PROBLEMS
    assert len(complaints(scene, {"checks": [{"name": "x"}] * 300})) == MAX_PROBLEMS

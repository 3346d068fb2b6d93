"""What an export says, and what it can leave out because it goes without saying."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.fakes import Scene
from tests.services.project_documents import apply, empty_project, exported, parts_of, planned
from tocsin.channels.registry import Registry
from tocsin.channels.webhook import WebhookChannel
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron
from tocsin.services.checks import Wishes, create_check
from tocsin.services.project_export import document_data, export_project
from tocsin.services.projects import UnknownProject
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info


def test_what_is_as_it_is_by_default_is_left_out(scene: Scene) -> None:
    """A name may be all there is to say of a check."""
    project = empty_project(scene)
    apply(scene, project, {"checks": [{"name": "dump"}]})
    assert exported(scene, project) == {
        "tocsin": 1,
        "project": {"name": "Empty"},
        "channels": [],
        "checks": [{"name": "dump"}],
    }


def test_all_that_can_be_set_is_said(scene: Scene) -> None:
    """In the order of the form."""
    keywords = Keywords("a", "b", "c", default_fail=True)
    rules = Rules(post_only=True, filter_http_body=True, filter_subject=True, filter_body=True, keywords=keywords)
    limits = Limits(timedelta(hours=1), timedelta(minutes=1), failure_tolerance=2, track_runs=True)
    info = Info(name="dump", slug="dump", tags="prod  db", desc="one\ntwo", rules=rules)
    wishes = Wishes(info, Cron("0 3 * * *", "Europe/Vienna"), timedelta(minutes=9), limits, manual_resume=True)
    house = scene.house
    create_check(house.checks, project=scene.project, wishes=wishes, by=COMMAND, now=scene.clock())
    set_retention(house.checks, house.projects, project=scene.project, days=9, count=99, by=COMMAND, now=scene.clock())
    data = exported(scene, scene.project)
    assert data["project"] == {"name": "Backups", "log_days": 9, "log_count": 99}
    (check,) = data["checks"]
    assert list(check.items()) == [
        ("name", "dump"),
        ("slug", "dump"),
        ("tags", ["prod", "db"]),
        ("desc", "one\ntwo"),
        ("schedule", "0 3 * * *"),
        ("tz", "Europe/Vienna"),
        ("grace", 540),
        ("max_duration", 3600),
        ("min_duration", 60),
        ("failure_tolerance", 2),
        ("track_runs", True),
        ("manual_resume", True),
        ("methods", "POST"),
        ("filter_subject", True),
        ("filter_body", True),
        ("filter_http_body", True),
        ("filter_default_fail", True),
        ("start_kw", "a"),
        ("success_kw", "b"),
        ("failure_kw", "c"),
        ("channels", []),
    ]
    assert planned(scene, scene.project, parts_of(data)).empty


def test_ids_stand_only_where_nothing_else_tells(scene: Scene) -> None:
    """Twins, and what has no name."""
    scene.check(name="dump", slug="dump")
    scene.check(name="dump")
    twins = [scene.check(name="twin"), scene.check(slug="s"), scene.check(name="twin"), scene.check(slug="s")]
    nameless = scene.check()
    data = exported(scene, scene.project)
    assert sorted(check["uuid"] for check in data["checks"] if "uuid" in check) == sorted([*twins, nameless])
    assert [channel["id"] for channel in data["channels"]] == [scene.channel_id]
    assert planned(scene, scene.project, parts_of(data)).empty


def test_channels_that_are_gone_are_not_named(scene: Scene) -> None:
    """A check may still remember one."""
    scene.check(name="dump", channels=frozenset({scene.channel_id, "gone"}))
    data = exported(scene, scene.project)
    assert "channels" not in data["checks"][0]
    assert planned(scene, scene.project, parts_of(data)).empty


def test_a_configuration_is_as_short_as_it_was_typed(scene: Scene) -> None:
    """What the kind fills in by itself goes without saying."""
    scene.house = replace(scene.house, kinds=Registry([WebhookChannel(allow_private=True)]))
    typed = {"url_down": "https://example.org/down", "headers_down": {"X-Token": "a", "X-Other": "b"}}
    project = empty_project(scene)
    apply(scene, project, {"channels": [{"name": "hook", "kind": "webhook", "config": typed}]})
    (channel,) = exported(scene, project)["channels"]
    assert channel["config"] == {
        "url_down": "https://example.org/down",
        "headers_down": "X-Token: a\nX-Other: b",
    }
    written = {"channels": [{"name": "hook", "kind": "webhook", "config": typed}]}
    assert planned(scene, project, written).empty


def test_a_channel_of_a_kind_that_was_taken_away_stays_as_it_is(scene: Scene) -> None:
    """Its plug-in may come back; until then it can be neither made nor changed, and that is all."""
    scene.house = replace(scene.house, kinds=Registry([]))
    parts = parts_of(exported(scene, scene.project))
    assert planned(scene, scene.project, parts).empty
    apply(scene, scene.project, parts)
    apply(scene, scene.project, {"channels": []})
    assert exported(scene, scene.project)["channels"] == []


def test_a_project_that_is_not_there_has_no_document(scene: Scene) -> None:
    """And is said to be none."""
    with pytest.raises(UnknownProject):
        exported(scene, "nobody's")


def test_what_is_written_is_all_plain_values(scene: Scene) -> None:
    """The document can be written as it is."""
    house = scene.house
    document = export_project(house.checks, house.projects, house.kinds, project=scene.project)
    assert document.channels
    assert type(document_data(document)["channels"]) is list

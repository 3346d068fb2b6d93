"""Make checks and change them: what can be set, what is refused, and what is left alone."""

from __future__ import annotations

from threading import Thread
from typing import Any

import pytest

from tests.api.v4.program import Program, faults, refused, told
from tests.fakes import Scene
from tests.tables import everything

EVERYTHING: dict[str, Any] = {
    "name": "Nightly",
    "slug": "nightly",
    "tags": ["prod", "db"],
    "desc": "Dumps the shop.",
    "timeout": 7200,
    "grace": 600,
    "max_duration": 1200,
    "min_duration": 10,
    "failure_tolerance": 2,
    "track_runs": True,
    "manual_resume": True,
    "methods": "POST",
    "start_kw": "start",
    "success_kw": "done",
    "failure_kw": "error",
    "filter_subject": True,
    "filter_body": True,
    "filter_http_body": True,
    "filter_default_fail": True,
}


def shown(check: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: check[name] for name in names}


def test_all_that_can_be_set_is_set_at_once(program: Program, scene: Scene) -> None:
    response = program.post("/checks/", EVERYTHING | {"channels": [scene.channel_id]})
    check = told(response, 201)
    assert shown(check, *EVERYTHING) == EVERYTHING
    assert check["channels"] == [scene.channel_id]
    assert response.headers["Location"] == f"http://localhost/api/v4/checks/{check['uuid']}"
    assert told(program.client.get(response.headers["Location"], headers={"X-Api-Key": str(program.key)})) == check


def test_empty_object_makes_a_check_that_tells_nobody(program: Program) -> None:
    check = program.make()
    assert shown(check, "name", "timeout", "grace", "channels") == {
        "name": "",
        "timeout": 86400,
        "grace": 3600,
        "channels": [],
    }


@pytest.mark.parametrize("method", ["PATCH", "POST"])
def test_change_leaves_alone_what_is_not_sent(program: Program, method: str) -> None:
    check = program.make(**EVERYTHING, channels="*")
    changed = told(program.call(method, f"/checks/{check['uuid']}", {"grace": 900}))
    assert changed == check | {"grace": 900}
    assert told(program.call(method, f"/checks/{check['uuid']}", {})) == changed


def test_what_was_read_can_be_edited_and_sent_back(program: Program, scene: Scene) -> None:
    """What nobody can set is ignored, even if it was changed on the way."""
    check_id = program.make(schedule="0 3 * * *", tz="Europe/Vienna", channels="*", min_duration=5)["uuid"]
    scene.ping(check_id)
    check = program.show(check_id)
    assert program.change(check_id, **check) == check
    edited = check | {"name": "Weekly", "status": "paused", "uuid": "?", "n_pings": -1, "kind": {}}
    assert program.change(check_id, **edited) == check | {"name": "Weekly"}
    copy = program.make(**check)
    assert copy["uuid"] != check_id
    assert copy["schedule"] == "0 3 * * *"


@pytest.mark.parametrize(
    ("sent", "then"),
    [
        ({"schedule": "*/5 * * * *"}, ("cron", None, "*/5 * * * *", "UTC")),
        (
            {"schedule": "Mon *-*-* 04:30", "tz": "Europe/Vienna"},
            ("oncalendar", None, "Mon *-*-* 04:30", "Europe/Vienna"),
        ),
        ({"schedule": None, "timeout": 60}, ("simple", 60, None, None)),
        ({"timeout": None}, ("simple", 3600, None, None)),
    ],
)
def test_simple_check_takes_a_schedule(program: Program, sent: dict[str, Any], then: tuple[Any, ...]) -> None:
    check = program.change(program.make(timeout=3600)["uuid"], **sent)
    assert tuple(shown(check, "kind", "timeout", "schedule", "tz").values()) == then


@pytest.mark.parametrize(
    ("sent", "then"),
    [
        ({"tz": "Europe/Kiev"}, ("cron", None, "0 3 * * *", "Europe/Kyiv")),
        ({"schedule": "0 4 * * *"}, ("cron", None, "0 4 * * *", "Europe/Vienna")),
        ({"timeout": 120}, ("simple", 120, None, None)),
        ({"timeout": 120, "schedule": None, "tz": None}, ("simple", 120, None, None)),
    ],
)
def test_check_with_a_schedule_keeps_what_is_not_sent(
    program: Program, sent: dict[str, Any], then: tuple[Any, ...]
) -> None:
    check = program.change(program.make(schedule="0 3 * * *", tz="Europe/Vienna")["uuid"], **sent)
    assert tuple(shown(check, "kind", "timeout", "schedule", "tz").values()) == then


def test_null_takes_limits_away(program: Program) -> None:
    check_id = program.make(max_duration=100, min_duration=10)["uuid"]
    check = program.change(check_id, max_duration=None, min_duration=None)
    assert shown(check, "max_duration", "min_duration") == {"max_duration": None, "min_duration": None}


def test_tags_are_words_each_once(program: Program) -> None:
    assert program.make(tags=["b", "a", "b"])["tags"] == ["b", "a"]
    assert faults(program.post("/checks/", {"tags": ["t" * 300, "u" * 300]})) == {"tags": "At most 500 characters"}


def test_channels_are_named_by_id_or_name_or_all_at_once(program: Program, scene: Scene) -> None:
    named = told(program.post("/channels/", {"kind": "fake", "name": "Ops", "config": {}}), 201)["id"]
    both = sorted([named, scene.channel_id])
    check = program.make(channels=["Ops", scene.channel_id, named])
    assert check["channels"] == both
    assert program.change(check["uuid"], channels=[])["channels"] == []
    assert program.change(check["uuid"], channels="*")["channels"] == both
    program.post("/channels/", {"kind": "fake", "name": "Ops", "config": {}})
    assert faults(program.patch(f"/checks/{check['uuid']}", {"channels": ["Ops", "Dev", named]})) == {
        "channels[0]": "is the name of 2 channels: send the id of the one that is meant",
        "channels[1]": "is neither the id nor the name of a channel in this project",
    }


def test_every_fault_is_told_at_once_in_the_order_of_the_fields(program: Program, store_url: str) -> None:
    """Of form, of sense, and of what stands elsewhere; and nothing is written."""
    before = everything(store_url)
    sent = {
        "frequency": 5,
        "channels": ["Nobody"],
        "grace": 2**80,
        "schedule": "every day",
        "tz": "Mars/Phobos",
        "tags": ["two words", 3],
        "name": None,
        "min_duration": 86400,
        "methods": "GET",
        "unique": ["slug", "age"],
    }
    found = faults(program.post("/checks/", sent))
    assert list(found) == [
        "name",
        "tags[0]",
        "tags[1]",
        "schedule",
        "tz",
        "grace",
        "min_duration",
        "methods",
        "channels[0]",
        "unique[1]",
        "frequency",
    ]
    assert found["grace"] == "must be at most 31536000"
    assert found["frequency"].startswith("is not known here: the fields are name, slug")
    assert "uuid" not in found["frequency"]
    assert everything(store_url) == before


@pytest.mark.parametrize(
    ("sent", "field", "words"),
    [
        ({"timeout": 60, "schedule": "* * * * *"}, "schedule", "can't go with a timeout"),
        ({"timeout": 60, "tz": "UTC"}, "tz", "belongs to a schedule"),
        ({"tz": "UTC"}, "tz", "belongs to a schedule"),
        ({"tz": ""}, "tz", "is not a time zone"),
        ({"schedule": ""}, "schedule", ""),
        ({"channels": "Ops"}, "channels", 'must be a list, not text, or must be one of "*"'),
        ({"channels": [""]}, "channels[0]", "at least 1"),
        ({"channels": [[]]}, "channels[0]", "must be text, not a list"),
        ({"channels": ["Ops"] * 91}, "channels", "at most 90 items, not 91"),
        ({"grace": None}, "grace", "not null"),
        ({"min_duration": 3601}, "min_duration", "No longer than"),
        ({"tags": "prod"}, "tags", "must be a list"),
        ({"nmae": "x"}, "nmae", "did you mean name?"),
        ([], "", "must be an object, not a list"),
        ("x", "", "must be an object"),
    ],
)
def test_fault_is_told_by_its_field_on_making_and_changing(program: Program, sent: Any, field: str, words: str) -> None:
    check_id = program.make()["uuid"]
    for response in (program.post("/checks/", sent), program.patch(f"/checks/{check_id}", sent)):
        found = faults(response)
        assert next(iter(found)) == field
        assert words in found[field]


def test_limits_are_judged_beside_those_that_stand(program: Program) -> None:
    """A grace time that is shorter than the least time of a run is told of the one that it contradicts."""
    check_id = program.make(grace=600, min_duration=500)["uuid"]
    assert list(faults(program.patch(f"/checks/{check_id}", {"grace": 60}))) == ["min_duration"]


def test_unique_changes_what_is_there_and_else_makes_it(program: Program) -> None:
    first = told(program.post("/checks/", {"name": "Nightly", "tags": ["a", "b"], "unique": ["name", "tags"]}), 201)
    again = program.post("/checks/", {"name": "Nightly", "tags": ["a", "b"], "grace": 60, "unique": ["name", "tags"]})
    assert told(again) == first | {"grace": 60}
    assert "Location" not in again.headers
    other = told(program.post("/checks/", {"name": "Nightly", "tags": [], "unique": ["name", "tags"]}), 201)
    assert other["uuid"] != first["uuid"]
    assert len(program.names()) == 2


def test_field_of_unique_that_is_not_sent_is_a_fault(program: Program) -> None:
    found = faults(program.post("/checks/", {"timeout": None, "unique": ["slug", "timeout"]}))
    assert found == {"unique": "names timeout, which was not sent or has a fault"}
    assert program.names() == []


def test_of_many_upserts_at_once_one_makes_the_check(program: Program) -> None:
    statuses: list[int] = []
    threads = [
        Thread(
            target=lambda: statuses.append(program.post("/checks/", {"slug": "job", "unique": ["slug"]}).status_code)
        )
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 5 + [201]
    assert len(program.names()) == 1


def test_account_makes_checks_in_the_project_that_it_names(program: Program, account: Program) -> None:
    other = told(account.post("/projects/", {"name": "Other"}), 201)["id"]
    check = told(account.post(f"/checks/?project={other}", {"name": "x"}), 201)
    assert check["project"] == other
    assert program.names() == []
    assert account.names(f"?project={other}") == ["x"]
    assert told(account.patch(f"/checks/{check['uuid']}", {"name": "y"}))["name"] == "y"
    assert refused(program.patch(f"/checks/{check['uuid']}", {"name": "z"}), 404)

"""Change checks: what is sent and nothing else, and never their status (3.4)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.api.classic.program import Program
from tests.tables import everything
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.services.checks import Wishes, edit_check, wishes_of
from tocsin.stores.audit import COMMAND

CHANGES: dict[str, Any] = {
    "name": "Hourly",
    "slug": "hourly",
    "tags": "test",
    "desc": "Call Alice",
    "grace": 7200,
    "timeout": 120,
    "manual_resume": True,
    "methods": "POST",
    "start_kw": "go",
    "success_kw": "yes",
    "failure_kw": "no",
    "filter_subject": False,
    "filter_body": True,
    "filter_http_body": True,
    "filter_default_fail": True,
    "channels": "",
}
FILLED = {
    "name": "Nightly",
    "slug": "nightly",
    "tags": "prod db",
    "desc": "Call Bob",
    "grace": 90,
    "timeout": 60,
    "start_kw": "begin",
    "success_kw": "fine",
    "failure_kw": "broken",
    "filter_subject": True,
    "channels": "*",
}
MIRRORS = {
    "success_kw": {"subject": "yes"},
    "failure_kw": {"subject_fail": "no"},
    "filter_subject": {"subject": "", "subject_fail": ""},
}


@pytest.mark.parametrize("field", CHANGES)
def test_one_field_changes_alone(program: Program, field: str) -> None:
    """And what mirrors it; all else stays, the pings that came too."""
    before = program.make(**FILLED)
    program.scene.ping(before["uuid"])
    before = program.show(before["uuid"])
    # The times that a shorter or longer timeout leads to are its meaning.
    expected = before | {field: CHANGES[field]} | MIRRORS.get(field, {})
    if field == "timeout":
        expected["next_ping"] = "2026-03-01T12:02:00+00:00"
    assert program.change(before["uuid"], **{field: CHANGES[field]}) == expected
    assert program.show(before["uuid"]) == expected


def test_empty_texts_are_values(program: Program) -> None:
    made = program.make(**FILLED)
    emptied = {name: "" for name in FILLED if isinstance(FILLED[name], str)}
    changed = program.change(made["uuid"], **emptied)
    assert {name: changed[name] for name in emptied} == emptied


def test_nothing_sent_changes_nothing(program: Program, store_url: str) -> None:
    """Nothing at all is written then, nor where the values are those that stand there."""
    made = program.make(**FILLED)
    before = everything(store_url)
    assert program.change(made["uuid"]) == made
    assert program.change(made["uuid"], unknown=1, status="down", uuid="x") == made
    assert program.change(made["uuid"], **FILLED) == made
    assert everything(store_url) == before


def test_change_shows_in_the_answer_at_once(program: Program) -> None:
    """The answer is the check as it is now; the next reader sees the same."""
    made = program.make()["uuid"]
    for n in range(5):
        changed = program.change(made, name=f"Name {n}", tags=f"tag-{n}")
        assert (changed["name"], changed["tags"]) == (f"Name {n}", f"tag-{n}")
        assert program.show(made) == program.listed()[0] == changed


def test_what_only_newer_versions_know_stays(program: Program) -> None:
    """The limits of runs are no business of these versions."""
    made = program.make(**FILLED)["uuid"]
    checks, limits = program.scene.house.checks, Limits(max_duration=timedelta(minutes=5), failure_tolerance=2)
    info = checks.info(made)
    assert info
    old = wishes_of(program.scene.read(made).check, info)
    wishes = Wishes(old.info, old.schedule, old.grace, limits, old.manual_resume)
    edit_check(checks, check_id=made, wishes=wishes, by=COMMAND, now=program.scene.clock())
    program.change(made, **CHANGES)
    assert program.scene.read(made).check.limits == limits


@pytest.mark.parametrize(
    ("there", "sent", "shown"),
    [
        ({"timeout": 60}, {"schedule": "0 4 * * *"}, {"schedule": "0 4 * * *", "tz": "UTC"}),
        ({"timeout": 60}, {"schedule": "daily", "tz": "Europe/Riga"}, {"schedule": "daily", "tz": "Europe/Riga"}),
        ({"timeout": 60}, {"schedule": "daily", "timeout": 90}, {"schedule": "daily", "tz": "UTC"}),
        ({"timeout": 60}, {"tz": "Europe/Riga"}, {"timeout": 60}),
        ({"timeout": 60}, {"grace": 60}, {"timeout": 60}),
        ({"schedule": "0 4 * * *", "tz": "Europe/Riga"}, {"timeout": 60}, {"timeout": 60}),
        ({"schedule": "daily", "tz": "Europe/Riga"}, {"timeout": 60, "tz": "UTC"}, {"timeout": 60}),
        ({"schedule": "0 4 * * *", "tz": "Europe/Riga"}, {"tz": "UTC"}, {"schedule": "0 4 * * *", "tz": "UTC"}),
        (
            {"schedule": "0 4 * * *", "tz": "Europe/Riga"},
            {"schedule": "daily"},
            {"schedule": "daily", "tz": "Europe/Riga"},
        ),
        (
            {"schedule": "daily", "tz": "Europe/Riga"},
            {"schedule": "0 4 * * *", "timeout": 60},
            {"schedule": "0 4 * * *", "tz": "Europe/Riga"},
        ),
        (
            {"schedule": "daily", "tz": "Europe/Riga"},
            {"name": "Other"},
            {"schedule": "daily", "tz": "Europe/Riga"},
        ),
    ],
)
def test_kinds_of_schedule(
    program: Program, there: dict[str, Any], sent: dict[str, Any], shown: dict[str, Any]
) -> None:
    """A schedule goes before a timeout, a timeout alone takes its place, and a zone stays with its schedule."""
    made = program.make(**there)["uuid"]
    changed = program.change(made, **sent)
    assert {name: changed[name] for name in ("timeout", "schedule", "tz") if name in changed} == shown


@pytest.mark.parametrize(
    ("there", "sent", "success", "failure", "filtered"),
    [
        ({}, {"subject": "fine"}, "fine", "", True),
        ({}, {"subject_fail": "broken"}, "", "broken", True),
        ({}, {"subject": "fine", "subject_fail": "broken"}, "fine", "broken", True),
        ({}, {"subject": "", "subject_fail": ""}, "", "", False),
        ({}, {"subject": "fine", "filter_subject": False}, "fine", "", False),
        ({}, {"subject": "", "filter_subject": True}, "", "", True),
        ({}, {"subject": "fine", "success_kw": "good"}, "good", "", True),
        ({}, {"subject_fail": "broken", "failure_kw": "bad"}, "", "bad", True),
        ({}, {"success_kw": "good", "failure_kw": "bad"}, "good", "bad", False),
        ({"subject": "fine"}, {"subject": ""}, "", "", False),
        ({"subject": "fine", "subject_fail": "broken"}, {"subject": ""}, "", "broken", True),
        ({"success_kw": "good"}, {"subject_fail": ""}, "good", "", True),
        ({"subject": "fine"}, {"filter_subject": False}, "fine", "", False),
        ({"subject": "fine"}, {"name": "Other"}, "fine", "", True),
    ],
)
def test_old_names_of_keywords(
    program: Program, there: dict[str, Any], sent: dict[str, Any], success: str, failure: str, filtered: bool
) -> None:
    """They write the new ones and switch the filter; what is sent by its new name goes before."""
    made = program.make(**there)["uuid"]
    shown = program.change(made, **sent)
    assert (shown["success_kw"], shown["failure_kw"], shown["filter_subject"]) == (success, failure, filtered)
    mirrored = (success, failure) if filtered else ("", "")
    assert (shown["subject"], shown["subject_fail"]) == mirrored


@pytest.mark.parametrize("state", ["new", "up", "down", "paused", "started"])
def test_status_stays(program: Program, state: str) -> None:
    """Whatever is changed, no flip is made and nobody is told."""
    made = program.make(**FILLED)["uuid"]
    if state == "paused":
        program.post(f"/checks/{made}/pause")
    elif state != "new":
        program.scene.ping(made, {"up": Kind.SUCCESS, "down": Kind.FAIL, "started": Kind.START}[state])
    before, flips = program.show(made), program.scene.flips(made)
    changed = program.change(made, **(CHANGES | {"name": before["name"]}))
    for name in ("status", "started", "n_pings", "last_ping"):
        assert changed[name] == before[name]
    assert program.scene.flips(made) == flips


def test_rules_hold_from_then_on(program: Program) -> None:
    """What a program sets is what pings are judged by."""
    made = program.make(timeout=60)
    url = made["ping_url"]
    program.change(made["uuid"], methods="POST")
    program.client.get(url)
    assert program.show(made["uuid"])["status"] == "new"
    program.change(made["uuid"], methods="", filter_http_body=True, failure_kw="broken", success_kw="fine")
    program.client.post(url, data=b"all is fine")
    assert program.show(made["uuid"])["status"] == "up"
    program.client.post(url, data=b"disk broken")
    assert program.show(made["uuid"])["status"] == "down"
    program.client.post(url, data=b"who knows")
    kinds = [ping["type"] for ping in program.get(f"/checks/{made['uuid']}/pings/").get_json()["pings"]]
    assert kinds == ["ign", "fail", "success", "ign"]

"""The audit log: each act of a program leaves an entry that says who did what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, told
from tests.fakes import Scene

Act = Callable[[Program], tuple[object, str]]
"""Does it, and returns the id and the name of what it was done to."""


def _check(program: Program, **fields: object) -> str:
    found: str = program.make(name="Nightly", **fields)["uuid"]
    return found


def make_check(program: Program) -> tuple[object, str]:
    return _check(program), "Nightly"


def edit_check(program: Program) -> tuple[object, str]:
    check_id = _check(program)
    program.change(check_id, grace=60, tags=["prod"])
    return check_id, "Nightly"


def do(act: str) -> Act:
    def doing(program: Program) -> tuple[object, str]:
        check_id = _check(program)
        if act == "resume":
            told(program.post(f"/checks/{check_id}/pause"))
        told(program.post(f"/checks/{check_id}/{act}"))
        return check_id, "Nightly"

    return doing


def delete_check(program: Program) -> tuple[object, str]:
    check_id = _check(program)
    program.delete(f"/checks/{check_id}")
    return check_id, "Nightly"


def restore_check(program: Program) -> tuple[object, str]:
    deleted = delete_check(program)
    told(program.post(f"/checks/{deleted[0]}/restore"))
    return deleted


def tag_in_bulk(program: Program) -> tuple[object, str]:
    check_id = _check(program)
    told(program.post("/checks/bulk", {"act": "tag", "filter": {"all": True}, "add_tags": ["prod"]}))
    return check_id, "Nightly"


def make_channel(program: Program) -> tuple[object, str]:
    return told(program.post("/channels/", {"kind": "fake", "name": "Ops", "config": {"key": "s3cret"}}), 201)[
        "id"
    ], "Ops"


def edit_channel(program: Program) -> tuple[object, str]:
    channel = make_channel(program)
    told(program.patch(f"/channels/{channel[0]}", {"name": "Dev", "config": {"key": "s4cret"}}))
    return channel


def try_channel(program: Program) -> tuple[object, str]:
    channel = make_channel(program)
    told(program.post(f"/channels/{channel[0]}/test"))
    return channel


def delete_channel(program: Program) -> tuple[object, str]:
    channel = make_channel(program)
    program.delete(f"/channels/{channel[0]}")
    return channel


def edit_project(program: Program) -> tuple[object, str]:
    told(program.patch(f"/projects/{program.scene.project}", {"name": "Dumps", "log_days": 3}))
    return program.scene.project, "Backups"


def take_document(program: Program) -> tuple[object, str]:
    told(program.call("PUT", "/import", {"tocsin": 1, "checks": [{"name": "Nightly"}]}))
    return told(program.get("/checks/"))["checks"][0]["uuid"], "Nightly"


@pytest.mark.parametrize(
    ("act", "word", "changes"),
    [
        (make_check, "check.create", {}),
        (edit_check, "check.edit", {"grace": ("3600", "60"), "tags": ("", "prod")}),
        (do("pause"), "check.pause", {}),
        (do("resume"), "check.resume", {}),
        (do("clear"), "check.clear", {}),
        (delete_check, "check.delete", {}),
        (restore_check, "check.restore", {}),
        (tag_in_bulk, "check.edit", {"tags": ("", "prod")}),
        (make_channel, "channel.create", {}),
        (edit_channel, "channel.edit", {"name": ("Ops", "Dev"), "config.key": ("…", "…")}),
        (try_channel, "channel.test", {}),
        (delete_channel, "channel.delete", {}),
        (edit_project, "project.edit", {"name": ("Backups", "Dumps"), "log_days": ("", "3")}),
        (take_document, "check.create", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_act_is_written_down_with_who_did_it(
    program: Program, act: Act, word: str, changes: dict[str, tuple[str, str]]
) -> None:
    """Secrets are never in it."""
    subject, name = act(program)
    (entry,) = program.audit(f"?act={word}&subject={subject}")
    assert entry == {
        "id": entry["id"],
        "at": "2026-03-01T12:00:00.000000+00:00",
        "actor": {"kind": "key", "name": f"deploy ({str(program.key)[:8]}…)"},
        "act": word,
        "subject": subject,
        "name": name,
        "changes": {field: {"from": old, "to": new} for field, (old, new) in changes.items()},
    }


def test_acts_of_accounts_and_commands_are_told_apart(program: Program, account: Program) -> None:
    """A key that was made or revoked is named by what it is called and begins with."""
    project = program.scene.project
    path = f"/projects/{project}/keys/"
    made = told(account.post(path, {"kind": "ro", "name": "Wall"}), 201)
    account.delete(path + made["id"])
    by_account = {"kind": "key", "name": f"{str(account.key)[:8]}…"}
    for act in ("key.create", "key.revoke"):
        (entry,) = program.audit(f"?act={act}&subject={made['id']}")
        assert (entry["actor"], entry["name"]) == (by_account, f"Wall (hcr_{made['key'][4:8]}…)")
    (founding,) = program.audit("?act=project.create")
    assert founding["actor"] == {"kind": "command", "name": "flask"}
    other = told(account.post("/projects/", {"name": "Other"}), 201)["id"]
    (entry,) = told(account.get(f"/audit/?project={other}"))["entries"]
    assert (entry["act"], entry["actor"], entry["subject"]) == ("project.create", by_account, other)


def test_what_changes_nothing_leaves_no_entry(program: Program, account: Program) -> None:
    """Nor does what was refused, nor what was only tried out."""
    check = program.make(name="Nightly")
    path = f"/checks/{check['uuid']}"
    told(program.post(f"{path}/pause"))
    before = program.audit()
    program.patch(path, check)
    program.post(f"{path}/pause")
    program.patch(path, {"grace": 1})
    program.patch(path, {"grace": 60}, If_Match='"x"')
    program.patch(f"/channels/{program.scene.channel_id}", {"name": ""})
    program.patch(f"/projects/{program.scene.project}", {"name": "Backups"})
    program.post("/checks/bulk", {"act": "delete", "filter": {"all": True}, "dry_run": True})
    program.call("PUT", "/import?dry_run=1", {"tocsin": 1, "checks": []})
    assert program.audit() == before


def test_filters_pick_acts_and_subjects(program: Program) -> None:
    first, second = program.make(name="First"), program.make(name="Second")
    program.change(first["uuid"], name="Third")
    found = program.audit(f"?subject={first['uuid']}")
    assert sorted(entry["act"] for entry in found) == ["check.create", "check.edit"]
    both = program.audit("?act=check.create&act=check.edit&limit=1")
    assert sorted(entry["subject"] for entry in both) == sorted([first["uuid"]] * 2 + [second["uuid"]])
    assert program.audit(f"?subject={NOWHERE}") == []
    assert list(faults(program.get("/audit/?act=check.burn&subject=x&limit=101"))) == ["act[0]", "subject", "limit"]


def test_pages_go_back_in_time_while_more_is_done(program: Program, scene: Scene) -> None:
    for number in range(5):
        scene.clock.advance(seconds=1)
        program.make(name=f"Job {number}")
    found: list[dict[str, Any]] = []
    for page in program.pages("/audit/?limit=2", "entries"):
        found += page
        scene.clock.advance(seconds=1)
        program.make(name="Later")
    assert [entry["name"] for entry in found][:5] == [f"Job {number}" for number in range(4, -1, -1)]
    assert [entry["at"] for entry in found] == sorted((entry["at"] for entry in found), reverse=True)


def test_entries_are_kept_for_400_days(program: Program, scene: Scene) -> None:
    scene.clock.advance(days=399)
    program.make(name="Nightly")
    assert len(program.audit()) > 1
    scene.clock.advance(days=1)
    assert [entry["name"] for entry in program.audit()] == ["Nightly"]

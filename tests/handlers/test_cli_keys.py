"""The commands for API keys, of a project and of a person."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import SECRET, Clock
from tests.handlers.commands import answer, refusal
from tocsin.house import House
from tocsin.services.keys import OpenedBy, open_with
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

UNKNOWN = "00000000-0000-4000-8000-000000000000"
both = pytest.mark.parametrize("noun", ["project", "user"])


@pytest.fixture
def owners(project: str) -> dict[str, str]:
    """What names the owner of a key on the command line."""
    return {"project": project, "user": " Alice@example.org"}


def opened(house: House, text: str) -> OpenedBy | None:
    return open_with(house.keys, text, secret_key=SECRET)


@pytest.mark.parametrize(
    ("noun", "options", "kind", "prefix"),
    [
        ("project", [], KeyKind.READ_WRITE, "hcw_"),
        ("project", ["--read-only"], KeyKind.READ_ONLY, "hcr_"),
        ("user", [], KeyKind.ACCOUNT, "tca_"),
        ("user", ["--read-only"], KeyKind.ACCOUNT_READ_ONLY, "tcr_"),
    ],
)
def test_create_shows_a_key_that_opens(
    flask: Any, house: House, owners: dict[str, str], noun: str, options: list[str], kind: KeyKind, prefix: str
) -> None:
    """Once: the list tells no more than what it begins with."""
    told = answer(flask(noun, "key", "create", owners[noun], *options, "--name", "deploy"))
    assert set(told) == {"id", "name", "read_only", "begins", "created", "key"}
    by = opened(house, told["key"])
    assert by is not None
    assert (by.kind, by.id, by.name) == (kind, told["id"], "deploy")
    assert told["key"].startswith(prefix)
    listed = answer(flask(noun, "key", "list", owners[noun]))["keys"]
    assert [key for key in listed if key["name"] == "deploy"] == [
        {
            "id": told["id"],
            "name": "deploy",
            "read_only": bool(options),
            "begins": told["key"][:8],
            "created": "2026-03-01T12:00:00+00:00",
        }
    ]


def test_list_tells_the_keys_that_came_with_the_project(flask: Any, owners: dict[str, str], clock: Clock) -> None:
    """And those made since, by age; a person has none at first."""
    clock.advance(minutes=1)
    answer(flask("project", "key", "create", owners["project"], "--name", "new"))
    listed = answer(flask("project", "key", "list", owners["project"]))["keys"]
    assert sorted(key["read_only"] for key in listed[:2]) == [False, True]
    assert [key["name"] for key in listed] == ["", "", "new"]
    assert answer(flask("user", "key", "list", owners["user"])) == {"keys": []}


@both
def test_revoke_ends_one_key(flask: Any, house: House, owners: dict[str, str], noun: str) -> None:
    """The other opens on; doing it twice is refused, with the way to find out more."""
    keys = [answer(flask(noun, "key", "create", owners[noun])) for _ in range(2)]
    assert answer(flask(noun, "key", "revoke", owners[noun], keys[0]["id"])) == {"id": keys[0]["id"], "revoked": True}
    assert opened(house, keys[0]["key"]) is None
    assert opened(house, keys[1]["key"]) is not None
    said = refusal(flask(noun, "key", "revoke", owners[noun], keys[0]["id"]))
    assert f"no key {keys[0]['id']}" in said
    assert f"flask {noun} key list" in said


def test_key_is_revoked_by_its_owner_only(flask: Any, house: House, owners: dict[str, str]) -> None:
    """An id of somebody else's key is an unknown one."""
    key = answer(flask("project", "key", "create", owners["project"]))
    refusal(flask("user", "key", "revoke", owners["user"], key["id"]))
    assert opened(house, key["key"]) is not None


@both
@pytest.mark.parametrize("command", [["create"], ["list"], ["revoke"]], ids=["create", "list", "revoke"])
def test_unknown_owner_is_said(flask: Any, noun: str, command: list[str]) -> None:
    """With what can be done about it."""
    owner = {"project": UNKNOWN, "user": "nobody@example.org"}[noun]
    rest = [UNKNOWN] if command == ["revoke"] else []
    said = refusal(flask(noun, "key", *command, owner, *rest))
    expected = {"project": f"There is no project {UNKNOWN}.", "user": "flask user create nobody@example.org"}
    assert expected[noun] in said


def test_name_of_a_key_has_its_length(flask: Any, owners: dict[str, str]) -> None:
    """The refusal says which."""
    said = refusal(flask("project", "key", "create", owners["project"], "--name", "n" * 101))
    assert "at most 100 characters" in said


def test_commands_are_noted_in_the_audit_log(flask: Any, house: House, owners: dict[str, str], clock: Clock) -> None:
    """As what they are: nobody signed in for them."""
    for noun, owner in owners.items():
        clock.advance(minutes=1)
        key = answer(flask(noun, "key", "create", owner))
        clock.advance(minutes=1)
        answer(flask(noun, "key", "revoke", owner, key["id"]))
    entries, _ = house.audit.page(owners["project"], now=clock(), limit=9)
    assert [entry.act for entry in entries] == ["key.revoke", "key.create"] * 2 + ["project.create"]
    assert {entry.actor for entry in entries} == {COMMAND}

"""`unique`: a check is made unless there is one with the same values, which is changed then (3.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.classic.program import INVALID, Program, refused, told
from tests.tables import everything
from tocsin.domain.ping import Kind

VALUES: dict[str, Any] = {"name": "Nightly", "slug": "nightly", "tags": "prod db", "timeout": 60, "grace": 90}
OTHERS: dict[str, Any] = {"name": "nightly", "slug": "nightly-2", "tags": "db prod", "timeout": 61, "grace": 91}


def upsert(program: Program, unique: list[str], **fields: object) -> tuple[int, dict[str, Any]]:
    response = program.post("/checks/", {**fields, "unique": unique})
    return response.status_code, told(response, response.status_code)


@pytest.mark.parametrize("field", VALUES)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_found_by_one_field(program: Program, field: str, version: int) -> None:
    """Made by the first call, found by all others; exactly equal is equal."""
    speaking = program.speaking(version)
    status, made = upsert(speaking, [field], **VALUES)
    assert status == 201
    for _ in range(2):
        status, found = upsert(speaking, [field], **(VALUES | {"desc": "again"}))
        assert (status, found["uuid"], found["desc"]) == (200, made["uuid"], "again")
    status, other = upsert(speaking, [field], **(VALUES | {field: OTHERS[field]}))
    assert (status, other["uuid"] == made["uuid"]) == (201, False)
    assert len(program.listed()) == 2


@pytest.mark.parametrize("differs", VALUES)
def test_found_by_all_fields(program: Program, differs: str) -> None:
    """One that differs in any of them is another check."""
    _, made = upsert(program, list(VALUES), **VALUES)
    status, other = upsert(program, list(VALUES), **(VALUES | {differs: OTHERS[differs]}))
    assert (status, other["uuid"] == made["uuid"]) == (201, False)
    for fields, check in ((VALUES, made), (VALUES | {differs: OTHERS[differs]}, other)):
        assert upsert(program, list(reversed(VALUES)), **fields) == (200, check)


def test_found_wherever_it_comes_from(program: Program) -> None:
    """Made without `unique`, by a ping, or changed into it."""
    plain = program.make(name="Plain")["uuid"]
    assert upsert(program, ["name"], name="Plain")[1]["uuid"] == plain
    program.change(plain, name="Changed")
    assert upsert(program, ["name"], name="Changed")[1]["uuid"] == plain
    assert upsert(program, ["name"], name="Plain")[0] == 201
    program.client.get(f"/ping/{program.scene.ping_key}/pinged?create=1")
    for field in ("slug", "name"):
        assert upsert(program, [field], **{field: "pinged"})[0] == 200


def test_changed_by_all_that_is_sent(program: Program) -> None:
    """As by an update: what is not sent stays, and so does the status."""
    ops = program.channel("Ops")
    _, made = upsert(program, ["name"], **VALUES, manual_resume=True, channels="Ops", failure_kw="broken")
    program.scene.ping(made["uuid"], Kind.FAIL)
    before = program.show(made["uuid"])
    status, found = upsert(program, ["name"], name="Nightly", schedule="0 4 * * *", tz="Europe/Kiev", desc="New")
    expected = before | {"schedule": "0 4 * * *", "tz": "Europe/Kyiv", "desc": "New"}
    del expected["timeout"]
    assert (status, found) == (200, expected)
    assert (found["status"], found["channels"]) == ("down", ops)


def test_paused_check_stays_paused(program: Program) -> None:
    _, made = upsert(program, ["name"], **VALUES)
    program.post(f"/checks/{made['uuid']}/pause")
    status, found = upsert(program, ["name"], **VALUES)
    assert (status, found["status"]) == (200, "paused")


def test_same_again_writes_nothing(program: Program, store_url: str) -> None:
    """Jobs say what they are at every start."""
    _, made = upsert(program, ["name"], **VALUES)
    before = everything(store_url)
    assert upsert(program, ["name"], **VALUES) == (200, made)
    assert everything(store_url) == before


@pytest.mark.parametrize("missing", VALUES)
def test_field_that_is_not_sent_makes_a_new_check(program: Program, missing: str) -> None:
    """Each time: a check can't be found by what nobody knows."""
    upsert(program, list(VALUES), **VALUES)
    rest = {name: value for name, value in VALUES.items() if name != missing}
    made = {upsert(program, list(VALUES), **rest)[1]["uuid"] for _ in range(2)}
    assert len(made) == 2
    assert len(program.listed()) == 3


def test_empty_list_makes_a_new_check(program: Program) -> None:
    assert [upsert(program, [], name="Nightly")[0] for _ in range(2)] == [201, 201]


@pytest.mark.parametrize("field", ["name", "slug", "tags"])
def test_empty_text_is_a_value(program: Program, field: str) -> None:
    """A check without a name, slug or tags is found by that."""
    first = program.make(desc="first")["uuid"]
    status, found = upsert(program, [field], **{field: ""})
    assert (status, found["uuid"]) == (200, first)
    program.change(first, **{field: "x"})
    assert upsert(program, [field], **{field: ""})[0] == 201


def test_naming_a_field_twice_is_naming_it_once(program: Program) -> None:
    assert [upsert(program, ["name", "name"], name="Nightly")[0] for _ in range(2)] == [201, 200]


def test_oldest_of_several(program: Program) -> None:
    """Where people made more than one, the first; after it is gone, the next."""
    made = []
    for _ in range(3):
        made.append(program.make(name="Nightly")["uuid"])
        program.scene.clock.advance(seconds=1)
    while made:
        status, found = upsert(program, ["name"], name="Nightly", desc="found")
        assert (status, found["uuid"]) == (200, made[0])
        program.delete(f"/checks/{made.pop(0)}")
    assert upsert(program, ["name"], name="Nightly")[0] == 201


def test_other_projects_are_not_looked_at(program: Program, stranger: Program) -> None:
    _, theirs = upsert(stranger, ["name"], **VALUES)
    status, mine = upsert(program, ["name"], **VALUES)
    assert (status, mine["uuid"] == theirs["uuid"]) == (201, False)
    assert stranger.show(theirs["uuid"]) == theirs


def test_faults_change_nothing(program: Program, store_url: str) -> None:
    """Of fields and of channels, whether there is such a check or not."""
    upsert(program, ["name"], **VALUES)
    before = everything(store_url)
    for name in ("Nightly", "Hourly"):
        body: dict[str, Any] = {"name": name, "unique": ["name"]}
        assert refused(program.post("/checks/", body | {"grace": 1})) == (400, f"{INVALID}grace is too small")
        refusal = refused(program.post("/checks/", body | {"channels": "nobody"}))
        assert refusal == (400, "invalid channel identifier: nobody")
    assert everything(store_url) == before


def test_slug_of_a_name_is_not_what_was_sent(program: Program) -> None:
    """Versions 1 and 2 derive it after they have looked, so nothing is found by it."""
    speaking = program.speaking(1)
    assert [upsert(speaking, ["slug"], name="Nightly")[0] for _ in range(2)] == [201, 201]
    assert [upsert(speaking, ["name"], name="Hourly")[0] for _ in range(2)] == [201, 200]
    assert {check["slug"] for check in program.listed()} == {"nightly", "hourly"}


@pytest.mark.parametrize("unique", [["name", "grace"], ["name", "timeout"]])
def test_schedules_are_found(program: Program, unique: list[str]) -> None:
    """By the default timeout as well, which some programs send with every schedule."""
    fields = {"name": "Nightly", "schedule": "0 4 * * *", "timeout": 86_400, "grace": 90}
    assert [upsert(program, unique, **fields)[0] for _ in range(2)] == [201, 200]
    assert program.listed()[0]["schedule"] == "0 4 * * *"


def test_update_has_no_use_for_it(program: Program) -> None:
    """The check is named already; another one with the same values stays what it is."""
    other, made = program.make(**VALUES), program.make(name="Hourly")["uuid"]
    assert program.change(made, **VALUES, unique=list(VALUES))["uuid"] == made
    assert program.show(other["uuid"]) == other

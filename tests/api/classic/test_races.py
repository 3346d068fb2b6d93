"""Programs that make, change or delete one check at the same moment, and a machine that dies meanwhile (3.2, 3.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.classic.program import Program, told
from tests.fakes import Clock
from tests.tables import Interposed, PowerCut
from tocsin.house import House

TWENTY = 20
UNIQUE = (["name"], ["slug"], ["tags"], ["timeout"], ["grace"], ["name", "slug", "tags", "timeout", "grace"])
BODY: dict[str, Any] = {"name": "Nightly", "slug": "nightly", "tags": "prod", "timeout": 60, "grace": 90}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """As threads use it: each call has a client of its own."""
    return app.test_client()


def at_once(app: Flask, program: Program, bodies: list[dict[str, Any]]) -> list[tuple[int, str]]:
    """The status and the check that each thread was told."""
    together = Barrier(len(bodies))

    def call(body: dict[str, Any]) -> tuple[int, str]:
        together.wait()
        response = Program(app.test_client(), program.scene, program.key).post("/checks/", body)
        return response.status_code, told(response, response.status_code)["uuid"]

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(call, bodies))


@contextmanager
def table_of(app: Flask, house: House, clock: Clock, **behaviour: Any) -> Iterator[Interposed]:
    """The app on a table that behaves so, for a while."""
    table = Interposed(house.table, **behaviour)
    app.extensions["tocsin"] = House(house.settings, table, house.kinds, clock=clock)
    try:
        yield table
    finally:
        app.extensions["tocsin"] = house


@contextmanager
def table_itself(app: Flask, house: House) -> Iterator[None]:
    """What happens meanwhile, somewhere else."""
    interposed = app.extensions["tocsin"]
    app.extensions["tocsin"] = house
    try:
        yield
    finally:
        app.extensions["tocsin"] = interposed


def remove(app: Flask, house: House, program: Program, check: str) -> None:
    with table_itself(app, house):
        assert program.delete(f"/checks/{check}").status_code == 200


@pytest.mark.parametrize("unique", UNIQUE, ids=" ".join)
def test_twenty_at_once_make_one(app: Flask, program: Program, unique: list[str]) -> None:
    answers = at_once(app, program, [BODY | {"unique": unique}] * TWENTY)
    assert sorted(status for status, _ in answers) == [200] * (TWENTY - 1) + [201]
    assert [check["uuid"] for check in program.listed()] == [answers[0][1]]
    assert len({check for _, check in answers}) == 1


def test_twenty_at_once_after_one_was_deleted(app: Flask, program: Program) -> None:
    """What an earlier check left behind is no harm."""
    first = told(program.post("/checks/", BODY | {"unique": ["name"]}), 201)["uuid"]
    program.delete(f"/checks/{first}")
    answers = at_once(app, program, [BODY | {"unique": ["name"]}] * TWENTY)
    assert sorted(status for status, _ in answers) == [200] * (TWENTY - 1) + [201]
    assert [check["uuid"] for check in program.listed()] == [answers[0][1]]


def test_twenty_at_once_change_one_that_is_there(app: Flask, program: Program) -> None:
    """All of them find it, and of what they set each field is somebody's."""
    made = program.make(**BODY)["uuid"]
    bodies = [{"name": "Nightly", "unique": ["name"], "desc": f"by {n}", "grace": 60 + n} for n in range(TWENTY)]
    assert set(at_once(app, program, bodies)) == {(200, made)}
    found = program.show(made)
    assert found["desc"] == f"by {found['grace'] - 60}"
    assert found["tags"] == "prod"


def test_each_set_of_values_is_made_once(app: Flask, program: Program) -> None:
    """Twenty threads, five checks: each has one maker."""
    bodies = [BODY | {"name": f"Job {n % 5}", "unique": ["name", "tags"]} for n in range(TWENTY)]
    answers = at_once(app, program, bodies)
    assert sorted(status for status, _ in answers) == [200] * 15 + [201] * 5
    checks = program.listed()
    assert sorted(check["name"] for check in checks) == [f"Job {n}" for n in range(5)]
    assert {check for _, check in answers} == {check["uuid"] for check in checks}


def test_sets_of_fields_at_once(app: Flask, program: Program) -> None:
    """Programs that look for one check by different fields: each set has one maker at most, and later all find it."""
    bodies = [BODY | {"unique": UNIQUE[n % len(UNIQUE)]} for n in range(TWENTY)]
    answers = at_once(app, program, bodies)
    makers = [n % len(UNIQUE) for n, (status, _) in enumerate(answers) if status == 201]
    assert 1 <= len(makers) == len(set(makers)) == len(program.listed())
    assert {check for _, check in answers} == {check["uuid"] for check in program.listed()}
    assert {status for status, _ in at_once(app, program, bodies)} == {200}


def test_makers_by_slug_and_by_ping(app: Flask, program: Program) -> None:
    """A job that calls before its installer is done makes the check that the installer finds, or the other way."""
    together = Barrier(TWENTY)

    def call(n: int) -> int:
        together.wait()
        if n % 2:
            return app.test_client().get(f"/ping/{program.scene.ping_key}/nightly?create=1").status_code
        return Program(app.test_client(), program.scene, program.key).post("/checks/", body).status_code

    body = {"slug": "nightly", "unique": ["slug"]}
    with ThreadPoolExecutor(TWENTY) as pool:
        answers = sorted(pool.map(call, range(TWENTY)))
    assert answers == [200] * (TWENTY - 1) + [201]
    assert len(program.listed()) == 1


@pytest.mark.parametrize("verb", ["get", "query", "transact"])
def test_check_made_in_between_is_found(app: Flask, program: Program, house: House, clock: Clock, verb: str) -> None:
    """Whenever somebody else comes first."""
    body = BODY | {"unique": ["name"]}
    theirs: list[str] = []

    def come_first() -> None:
        with table_itself(app, house):
            theirs.append(told(program.post("/checks/", body), 201)["uuid"])

    meanwhile: dict[str, list[Callable[[], object]]] = {verb: [come_first]}
    with table_of(app, house, clock, before=meanwhile):
        mine = told(program.post("/checks/", body))
    assert [mine["uuid"]] == theirs == [check["uuid"] for check in program.listed()]


def test_check_deleted_in_between_is_made_again(app: Flask, program: Program, house: House, clock: Clock) -> None:
    """The one that was found is gone when it is to be changed."""
    body = BODY | {"unique": ["name"], "desc": "changed"}
    first = program.make(**BODY)["uuid"]
    with table_of(app, house, clock, before={"transact": [lambda: remove(app, house, program, first)]}):
        made = told(program.post("/checks/", body), 201)
    assert made["uuid"] != first
    assert [check["uuid"] for check in program.listed()] == [made["uuid"]]


@pytest.mark.parametrize(("method", "path"), [("POST", ""), ("POST", "/pause"), ("POST", "/resume"), ("DELETE", "")])
def test_check_deleted_in_between_is_gone(
    app: Flask, program: Program, house: House, clock: Clock, method: str, path: str
) -> None:
    """For whoever had found it already, as for whoever comes later; it does not rise again."""
    check = program.make(**BODY)["uuid"]
    if path == "/resume":
        program.post(f"/checks/{check}/pause")
    with table_of(app, house, clock, before={"transact": [lambda: remove(app, house, program, check)]}):
        response = program.call(method, f"/checks/{check}{path}", {"name": "Other"})
    assert (response.status_code, response.data) == (404, b"")
    assert program.listed() == []


def test_changes_of_different_fields_at_once_all_hold(app: Flask, program: Program) -> None:
    """Nobody's change is undone by somebody who read the check before; pings that come meanwhile are all counted."""
    made = program.make(**BODY)
    changes: list[dict[str, Any]] = [
        {"name": "Hourly"},
        {"slug": "hourly"},
        {"tags": "test"},
        {"desc": "Call Bob"},
        {"grace": 120},
        {"timeout": 180},
        {"methods": "POST"},
        {"start_kw": "go"},
        {"manual_resume": True},
        {"channels": program.scene.channel_id},
    ]
    together = Barrier(2 * len(changes))

    def change(fields: dict[str, Any]) -> int:
        together.wait()
        speaking = Program(app.test_client(), program.scene, program.key)
        return speaking.post(f"/checks/{made['uuid']}", fields).status_code

    def ping(_: object) -> int:
        together.wait()
        return app.test_client().post(made["ping_url"]).status_code

    with ThreadPoolExecutor(2 * len(changes)) as pool:
        answers = [pool.submit(act, each) for act in (change, ping) for each in changes]
        assert {answer.result() for answer in answers} == {200}
    found = program.show(made["uuid"])
    assert {name: found[name] for each in changes for name in each} == {
        k: v for each in changes for k, v in each.items()
    }
    assert found["n_pings"] == len(changes)


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("lives", range(4))
def test_power_cut(app: Flask, program: Program, house: House, clock: Clock, lives: int, cut_after: bool) -> None:
    """At any write: whoever asks again finds the whole check, or makes it, and there is one."""
    body = BODY | {"unique": ["name"], "channels": "*"}
    with table_of(app, house, clock, lives=lives, cut_after=cut_after), suppress(PowerCut):
        program.post("/checks/", body)
    there = program.listed()
    response = program.post("/checks/", body)
    again = told(response, 200 if there else 201)
    assert program.listed() == [again]
    assert there in ([], [again])
    assert program.client.get(f"/ping/{program.scene.ping_key}/nightly").text == "OK"

"""Whose key opens what, and how it is handed over (3.1)."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from tests.api.classic.program import Program, new_key, refused, told
from tests.fakes import SECRET, Scene
from tocsin.domain.check import unique_key
from tocsin.services.keys import open_with, revoke_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

MISSING = (401, "missing api key")
WRONG = (401, "wrong api key")
PLAIN, PLAIN_READ_ONLY = "0123456789abcdefghijABCDEFGHIJ-_", "an/old+key.of=32~characters(ro)!"


def test_key_in_the_header(program: Program) -> None:
    """However the header's name is written."""
    assert program.get("/checks/").status_code == 200
    response = program.with_key(None).call("GET", "/checks/", b"", **{"x-api-KEY": str(program.key)})
    assert response.status_code == 200


def test_key_in_the_body(program: Program) -> None:
    """Of whatever is posted, whatever the program calls its type."""
    silent = program.with_key(None)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    body = json.dumps({"api_key": program.key, "name": "Nightly"}).encode()
    made = told(silent.call("POST", "/checks/", body, **form), 201)
    assert made["name"] == "Nightly"
    for path in ("", "/pause", "/resume"):
        assert told(silent.post(f"/checks/{made['uuid']}{path}", {"api_key": program.key}))["uuid"] == made["uuid"]


def test_key_in_a_body_that_is_not_posted_counts_for_nothing(program: Program) -> None:
    made = program.make()["uuid"]
    silent, body = program.with_key(None), {"api_key": program.key}
    for method, path in (("GET", "/checks/"), ("GET", f"/checks/{made}"), ("DELETE", f"/checks/{made}")):
        assert refused(silent.call(method, path, body)) == MISSING


def test_key_in_the_query_counts_for_nothing(program: Program) -> None:
    assert refused(program.with_key(None).get(f"/checks/?api_key={program.key}")) == MISSING
    assert refused(program.with_key(None).post(f"/checks/?api_key={program.key}")) == MISSING


@pytest.mark.parametrize("header", ["", "short", "w" * 32])
def test_header_goes_before_the_body(program: Program, header: str) -> None:
    """A header that is there, even an empty one, is the key; the body is not asked then."""
    response = program.with_key(header).post("/checks/", {"api_key": program.key})
    assert refused(response) == (WRONG if len(header) == 32 else MISSING)
    assert program.listed() == []


def test_header_opens_whatever_the_body_says(program: Program) -> None:
    for wrong in ("", "w" * 32, "short"):
        assert program.post("/checks/", {"api_key": wrong}).status_code == 201


def test_key_has_32_characters(program: Program) -> None:
    for key in ("", " ", "w", "w" * 31, "w" * 33, "w" * 5000):
        assert refused(program.with_key(key).get("/checks/")) == MISSING
        assert refused(program.with_key(None).post("/checks/", {"api_key": key})) == MISSING


def test_key_in_the_body_is_a_text(program: Program) -> None:
    keys: tuple[Any, ...] = (None, 1, 10**31, True, 1.5, [], ["w" * 32], {"w": 1}, list("w" * 32))
    for key in keys:
        assert refused(program.with_key(None).post("/checks/", {"api_key": key})) == MISSING


def test_unknown_key_is_wrong(program: Program) -> None:
    """Nearly right is wrong as well, as is the key by which jobs ping."""
    key = str(program.key)
    for wrong in ("w" * 32, key.swapcase(), key[::-1], "hcw_" + "0" * 28, "é" * 32, program.scene.ping_key.ljust(32)):
        assert refused(program.with_key(wrong).get("/checks/")) == WRONG
        assert refused(program.with_key(None).post("/checks/", {"api_key": wrong})) == WRONG


def test_keys_have_their_form(program: Program, scene: Scene) -> None:
    """Programs tell them apart by it."""
    assert str(program.key).startswith("hcw_")
    assert new_key(scene, KeyKind.READ_ONLY).startswith("hcr_")
    assert len(str(program.key)) == 32


def test_revoked_key_is_wrong(program: Program, scene: Scene) -> None:
    """At once, and no other key with it."""
    other = program.with_key(new_key(scene))
    opened = open_with(scene.house.keys, str(other.key), secret_key=SECRET)
    (stored,) = (key for key in scene.house.keys.of_project(scene.project) if opened and key.id == opened.id)
    assert other.get("/checks/").status_code == 200
    revoke_key(scene.house.keys, key=stored, by=COMMAND, now=scene.clock())
    assert refused(other.get("/checks/")) == WRONG
    assert program.get("/checks/").status_code == 200


@pytest.mark.parametrize("kind", [KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY])
def test_key_of_an_account_opens_nothing_here(program: Program, scene: Scene, kind: KeyKind) -> None:
    """These versions know projects only, and an account may have several."""
    assert refused(program.with_key(new_key(scene, kind)).get("/checks/")) == WRONG


def test_old_plain_keys_go_on_working(program: Program, app: Flask) -> None:
    """Whoever moves here brings them along: `flask project create` takes any 32 characters that can be printed."""
    runner = app.test_cli_runner()
    options = ["--owner", "alice@example.org", "--api-key", PLAIN, "--api-key-readonly", PLAIN_READ_ONLY]
    made = json.loads(runner.invoke(args=["project", "create", "Moved", *options]).stdout)
    assert (made["api_key"], made["api_key_readonly"]) == (PLAIN, PLAIN_READ_ONLY)
    check = told(program.with_key(None).post("/checks/", {"api_key": PLAIN, "name": "Moved too"}), 201)
    assert [found["uuid"] for found in program.with_key(PLAIN).listed()] == [check["uuid"]]
    (found,) = program.with_key(PLAIN_READ_ONLY).listed()
    assert (found["name"], "uuid" in found) == ("Moved too", False)
    assert refused(program.with_key(PLAIN_READ_ONLY).post("/checks/")) == WRONG
    assert program.listed() == []


def test_read_only_key_looks(program: Program) -> None:
    """At checks, by either name, and at their flips."""
    made = program.make()["uuid"]
    key = unique_key(made)
    of_checks = [f"/checks/{name}{what}" for name in (made, key) for what in ("", "/flips/")]
    for path in ("/checks/", "/badges/", *of_checks):
        assert program.reading().get(path).status_code == 200, path


def test_read_only_key_touches_nothing(program: Program) -> None:
    """Nor does it see what tells too much: pings, their bodies, and where alerts go."""
    made = program.make()["uuid"]
    program.client.post(f"/ping/{made}", data=b"done")
    reading, before = program.reading(), program.show(made)
    assert refused(reading.get(f"/checks/{made}/pings/")) == WRONG
    assert refused(reading.get(f"/checks/{made}/pings/1/body")) == WRONG
    assert refused(reading.get("/channels/")) == WRONG
    assert refused(reading.delete(f"/checks/{made}")) == WRONG
    for path in ("/checks/", f"/checks/{made}", f"/checks/{made}/pause", f"/checks/{made}/resume"):
        assert refused(reading.post(path, {"name": "Mine"})) == WRONG
        assert refused(program.with_key(None).post(path, {"name": "Mine", "api_key": reading.key})) == WRONG
    assert program.listed() == [before]


def test_key_opens_its_own_project_only(program: Program, stranger: Program) -> None:
    mine, theirs = program.make(name="Mine")["uuid"], stranger.make(name="Theirs")["uuid"]
    assert [check["uuid"] for check in program.listed()] == [mine]
    assert [check["uuid"] for check in stranger.listed()] == [theirs]
    assert [check["name"] for check in stranger.reading().listed()] == ["Theirs"]

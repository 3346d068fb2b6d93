"""What is refused first where several things are wrong, and with what body (3.1, 3.2 and 10, 12 and 13)."""

from __future__ import annotations

import pytest

from tests.api.classic.program import INVALID, NOWHERE, Program, refused
from tocsin.domain.check import unique_key

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

UNREADABLE = (400, "could not parse request body")
NO_OBJECT = (400, f"{INVALID}value is not an object")
POSTED = ("/checks/", "/checks/{id}", "/checks/{id}/pause", "/checks/{id}/resume")
OF_A_CHECK = (
    *(("POST", path) for path in POSTED[1:]),
    ("GET", "/checks/{id}"),
    ("DELETE", "/checks/{id}"),
    ("GET", "/checks/{id}/pings/"),
    ("GET", "/checks/{id}/pings/1/body"),
    ("GET", "/checks/{id}/flips/"),
)
BAD = {"timeout": 1, "name": None}


@pytest.mark.parametrize("path", POSTED)
@pytest.mark.parametrize("check_id", [None, NOWHERE])
def test_body_before_key(program: Program, path: str, check_id: str | None) -> None:
    """A body that can't be read is told to anybody, before any key and any check is looked for."""
    path = path.format(id=check_id or program.make()["uuid"])
    for caller in (program, program.reading(), program.with_key(None), program.with_key("w" * 32)):
        assert refused(caller.post(path, b"{")) == UNREADABLE
        assert refused(caller.post(path, b"name=Nightly&timeout=60")) == UNREADABLE
        for value in (b"[]", b"null", b'"name"', b"1", b"true", b"[{}]"):
            assert refused(caller.post(path, value)) == NO_OBJECT


@pytest.mark.parametrize(("method", "path"), [("GET", "/checks/"), *OF_A_CHECK])
def test_key_before_check(program: Program, stranger: Program, method: str, path: str) -> None:
    """Without a key nobody learns which checks there are."""
    for check_id in (NOWHERE, program.make()["uuid"], stranger.make()["uuid"]):
        place = path.format(id=check_id)
        assert refused(program.with_key(None).call(method, place)) == (401, "missing api key")
        assert refused(program.with_key("w" * 32).call(method, place)) == (401, "wrong api key")


@pytest.mark.parametrize(("method", "path"), OF_A_CHECK)
def test_check_before_what_is_asked_of_it(program: Program, stranger: Program, method: str, path: str) -> None:
    """Missing is 404, another project's is 403, both without a word, however wrong the rest is."""
    theirs = stranger.make(name="Theirs")["uuid"]
    before = stranger.show(theirs)
    for body in (b"", BAD):
        gone = program.call(method, path.format(id=NOWHERE) + "?start=x", body)
        assert (gone.status_code, gone.data) == (404, b"")
        other = program.call(method, path.format(id=theirs) + "?start=x", body)
        assert (other.status_code, other.data) == (403, b"")
    assert stranger.show(theirs) == before


@pytest.mark.parametrize("what", ["", "/flips/", "/flips/?start=x"])
def test_unique_key_of_others_is_no_key(program: Program, stranger: Program, what: str) -> None:
    """Whether somebody has it can't be found out."""
    theirs = unique_key(stranger.make()["uuid"])
    for caller in (program, program.reading()):
        for key in (theirs, unique_key(NOWHERE)):
            response = caller.get(f"/checks/{key}{what}")
            assert (response.status_code, response.data) == (404, b"")
    assert stranger.reading().get(f"/checks/{theirs}{what.partition('?')[0]}").status_code == 200


def test_method_before_all(program: Program) -> None:
    for method, path in (
        ("PUT", "/checks/"),
        ("POST", f"/checks/{NOWHERE}/flips/"),
        ("GET", f"/checks/{NOWHERE}/pause"),
    ):
        for caller in (program, program.with_key(None)):
            response = caller.call(method, path, b"{")
            assert (response.status_code, response.data) == (405, b"")


def test_fields_before_channels(program: Program) -> None:
    """Which channels there are is looked up for a body that is right otherwise."""
    assert refused(program.post("/checks/", {"channels": "nobody", "tz": 1})) == (400, f"{INVALID}tz is not a string")
    assert refused(program.post("/checks/", {"channels": "nobody"})) == (400, "invalid channel identifier: nobody")


def test_check_before_channels(program: Program, stranger: Program) -> None:
    theirs = stranger.make()["uuid"]
    assert program.post(f"/checks/{theirs}", {"channels": "nobody"}).status_code == 403


@pytest.mark.parametrize("body", [b"{", b"null", b"\xff"])
def test_bodies_of_other_methods_are_not_read(program: Program, body: bytes) -> None:
    """Some programs send one with whatever they ask."""
    made = program.make()["uuid"]
    assert program.call("GET", "/checks/", body).status_code == 200
    assert program.call("GET", f"/checks/{made}", body).status_code == 200
    assert program.call("DELETE", f"/checks/{made}", body).status_code == 200


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_type_of_the_body_is_not_asked(program: Program, content_type: str) -> None:
    """JSON is JSON, whatever it is called."""
    response = program.call("POST", "/checks/", {"name": "Nightly"}, **{"Content-Type": content_type})
    assert response.status_code == 201


@pytest.mark.parametrize("path", POSTED)
def test_empty_body_is_an_empty_object(program: Program, path: str) -> None:
    made = program.make()["uuid"]
    program.post(f"/checks/{made}/pause")
    assert program.post(path.format(id=made), b"").status_code in (200, 201)

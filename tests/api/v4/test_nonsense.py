"""Whatever comes in, the answer is one of those that the document declares, and never that the site is broken.

The client of these tests holds each answer against the document, in which there is no status 500.
"""

from __future__ import annotations

import base64
import json
from typing import Any

import msgspec
import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.conftest import Engine
from tests.fakes import Scene
from tocsin.stores.cursor import dump_cursor
from tocsin.stores.table import BY_PROJECT, DUE

DEEP = b"[" * 100_000
BODIES = [
    b"",
    b"{",
    b"null",
    b"0",
    b'"x"',
    b"[]",
    b"[{}]",
    b"\xff",
    b'"\\ud800"',
    b'{"name": "\\udc00"}',
    b"NaN",
    b"1e999",
    b'{"grace": ' + b"9" * 5000 + b"}",
    DEEP,
    b'{"a":' * 10_000,
    b'{"name": ' + DEEP + b"}",
    b'{"filter": {"all": true}, "act": ["pause"]}',
    b'{"name": "x"} {"name": "y"}',
]
ODD_SCALARS: list[Any] = [2**400, "\0"]
WRITES = [
    ("POST", "/checks/"),
    ("PATCH", "/checks/{check}"),
    ("POST", "/checks/bulk"),
    ("POST", "/channels/"),
    ("PATCH", "/channels/{channel}"),
    ("PATCH", "/projects/{project}"),
]


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_body_that_is_nonsense_is_refused(program: Program, scene: Scene, method: str, path: str) -> None:
    path = path.format(check=scene.check(), channel=scene.channel_id, project=scene.project)
    for body in BODIES:
        response = program.call(method, path, body)
        if body == b"":
            assert response.status_code in (200, 201, 400)
        else:
            assert refused(response, 400)


@pytest.mark.parametrize(("method", "path"), WRITES)
def test_every_field_refuses_values_of_every_other_type(program: Program, scene: Scene, method: str, path: str) -> None:
    """A list for a text, an object for a number, and so on; each is told, and nothing breaks."""
    path = path.format(check=scene.check(), channel=scene.channel_id, project=scene.project)
    known = faults(program.call(method, path, {"?": 0}))["?"].partition("the fields are ")[2].split(", ")
    assert len(known) >= 3
    for value in [None, True, -1, 1.5, [], [None], [[]], {}, {"x": {"y": []}}, *ODD_SCALARS]:
        assert program.call(method, path, dict.fromkeys(known, value)).status_code == 400
    for value in ODD_SCALARS:
        for name in known:
            assert program.call(method, path, {name: value}).status_code in (200, 201, 400)


def test_body_is_told_why_it_is_no_json(program: Program) -> None:
    assert refused(program.post("/checks/", b'{"name": }'), 400).startswith("The body is not JSON in UTF-8: ")
    assert refused(program.post("/checks/", DEEP), 400) == "The body is not JSON in UTF-8: nested too deeply."


def test_body_may_have_a_megabyte(program: Program) -> None:
    fitting = json.dumps({"desc": "d" * 10_000}).encode()
    assert told(program.post("/checks/", fitting + b" " * (1024 * 1024 - len(fitting))), 201)
    assert refused(program.post("/checks/", fitting + b" " * (1024 * 1024 - len(fitting) + 1)), 413)


def test_of_thousands_of_faults_the_first_are_told(program: Program) -> None:
    """In a moment, and in a short answer."""
    found = faults(program.post("/checks/", {f"field{number}": 0 for number in range(40_000)}))
    assert len(found) == 100
    assert len(faults(program.post("/checks/", {"tags": [0] * 40_000}))) == 100


PATHS = [
    "/checks/",
    "/checks/{check}/pings/",
    "/checks/{check}/flips/",
    "/channels/",
    "/badges/",
    "/audit/",
    "/projects/",
]
ODD = [
    "%00",
    "%ff",
    "%ED%A0%80",
    "%F0%9F%94%94",
    "x" * 10_000,
    "9" * 20,
    "9" * 5000,
    "-" + "9" * 30,
    "1e9",
    "null",
    "",
    "%",
    "&&=&",
    "🔔",
]


@pytest.mark.parametrize("path", PATHS)
def test_query_that_is_nonsense_is_refused(program: Program, scene: Scene, path: str) -> None:
    """10 KB of it, bytes that are no text, and numbers beyond all bounds."""
    path = path.format(check=scene.check())
    known = faults(program.get(f"{path}?%3F="))["?"].partition("the fields are ")[2].split(", ")
    for name in known:
        for value in ODD:
            response = program.get(f"{path}?{name}={value}")
            assert response.status_code in (200, 400, 404), response.text
            if name in ("limit", "cursor", "project") and value:
                assert response.status_code == 400
    assert refused(program.get(f"{path}?{'x' * 10_000}=1"), 400)
    assert refused(program.get(f"{path}?{'limit=1&' * 2000}limit=x"), 400)
    assert told(program.get(f"{path}?{'limit=x&' * 1000}limit=1"))


def cursors(program: Program, check: str) -> list[str]:
    """Well-formed ones of other lists, and made-up places in the right one."""
    project = program.scene.project
    made = [
        dump_cursor(None, f"check#{check}", ("ping#0000000001",)),
        dump_cursor(None, f"project#{project}", ("audit#",)),
        dump_cursor(None, f"project#{project}", ("audit#\0",)),
        dump_cursor(None, f"project#{project}", ("",)),
        dump_cursor(None, f"project#{project}", ("audit#" + "9" * 1100,)),
        dump_cursor(BY_PROJECT, project, ("", "", "")),
        dump_cursor(BY_PROJECT, project, ("0", "", "state")),
        dump_cursor(BY_PROJECT, project, ("9" * 3000, "check#", "state")),
        dump_cursor(DUE, "check#0", (1, "check#", "state")),
    ]
    places: list[Any] = [(), 0, -1, 2**63, "", "x", [1], 10**10, (0, 0), (2**62, 1), (-1, 1), (1, -1), (1, 2**63)]
    names = [f"pings {check}", f"flips {check}", f"channels {project}", f"badges {project}", "checks by id"]
    for name in names:
        for place in places:
            packed = msgspec.msgpack.encode((name, *(place if isinstance(place, tuple) else (place,))))
            made.append(base64.urlsafe_b64encode(packed).rstrip(b"=").decode())
    return [*made, base64.urlsafe_b64encode(b"\x91" * 5000).decode(), "A", "AA", "====", "kA", "wA"]


@pytest.mark.parametrize("path", PATHS)
def test_cursor_that_nobody_gave_out_breaks_nothing(program: Program, scene: Scene, path: str) -> None:
    check = scene.check()
    scene.ping(check)
    for cursor in cursors(program, check):
        response = program.get(f"{path.format(check=check)}?cursor={cursor}")
        assert response.status_code in (200, 400), (cursor, response.text)


def test_cursor_of_bulk_that_nobody_gave_out_breaks_nothing(program: Program, scene: Scene) -> None:
    check = scene.check()
    for cursor in [*cursors(program, check), "", "\0", "🔔", "x" * 10_000]:
        for which in ({"all": True}, {"uuids": [check]}):
            response = program.post("/checks/bulk", {"act": "pause", "filter": which, "cursor": cursor})
            assert response.status_code in (200, 400)


ADDRESSES = [
    "",
    "/",
    "/nothing",
    "/checks",
    f"/checks/{NOWHERE.upper()}A",
    f"/checks/{NOWHERE}/",
    f"/checks/{NOWHERE}/pings/{2**70}",
    f"/checks/{NOWHERE}/pings/1/",
    "/checks/" + "0" * 40,
    "/checks/%00",
    "/checks/%ff",
    "/checks//",
    "/checks/../checks/",
    f"/channels/{NOWHERE}",
    "/" + "x" * 8000,
]


def test_address_that_is_nonsense_is_not_there(program: Program) -> None:
    for path in ADDRESSES:
        for method in ("GET", "POST", "PATCH", "PUT", "DELETE", "OPTIONS", "HEAD", "BREW"):
            response = program.call(method, path, {})
            assert response.status_code in (204, 301, 308, 400, 404, 405), response.text


def test_key_that_is_nonsense_opens_nothing(program: Program) -> None:
    sent: list[dict[str, str]] = [
        {"X_Api_Key": ""},
        {"X_Api_Key": "\xff" * 32},
        {"X_Api_Key": "k" * 10_000},
        {"X_Api_Key": "x" * 32, "Authorization": "Bearer"},
    ]
    for headers in sent:
        assert refused(program.with_key(None).get("/checks/", **headers), 401)


def test_condition_that_is_nonsense_is_not_met(program: Program, scene: Scene) -> None:
    path = f"/checks/{scene.check()}"
    for tag in ("", "*, x", '"', '"a', "W/", "\xff", ", ,", '"' + "x" * 8000, "a" * 8000):
        assert told(program.get(path, If_None_Match=tag))
        assert refused(program.patch(path, {"name": "x"}, If_Match=tag), 412)


def test_odd_characters_come_back_as_they_were_sent(program: Program, engine: Engine) -> None:
    odd = "\0\x07\x7f\u2028\ufeff\uffff🔔é"
    check = program.make(name=odd, desc=odd, start_kw=odd, tags=[odd.replace("\u2028", "")])
    assert program.show(check["uuid"]) == check
    assert (check["name"], check["desc"]) == (odd, odd)
    assert told(program.get("/audit/"))["entries"]

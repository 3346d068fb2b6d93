"""Broken input, and input that means harm: refused by 400 or 413, and never with an error of ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.api.classic.program import INVALID, NOWHERE, Program, refused
from tests.tables import everything
from tocsin.domain.check import unique_key

UNREADABLE = (400, "could not parse request body")
NO_OBJECT = (400, f"{INVALID}value is not an object")

NO_JSON: dict[str, bytes] = {
    "cut": b'{"name": "a"',
    "two": b'{"name": "a"}{"name": "b"}',
    "comma": b'{"name": "a",}',
    "single quotes": b"{'name': 'a'}",
    "bare word": b"name",
    "form": b"name=a&timeout=60",
    "page": b"<html></html>",
    "space": b" ",
    "NaN": b'{"timeout": NaN}',
    "Infinity": b'{"timeout": Infinity}',
    "minus Infinity": b'{"timeout": -Infinity}',
    "hexadecimal": b'{"timeout": 0x40}',
    "leading zero": b'{"timeout": 060}',
    "plus": b'{"timeout": +60}',
    "True": b'{"manual_resume": True}',
    "comment": b'{"name": "a"} // fine',
    "byte order mark": b'\xef\xbb\xbf{"name": "a"}',
    "UTF-16": '{"name": "a"}'.encode("utf-16"),
    "UTF-32": '{"name": "a"}'.encode("utf-32-le"),
    "no UTF-8": b'{"name": "\xff"}',
    "Latin-1": '{"name": "Größe"}'.encode("latin-1"),
    "overlong": b'{"name": "\xc0\xaf"}',
    "surrogate in bytes": b'{"name": "\xed\xa0\x80"}',
    "NUL": b'{"name": "a"}\0',
    "NUL within": b'{"na\0me": "a"}',
    "control character": b'{"name": "a\nb"}',
    "only NULs": b"\0" * 1000,
    "escape": b'{"name": "\\x41"}',
    "half an escape": b'{"name": "\\u00"}',
    "lone surrogate": b'{"name": "\\ud800"}',
    "surrogates in the wrong order": b'{"name": "\\udc00\\ud800"}',
    "lone surrogate in a key": b'{"\\udfff": 1}',
    "deep list": b'{"name": ' + b"[" * 100_000,
    "deep list, closed": b'{"name": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep list alone": b"[" * 500_000,
}


def test_no_json(program: Program, store_url: str) -> None:
    """Whatever it is posted to, and nothing is written."""
    made = program.make(name="Mine")["uuid"]
    before = everything(store_url)
    for path in ("/checks/", f"/checks/{made}", f"/checks/{made}/pause", f"/checks/{made}/resume"):
        answers = {name: refused(program.post(path, body)) for name, body in NO_JSON.items()}
        assert answers == dict.fromkeys(NO_JSON, UNREADABLE)
    assert everything(store_url) == before


ODD_NUMBERS = {
    "1e999": "could not parse request body",
    "-1e999": "could not parse request body",
    "1" + "0" * 30: f"{INVALID}timeout is too large",
    "1" + "0" * 300: f"{INVALID}timeout is too large",
    "-1" + "0" * 30: f"{INVALID}timeout is too small",
    "18446744073709551616": f"{INVALID}timeout is too large",
    "9223372036854775808": f"{INVALID}timeout is too large",
    "-9223372036854775809": f"{INVALID}timeout is too small",
    "86400000000000": f"{INVALID}timeout is too large",
    "1e308": f"{INVALID}timeout is not a number",
    "60.0": f"{INVALID}timeout is not a number",
    "6e1": f"{INVALID}timeout is not a number",
    "-0": f"{INVALID}timeout is too small",
    "-0.0": f"{INVALID}timeout is not a number",
    "1e-400": f"{INVALID}timeout is not a number",
}


def test_odd_numbers(program: Program) -> None:
    """Too large for a length of time, for a machine's word, or for a float."""
    made = program.make()["uuid"]
    for field in ("timeout", "grace"):
        expected = {number: (400, sentence.replace("timeout", field)) for number, sentence in ODD_NUMBERS.items()}
        for path in ("/checks/", f"/checks/{made}"):
            bodies = {number: f'{{"{field}": {number}}}'.encode() for number in ODD_NUMBERS}
            assert {number: refused(program.post(path, body)) for number, body in bodies.items()} == expected


def test_endless_number(program: Program) -> None:
    """Thousands of digits are a number that is too large, or nothing that can be read."""
    for digits in (4_300, 5_000, 100_000, 900_000):
        status, error = refused(program.post("/checks/", b'{"timeout": ' + b"9" * digits + b"}"))
        assert (status, error) in ((400, f"{INVALID}timeout is too large"), UNREADABLE)


def test_body_that_is_too_large(program: Program) -> None:
    """JSON or not, with a key or without."""
    for size in (1_048_577, 2_000_000, 20_000_000):
        for sent in (b'{"desc": "' + b"d" * (size - 12) + b'"}', b"\0" * size):
            for caller in (program, program.with_key(None)):
                assert caller.post("/checks/", sent).status_code == 413
    assert program.listed() == []


def test_large_body_that_is_not_too_large(program: Program) -> None:
    """A megabyte is read, and says what is wrong with it, if anything is."""
    body = b'{"desc": "' + b"d" * 1_000_000 + b'"}'
    assert refused(program.post("/checks/", body)) == (400, f"{INVALID}desc is too long")
    assert program.post("/checks/", b'{"name": "a"' + b" " * 1_000_000 + b"}").status_code == 201
    many = json.dumps({f"unknown {n}": n for n in range(20_000)}).encode()
    assert program.post("/checks/", many).status_code == 201
    items = json.dumps({"unique": ["nonsense"] * 50_000}).encode()
    assert refused(program.post("/checks/", items)) == (400, f"{INVALID}an item in 'unique' has unexpected value")


def test_last_of_two_keys_counts(program: Program) -> None:
    """As in every reader of JSON that the old programs met."""
    response = program.post("/checks/", b'{"name": "a", "timeout": 1, "timeout": 60, "name": "b"}')
    assert response.status_code == 201
    assert response.get_json()["name"] == "b"
    assert refused(program.post("/checks/", b'{"timeout": 60, "timeout": 1}'))[0] == 400


@pytest.mark.parametrize(
    "text",
    ["\0", "a\0b", "\x1b[31m", "\r\n", "a\r\nBcc: b@example.org", "\u202egnp.exe", "\ufeff", "\ufffe", "🔔" * 25],
)
def test_odd_texts(program: Program, text: str) -> None:
    """What is a text is kept as it is; it breaks no list, no badge and no mail."""
    program.scene.hang_up(kind="email", address="carol@example.org")
    for field in ("name", "tags", "desc", "start_kw"):
        made = program.make(**{field: text, "channels": "*"})
        assert made[field] == text
        assert program.show(made["uuid"]) == made
        program.client.get(f"{made['ping_url']}/fail")
    assert program.get("/badges/").status_code == 200
    program.scene.house.tick()
    assert program.scene.told() == ["down"] * 4
    assert {channel.last_error for channel in program.scene.house.channels.of_project(program.scene.project)} == {""}


def test_odd_keys(program: Program) -> None:
    """32 characters of whatever kind open nothing."""
    for character in ("\ud800", "\0", "\x80", "é", "🔔"):
        status, error = refused(program.with_key(None).post("/checks/", {"api_key": character * 32}))
        assert (status, error) in ((401, "wrong api key"), UNREADABLE)


ODD_FILTERS = (
    *("?tag=%FF", "?tag=%00", "?tag=%ED%A0%80", "?slug=%FF%00", "?tag", "?=", "?&&&", "?tag=%", "?%zz=1"),
    "?" + "&".join(f"tag=t{n}" for n in range(2_000)),
    "?slug=" + "s" * 10_000,
)


def test_odd_filters(program: Program) -> None:
    """Find nothing, or say nothing."""
    program.make(name="Mine", tags="prod")
    for query in ODD_FILTERS:
        assert program.get(f"/checks/{query}").status_code in (200, 400), query


ODD_PATHS = (
    *("/checks/%00", "/checks/%FF", "/checks/%2e%2e/channels/", "/checks//", "//checks/", "/checks/..%2f"),
    *(f"/checks/{NOWHERE}%00", f"/checks/{NOWHERE}/pings//", f"/checks/{NOWHERE}/pings/²/body", "/%F0%9F%94%94/"),
    f"/checks/{unique_key(NOWHERE)}/pings/",
    f"/checks/{unique_key(NOWHERE)}/pause",
    f"/checks/{'0' * 10_000}",
)


def test_odd_paths(program: Program) -> None:
    """There is nothing there, by any method."""
    for path in ODD_PATHS:
        for method in ("GET", "POST", "DELETE", "PUT"):
            response = program.call(method, path)
            assert (response.status_code, response.data) in ((404, b""), (405, b"")), (method, path)


ANY_JSON: tuple[Any, ...] = ([], {}, "", 0, None, [[]], {"name": {"name": {}}}, {"": ""}, {"name": "a" * 99_999})


def test_any_json_is_answered(program: Program) -> None:
    """On every route that takes one."""
    made = program.make()["uuid"]
    for path in ("/checks/", f"/checks/{made}", f"/checks/{made}/pause", f"/checks/{made}/resume"):
        for body in ANY_JSON:
            assert program.post(path, body).status_code in (200, 201, 400, 409), (path, body)

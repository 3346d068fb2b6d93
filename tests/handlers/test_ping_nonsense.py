"""Generated nonsense at ping URLs: every answer is one that docs/ping.md knows, and what is refused writes nothing."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias
from urllib.parse import quote_plus, unquote_plus

import pytest
from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from handlers.gateway import respond
from tests.fakes import Scene
from tests.handlers.events import LambdaContext, rest_event
from tests.tables import everything

RID = "0b0b0b0b-0000-4000-8000-00000000000a"
Answer: TypeAlias = tuple[int, str]


@dataclass(frozen=True)
class Call:
    """A request as a WSGI server hands it over: texts whose characters stand for bytes."""

    path: str
    query: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def through_server(app: Flask, call: Call) -> Answer:
    environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in call.headers.items()}
    environ |= {"REQUEST_METHOD": call.method, "PATH_INFO": call.path, "QUERY_STRING": call.query}
    environ |= {name: environ.pop(f"HTTP_{name}", "") for name in ("CONTENT_TYPE",)}
    response = app.test_client().open(data=call.body, environ_overrides=environ)
    return response.status_code, response.text


def through_gateway(app: Flask, call: Call) -> Answer:
    """API Gateway has taken the query apart, and left the path as it was."""
    path = "".join(
        char if (char.isascii() and char.isalnum()) or char in "/-_" else f"%{ord(char):02x}" for char in call.path
    )
    parts = [part.partition("=") for part in call.query.split("&")] if call.query else []
    query: dict[str, list[str]] = {}
    for name, _, value in parts:
        query.setdefault(unquote_plus(name), []).append(unquote_plus(value))
    headers = {name: [value] for name, value in call.headers.items()}
    event = rest_event(call.method, path, query=query, headers=headers, body=call.body or None)
    answer = respond(app, event, LambdaContext())
    body, encoded = str(answer["body"]), answer["isBase64Encoded"]
    status = answer["statusCode"]
    assert isinstance(status, int)
    return status, b64decode(body).decode() if encoded else body


@pytest.mark.parametrize(
    "call",
    [
        Call("", "x=" + "y" * 10_000),
        Call("", "&".join(f"x{n}={n}" for n in range(2_000))),
        Call("", "x=\xff&\xfe=%ff%zz&&=&=&;%"),
        Call("", f"rid=&rid={RID}"),
        Call("/7", "", "G\xc9T\0", {"User-Agent": "\xff\0", "Cookie": "tocsin=\xff; =;;"}),
        Call("/log", "", "", {"Content-Type": "multipart/form-data", "X-Forwarded-For": "\xff,,"}, b"--\r\n\xff\0"),
        Call("/" + "0" * 5000, "", "POST", {"Content-Type": "application/json", "Expect": "x", "Range": "bytes=9-"}),
    ],
)
def test_nonsense_beside_the_point_is_a_ping(app: Flask, scene: Scene, call: Call) -> None:
    """What the protocol does not read can't be wrong."""
    check_id = scene.check()
    call = replace(call, path=f"/ping/{check_id}{call.path}")
    assert through_server(app, call) == (200, "OK")
    assert scene.read(check_id).check.n_pings == 1


def raw(text: str) -> str:
    """As it stands in an environ: a character for each byte."""
    return text.encode().decode("latin-1")


def mostly(common: st.SearchStrategy[str], rare: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Nonsense in every place would be the same 404 again and again."""
    return st.integers(0, 3).flatmap(lambda dice: rare if dice == 3 else common)


BYTES = st.binary(max_size=40).map(lambda octets: octets.decode("latin-1"))
JUNK = st.text(st.characters(codec="utf-8"), max_size=40).map(raw) | BYTES
DIGITS = st.text("0123456789", min_size=1, max_size=400)
SIGNALS = st.sampled_from(["", "", "", "/", "/start", "/fail", "/log", "/keepalive", "/0", "/255", "/256"])
FRESH = st.from_regex(r"[a-z0-9_-]{1,8}", fullmatch=True).map("/ping/<key>/{}".format)
KNOWN = st.sampled_from(["/ping/<id>", "/ping/<key>/nightly", "/ping/<key>/twins", "/ping/<key>/Nightly"])
ODD = st.uuids().map("/ping/{}".format) | st.text("aZ09-_.", max_size=120).map("/ping/<key>/{}".format)
PATHS = st.builds(
    "{}{}".format,
    mostly(KNOWN | FRESH, ODD | JUNK.map("/ping/{}".format)),
    mostly(SIGNALS, (DIGITS | JUNK).map("/{}".format)),
)
"""`<id>` and `<key>` stand for those of the scene."""

MEANT = {
    "create": ["1", "0", "true"],
    "rid": [RID, ""],
    "timeout": ["60", "3600", "0", "31536000"],
    "grace": ["60", "x"],
    "schedule": ["*/5 * * * *", "Mon 04:30", "61 * * * *", "hourly\nweekly"],
    "tz": ["Europe/Vienna", "UTC", "Europe/Kiev", "Mars"],
    "tags": ["prod db", "t" * 501],
    "channels": ["*", "", "pager", ","],
}


def parameter(name: str) -> st.SearchStrategy[str]:
    values = mostly(st.sampled_from(MEANT[name]).map(quote_plus), JUNK.map(quote_plus) | JUNK | DIGITS)
    return values.map(f"{name}={{}}".format)


PARAMETERS = st.sampled_from(sorted(MEANT)).flatmap(parameter)
QUERIES = st.lists(mostly(PARAMETERS, JUNK), max_size=6).map("&".join)
MADE = st.lists(PARAMETERS, max_size=2).map(lambda parameters: "&".join(["create=1", *parameters]))
FILLED = QUERIES.map(f"{{}}&x={'y' * 10_000}".format)
NAMES = st.sampled_from(["User-Agent", "Content-Type", "Cookie", "X-Forwarded-For", "Accept", "Transfer-Encoding"])
CALLS = st.builds(
    Call,
    path=PATHS,
    query=MADE | QUERIES | FILLED,
    method=mostly(st.sampled_from(["GET", "POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE"]), BYTES),
    headers=st.dictionaries(NAMES, BYTES, max_size=3),
    body=st.binary(max_size=400),
)

TEXTS = {
    200: {"OK"},
    201: {"Created"},
    404: {"not found"},
    409: {"ambiguous slug"},
    400: {"invalid url format", "invalid uuid format"},
}
SENTENCES = (
    *("timeout must be ", "grace must be ", "tags must be ", "schedule: ", "tz: "),
    *("empty channel identifier", "invalid channel identifier: ", "non-unique channel identifier: "),
)


def documented(call: Call, answer: Answer) -> bool:
    status, text = answer
    told = text in TEXTS.get(status, ()) or (call.method == "HEAD" and not text)
    return told or (status == 400 and "create=1" in call.query and text.startswith(SENTENCES))


@pytest.mark.parametrize("door", [through_server, through_gateway])
@given(call=CALLS)
@examples(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated_nonsense(
    app: Flask, scene: Scene, store_url: str, door: Callable[[Flask, Call], Answer], call: Call
) -> None:
    """A good answer means one ping more, and 201 one check more; any other means that nothing was written."""
    house = scene.house
    if not house.checks.with_slug(scene.project, "nightly"):
        for slug in ("nightly", "twins", "twins"):
            scene.check(slug=slug)
    check_id = house.checks.with_slug(scene.project, "nightly")[0]
    meant = replace(call, path=call.path.replace("<id>", check_id).replace("<key>", scene.ping_key))
    before, known = everything(store_url), house.checks.listing(scene.project)
    answer = door(app, meant)
    assert documented(meant, answer), answer
    if answer[0] >= 400:
        assert everything(store_url) == before
    else:
        now = house.checks.listing(scene.project)
        assert len(now) == len(known) + (answer[0] == 201)
        assert sum(stored.check.n_pings for stored, _ in now) == 1 + sum(stored.check.n_pings for stored, _ in known)

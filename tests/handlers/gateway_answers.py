"""What an adapter must get right of answers, and of PEP 3333, case by case."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from tests.handlers.events import HTTP_EVENTS, LambdaContext
from tests.handlers.gateway_exchange import TEXT, Case, Exchange, Listener

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Check = Callable[[Exchange], None]
LIMITS = {"balancer": 1024 * 1024}
"""Bytes of an answer; of the others, 6 MB."""


def answer_cases() -> Iterator[Case]:
    for kind, event in HTTP_EVENTS.items():
        for name, listener, check in _ANSWERS:
            yield Case(f"{kind}: {name}", event(), check, app=listener)
        yield Case(f"{kind}: HEAD has no body", event("HEAD"), _bare(200, "4"), app=_four_bytes)
        for name, app, check, conforming in _MANNERS:
            yield Case(f"{kind}: {name}", event(), check, app=app, conforming=conforming)
    for kind in ("rest", "http", "balancer"):
        yield from _sizes(kind, HTTP_EVENTS[kind], LIMITS.get(kind, 6 * 1024 * 1024))
    for kind in ("balancer", "balancer_lists"):
        found = partial(Listener, "302 Found")
        yield Case(f"{kind}: status in words", HTTP_EVENTS[kind](), _described, app=found)


def _sizes(kind: str, event: Callable[..., dict[str, Any]], limit: int) -> Iterator[Case]:
    """A byte that is no text takes a third more as base64; a zero takes six as text in JSON."""
    for name, byte, count in (("binary", b"\xff", limit * 5 // 7), ("text", b"x", limit - 1000)):
        yield Case(f"{kind}: large {name}", event(), _long(byte, count), app=partial(_Long, byte, count))
    for name, byte, count in (("binary", b"\xff", limit * 3 // 4), ("text", b"x", limit), ("zeros", b"\0", limit // 5)):
        yield Case(f"{kind}: {name} too large", event(), _too_large(limit), app=partial(_Long, byte, count))
    # Lambda's runtime client writes them as six letters each, up to Python 3.11.
    accent, count = "é".encode(), limit // 2 - 1000
    seen = _long(accent, count) if sys.version_info >= (3, 12) else _too_large(limit)
    yield Case(f"{kind}: accents as many as fit", event(), seen, app=partial(_Long, accent, count))


class _Long(Listener):
    """Made when it is needed: dozens of cases would keep as many large bodies."""

    def __init__(self, byte: bytes, count: int) -> None:
        super().__init__(headers=[("Content-Type", "application/octet-stream")], body=byte * count)


def _long(byte: bytes, count: int) -> Check:
    def check(exchange: Exchange) -> None:
        assert exchange.seen.status == 200
        assert exchange.seen.body == byte * count

    return check


def _body(body: bytes) -> Check:
    def check(exchange: Exchange) -> None:
        assert (exchange.seen.status, exchange.seen.body) == (200, body)

    return check


def _headers(name: str, *values: str, joined: bool = False) -> Check:
    def check(exchange: Exchange) -> None:
        seen = exchange.seen.all(name)
        parts = [part.strip() for value in seen for part in value.split(",")] if joined else seen
        assert parts == list(values)

    return check


def _cookies(exchange: Exchange) -> None:
    """Of two with one name the latter counts, so they stay in order."""
    assert exchange.seen.all("set-cookie") == [
        f"{name}; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT" for name in "abc"
    ]
    assert exchange.seen.all("content-type") == ["text/plain"]


def _text(exchange: Exchange) -> None:
    assert exchange.answer["isBase64Encoded"] is False
    assert exchange.seen.body.decode() == "é\r\n"


def _bare(status: int, length: str | None = None) -> Check:
    def check(exchange: Exchange) -> None:
        assert (exchange.seen.status, exchange.seen.body) == (status, b"")
        assert exchange.seen.all("content-type") == ([] if length is None else ["text/plain"])
        assert exchange.seen.all("content-length") == ([] if length is None else [length])

    return check


def _too_large(limit: int) -> Check:
    def check(exchange: Exchange) -> None:
        assert exchange.seen.status == 413
        assert f"larger than {limit // 1024**2} MB" in exchange.seen.body.decode()
        assert "ask for less" in exchange.seen.body.decode()

    return check


def _described(exchange: Exchange) -> None:
    assert (exchange.answer["statusCode"], exchange.answer["statusDescription"]) == (302, "302 Found")


def _cookie(name: str) -> tuple[str, str]:
    return "Set-Cookie", f"{name}; Path=/; Expires=Thu, 01 Jan 2026 00:00:00 GMT"


_four_bytes = partial(Listener, headers=[*TEXT, ("Content-Length", "4")], body=b"four")
_LATIN = ("Content-Type", "text/plain; charset=latin-1")
_VARY = [*TEXT, ("Vary", "Cookie"), ("vary", "Origin")]
_ANSWERS: list[tuple[str, Callable[[], Any], Check]] = [
    ("status and text", partial(Listener, "404 Not Found"), lambda exchange: _is(exchange.seen.status, 404)),
    ("status is a number", Listener, lambda exchange: _is(exchange.answer["statusCode"], 200)),
    ("several cookies", partial(Listener, headers=[*TEXT, *map(_cookie, "abc")]), _cookies),
    ("one cookie", partial(Listener, headers=[*TEXT, _cookie("a")]), _headers("set-cookie", _cookie("a")[1])),
    ("header with several values", partial(Listener, headers=_VARY), _headers("vary", "Cookie", "Origin", joined=True)),
    ("text travels as text", partial(Listener, body="é\r\n".encode()), _text),
    (
        "text in Latin-1",
        partial(Listener, headers=[_LATIN], body=b"\xe9"),
        _body(b"\xe9"),
    ),
    ("picture", partial(Listener, headers=[("Content-Type", "image/png")], body=b"\x89PNG\xff"), _body(b"\x89PNG\xff")),
    ("type that nobody listed", partial(Listener, headers=[("Content-Type", "a/b")], body=b"\xff"), _body(b"\xff")),
    (
        "compressed text",
        partial(Listener, headers=[("Content-Type", "text/css"), ("Content-Encoding", "gzip")], body=b"\x1f\x8b"),
        _body(b"\x1f\x8b"),
    ),
    ("204 has no body", partial(Listener, "204 No Content", headers=[], body=b""), _bare(204)),
    ("304 has no body", partial(Listener, "304 Not Modified", headers=[], body=b""), _bare(304)),
]


def _is(value: object, expected: object) -> None:
    assert value == expected


class Stream:
    """An app whose output notes that it was closed, and may break off."""

    def __init__(self, *, broken: bool = False) -> None:
        self.broken = broken
        self.closed = 0

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", list(TEXT))
        return self

    def __iter__(self) -> Iterator[bytes]:
        yield b"half"
        if self.broken:
            raise ConnectionError("broke off")

    def close(self) -> None:
        self.closed += 1


def _late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    """A generator: nothing of it has run when it is returned."""
    start_response("202 Accepted", list(TEXT))
    yield b"late"


def _writer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", list(TEXT))(b"written, ")
    return [b"returned"]


def _late_writer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    write = start_response("200 OK", list(TEXT))
    yield b"one "
    write(b"two ")
    yield b"three"


def _changes_its_mind(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", [*TEXT, ("X-A", "1")])
    try:
        raise ConnectionError
    except ConnectionError:
        start_response("503 Service Unavailable", list(TEXT), sys.exc_info())
    return [b"later"]


def _changes_it_too_late(environ: WSGIEnvironment, start_response: StartResponse) -> Iterator[bytes]:
    start_response("200 OK", list(TEXT))
    yield b"half"
    try:
        raise ConnectionError
    except ConnectionError:
        start_response("503 Service Unavailable", list(TEXT), sys.exc_info())
    yield b"later"


def _silent(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    return [b"no status"]


def _starts_twice(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    start_response("200 OK", list(TEXT))
    start_response("201 Created", list(TEXT))
    return [b"which?"]


def _fails(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    raise ConnectionError("secret of ours")


def _says(status: int, body: bytes) -> Check:
    def check(exchange: Exchange) -> None:
        assert (exchange.seen.status, exchange.seen.body) == (status, body)
        assert exchange.seen.all("x-a") == []

    return check


def _failed(exchange: Exchange) -> None:
    """The client gets something to ask for, and no more."""
    assert exchange.seen.status == 500
    assert LambdaContext.aws_request_id in exchange.seen.body.decode()
    assert "secret" not in exchange.seen.body.decode()


def _closed(body: bytes | None) -> Check:
    def check(exchange: Exchange) -> None:
        assert exchange.app.closed == 1
        if body is None:
            _failed(exchange)
        else:
            assert exchange.seen.body == body

    return check


def _environ_is_sound(exchange: Exchange) -> None:
    """The validator has looked at it; of PEP 3333 it leaves out that texts are Latin-1."""
    assert exchange.seen.status == 200
    for value in exchange.environ.values():
        if isinstance(value, str):
            value.encode("latin-1")


_MANNERS: list[tuple[str, Callable[[], Any], Check, bool]] = [
    ("environ is sound", Listener, _environ_is_sound, True),
    ("output is closed", Stream, _closed(b"half"), True),
    ("output that breaks off is closed", partial(Stream, broken=True), _closed(None), True),
    ("generator that starts late", lambda: _late, _says(202, b"late"), True),
    ("write()", lambda: _writer, _says(200, b"written, returned"), True),
    ("write() between output", lambda: _late_writer, _says(200, b"one two three"), False),
    ("app that changes its mind", lambda: _changes_its_mind, _says(503, b"later"), True),
    ("app that changes its mind too late", lambda: _changes_it_too_late, _failed, True),
    ("app without a status", lambda: _silent, _failed, False),
    ("app that starts twice", lambda: _starts_twice, _failed, False),
    ("app that fails", lambda: _fails, _failed, True),
]

"""REST events in, answers out: what aws-wsgi leaves out is there, shown with plain WSGI apps."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.validate import validator

import pytest

from handlers.gateway import UnknownEvent, lambda_handler, respond
from tests.handlers.events import LambdaContext, rest_event

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment


class Listener:
    """A WSGI app that keeps the environ it was called with, reads the body, and answers as it is told."""

    def __init__(self, *, headers: list[tuple[str, str]] | None = None, body: bytes = b"OK") -> None:
        self.environ: WSGIEnvironment = {}
        self.received = b""
        self.headers = headers or [("Content-Type", "text/plain")]
        self.body = body

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        self.received = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response("200 OK", self.headers)
        return [self.body]


def call(app: Any, event: dict[str, Any]) -> dict[str, Any]:
    """Serve under wsgiref's validator, so that both sides keep PEP 3333."""
    answer: dict[str, Any] = respond(validator(app), event, LambdaContext())
    return answer


def test_request_keeps_everything_the_event_says() -> None:
    """Method, path, query, headers and body arrive as a WSGI server would hand them over."""
    app = Listener()
    call(
        app,
        rest_event(
            "POST",
            "/ping/x%20y/%C3%A9",
            query={"a": ["1", "2"], "blank": [""], "é": ["&="]},
            headers={"Cookie": ["a=1", "b=2"], "X-Twice": ["1", "2"], "Content-Type": ["application/json"]},
            body=b"\xff\x00",
        ),
    )
    environ = app.environ
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/ping/x y/é"
    assert environ["QUERY_STRING"] == "a=1&a=2&blank=&%C3%A9=%26%3D"
    assert (environ["HTTP_COOKIE"], environ["HTTP_X_TWICE"]) == ("a=1; b=2", "1,2")
    assert (environ["CONTENT_TYPE"], environ["CONTENT_LENGTH"]) == ("application/json", "2")
    assert app.received == b"\xff\x00"


def test_request_knows_the_client_and_the_public_address() -> None:
    """A client can't pretend to be another by a header; the stage stands in SCRIPT_NAME."""
    app = Listener()
    call(app, rest_event(path="/ping/x", stage="production", source_ip="203.0.113.5"))
    assert app.environ["REMOTE_ADDR"] == "203.0.113.5"
    assert (app.environ["SCRIPT_NAME"], app.environ["PATH_INFO"]) == ("/production", "/ping/x")
    assert (app.environ["wsgi.url_scheme"], app.environ["SERVER_PORT"]) == ("https", "443")


def test_request_that_came_in_chunks_is_whole() -> None:
    """API Gateway put the body together; a header that says otherwise must not lose it."""
    app = Listener()
    call(app, rest_event("POST", headers={"Transfer-Encoding": ["chunked"]}, body=b"output"))
    assert app.received == b"output"
    assert "HTTP_TRANSFER_ENCODING" not in app.environ


def test_request_on_a_domain_of_its_own_has_no_stage() -> None:
    """There the request context repeats the path as it is."""
    app = Listener()
    event = rest_event(path="/ping/x")
    event["requestContext"]["path"] = "/ping/x"
    call(app, event)
    assert app.environ["SCRIPT_NAME"] == ""


def test_request_with_nulls_and_gaps_is_served() -> None:
    """The console's test button and other senders leave out what they can."""
    app = Listener()
    event: dict[str, Any] = {"httpMethod": "GET", "headers": None, "queryStringParameters": None}
    assert call(app, event | {"body": None, "requestContext": None})["statusCode"] == 200
    assert (app.environ["REMOTE_ADDR"], app.environ["QUERY_STRING"], app.received) == ("", "", b"")


def test_request_with_single_values_only_is_served() -> None:
    """Where an event has no multi-value fields the plain ones count."""
    app = Listener()
    event = rest_event(query={"rid": ["7"]}, headers={"X-A": ["1"]})
    event["multiValueHeaders"] = event["multiValueQueryStringParameters"] = None
    call(app, event)
    assert (app.environ["HTTP_X_A"], app.environ["QUERY_STRING"]) == ("1", "rid=7")


def test_answer_keeps_every_cookie() -> None:
    """Two Set-Cookie headers are two."""
    app = Listener(headers=[("Content-Type", "text/plain"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")])
    answer = call(app, rest_event())
    assert answer["multiValueHeaders"]["Set-Cookie"] == ["a=1", "b=2"]


@pytest.mark.parametrize(
    ("headers", "body", "encoded"),
    [
        ([("Content-Type", "text/html; charset=utf-8")], "é".encode(), False),
        ([("Content-Type", "application/json")], b"{}", False),
        ([("Content-Type", "image/png")], b"\x89PNG\xff", True),
        ([("Content-Type", "text/plain; charset=latin-1")], b"\xe9", True),
        ([("Content-Type", "text/css"), ("Content-Encoding", "gzip")], b"\x1f\x8b", True),
    ],
)
def test_answer_body_survives(headers: list[tuple[str, str]], body: bytes, encoded: bool) -> None:
    """Text travels as text and all else in base64; either way the bytes come back."""
    answer = call(Listener(headers=headers, body=body), rest_event())
    assert answer["isBase64Encoded"] is encoded
    assert (b64decode(answer["body"]) if encoded else answer["body"].encode()) == body


def test_answer_is_closed_even_if_it_breaks_off() -> None:
    """PEP 3333: close() is called whatever happened, and the failure is not swallowed."""
    closed = []

    class Broken:
        def __iter__(self) -> Iterator[bytes]:
            yield b"half"
            raise RuntimeError("broke off")

        def close(self) -> None:
            closed.append(True)

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        start_response("200 OK", [("Content-Type", "text/plain")])
        return Broken()

    with pytest.raises(RuntimeError, match="broke off"):
        respond(app, rest_event(), LambdaContext())
    assert closed == [True]


def test_event_that_nobody_knows_fails_with_its_keys(caplog: pytest.LogCaptureFixture) -> None:
    """It is an error in the log and of the invocation, not a silent success."""
    with pytest.raises(UnknownEvent, match="Surprise"):
        lambda_handler({"Surprise": 1}, LambdaContext())
    assert "Surprise" in caplog.text

"""The Lambda entry point: requests from API Gateway's REST APIs, the tick from EventBridge, pings by mail from SES.

Requests go through aws-wsgi to the app. It is the core; what it leaves out is put right around it. Before the call: a
path that still is percent-encoded, repeated query keys and headers, nulls, the stage's prefix, and the client's
address, which only the request context tells truly. After it: several cookies, bodies that are no text, and close().
"""

from __future__ import annotations

import logging
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, cast
from urllib.parse import unquote_to_bytes, urlencode

import awsgi

from tocsin.house import TICK_TIME, House
from tocsin.settings import on_lambda

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Event: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, object]

TICK_MARGIN = timedelta(seconds=25)
"""Left of an invocation's time for the deliveries that were begun last, 20 s at most, and for the answer."""
_TEXT = ("text/", "application/json", "application/javascript", "image/svg+xml")

_log = logging.getLogger("tocsin.gateway")


class Context(Protocol):
    """What Lambda tells of an invocation, as far as it matters here."""

    def get_remaining_time_in_millis(self) -> int: ...


class UnknownEvent(Exception):
    """Nothing here knows what to do with this event."""


def lambda_handler(event: Event, context: Context) -> Answer:
    """Answer one invocation. Raises UnknownEvent, which fails the invocation visibly."""
    serve = _SERVED.get(_sender(event))
    if serve is None:
        _log.error("An event that nobody knows: %s", sorted(event))
        raise UnknownEvent(f"no handler for an event with the keys {sorted(event)}")
    return serve(event, context)


def respond(app: WSGIApplication, event: Event, context: Context) -> Answer:
    """Serve one API Gateway REST event (payload version 1.0) by any WSGI app."""
    environ = _environ(event, context)
    collector = awsgi.StartResponse_GW()
    output = app(environ, cast("StartResponse", collector))
    try:
        body = b"".join([*collector.chunks, *output])
    finally:
        _close(output)
    return {"statusCode": collector.status, **_headers(collector.headers), **_body(collector.headers, body)}


@cache
def the_app() -> Any:
    """The process's one app. This module is where a Lambda process starts, so here the porch is opened."""
    from app import app

    return app


def _sender(event: Event) -> str:
    """The service of AWS that an event comes from; each tells in a way of its own."""
    if "httpMethod" in event:
        return "aws:apigateway"
    record: Event = next(iter(event.get("Records") or ()), {})
    return str(event.get("source") or record.get("eventSource") or record.get("EventSource"))


def _page(event: Event, context: Context) -> Answer:
    return respond(the_app(), event, context)


def _mail(event: Event, context: Context) -> Answer:
    # Read when the first mail comes, which need never be: cold starts are billed.
    from handlers.inbound import receive

    return receive(_house(), event)


def _tick(event: Event, context: Context) -> Answer:
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    time = min(max(left - TICK_MARGIN, timedelta(seconds=1)), TICK_TIME)
    return dict(_house().tick(time=time).as_dict())


def _house() -> House:
    house: House = the_app().extensions["tocsin"]
    return house


_SERVED: Mapping[str, Callable[[Event, Context], Answer]] = {
    "aws:apigateway": _page,
    "aws.events": _tick,
    "aws:ses": _mail,
    "aws:sns": _mail,
}


def _environ(event: Event, context: Context) -> WSGIEnvironment:
    request_context = event.get("requestContext") or {}
    path = event.get("path") or "/"
    normal = {**event, "path": path, "headers": _joined(event), "queryStringParameters": {}}
    environ: WSGIEnvironment = awsgi.environ(normal, context)
    environ.update(
        PATH_INFO=unquote_to_bytes(path).decode("latin-1"),
        SCRIPT_NAME=_prefix(request_context.get("path") or path, path),
        QUERY_STRING=_query(event),
        REMOTE_ADDR=(request_context.get("identity") or {}).get("sourceIp") or "",
        SERVER_NAME=environ["SERVER_NAME"] or "localhost",
        SERVER_PORT=environ["SERVER_PORT"] or "443",
    )
    environ["wsgi.url_scheme"] = environ["wsgi.url_scheme"] or "https"
    # PEP 3333: the first two stand without the prefix only. And the body is whole here, however it was sent.
    for untrue in ("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH", "HTTP_TRANSFER_ENCODING"):
        environ.pop(untrue, None)
    return environ


def _joined(event: Event) -> dict[str, str]:
    """Headers with all their values: Cookie lines join with a semicolon (RFC 6265), others with a comma."""
    lists: Mapping[str, list[str] | None] = event.get("multiValueHeaders") or {
        name: [value] for name, value in (event.get("headers") or {}).items() if value is not None
    }
    return {name: ("; " if name.lower() == "cookie" else ",").join(values) for name, values in lists.items() if values}


def _query(event: Event) -> str:
    several = event.get("multiValueQueryStringParameters")
    return urlencode(several or event.get("queryStringParameters") or {}, doseq=True, errors="replace")


def _prefix(full: str, path: str) -> str:
    """The stage, such as /dev, that stands before the app's own path."""
    return full.removesuffix(path) if full.endswith(path) else ""


def _headers(headers: Iterable[tuple[str, str]]) -> Answer:
    several: dict[str, list[str]] = {}
    for name, value in headers:
        several.setdefault(name, []).append(value)
    return {"multiValueHeaders": several}


def _body(headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    names = {name.lower(): value for name, value in headers}
    if names.get("content-type", "").startswith(_TEXT) and "content-encoding" not in names:
        with suppress(UnicodeDecodeError):
            return {"body": body.decode(), "isBase64Encoded": False}
    return {"body": b64encode(body).decode("ascii"), "isBase64Encoded": True}


def _close(output: Iterable[bytes]) -> None:
    close: Callable[[], object] | None = getattr(output, "close", None)
    if close:
        close()


if on_lambda():
    # INIT has a whole processor and is not yet anybody's request: build here what the first request would wait for.
    the_app()

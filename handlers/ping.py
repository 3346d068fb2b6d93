"""The ping URL: what jobs call. No session, no template, nothing between the request and `record_ping`.

Paths, methods, texts and headers are the Healthchecks protocol's, sections 1.1 to 1.4.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from sys import maxsize

from flask import Flask, Response, request
from werkzeug.routing import Rule

from handlers.current import house
from tocsin.domain.ping import InvalidExitStatus, InvalidRid, Kind, parse_exit_status, parse_rid
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.find_check import AmbiguousSlug, InvalidSlug, find_by_slug
from tocsin.services.record_ping import Source, record_ping

MAX_DRAIN = 16 * 1024 * 1024
"""How much of a body is read, most of it to be thrown away: a client that is cut off gets to read no answer."""
NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"
_CHUNK = 64 * 1024

_KINDS = {"": Kind.SUCCESS, "start": Kind.START, "fail": Kind.FAIL, "log": Kind.LOG}


def register(app: Flask) -> None:
    """Add the ping URLs. Each takes any method, and a slash at its end."""
    for endpoint, view, path in (
        ("ping.by_id", by_id, "/ping/<id:check_id>"),
        ("ping.by_slug", by_slug, "/ping/<word:ping_key>/<word:slug>"),
    ):
        app.view_functions[endpoint] = view
        for rule in (path, f"{path}/<signal:signal>"):
            app.url_map.add(Rule(rule, endpoint=endpoint, strict_slashes=False))
    app.view_functions["ping.unknown"] = unknown
    for rule in ("/ping/", "/ping/<path:rest>"):
        app.url_map.add(Rule(rule, endpoint="ping.unknown", strict_slashes=False))


def by_id(check_id: str, signal: str = "") -> Response:
    """Take /ping/<uuid>, alone or with /start, /fail, /log or /<exit status>."""
    return _answer(lambda: check_id, signal)


def by_slug(ping_key: str, slug: str, signal: str = "") -> Response:
    """Take /ping/<ping key>/<slug>, alone or with what may follow a uuid."""
    return _answer(lambda: find_by_slug(house().checks, house().projects, ping_key=ping_key, slug=slug), signal)


def unknown(rest: str = "") -> Response:
    """Any other path below /ping/: not a web page, a program is listening."""
    return _text("not found", 404)


def _answer(find: Callable[[], str], signal: str) -> Response:
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return _preflight()
    try:
        return _record(find(), signal)
    except UnknownCheck:
        return _text("not found", 404)
    except AmbiguousSlug:
        return _text("ambiguous slug", 409)
    except (InvalidSlug, InvalidExitStatus):
        return _text("invalid url format", 400)
    except InvalidRid:
        return _text("invalid uuid format", 400)
    except Busy:
        return _text("busy, try again", 503, {"Retry-After": "1"})


def _record(check_id: str, signal: str) -> Response:
    """An unknown check comes before a malformed request: then, and only then, it is looked for first."""
    try:
        exit_status = parse_exit_status(signal) if signal.isdigit() else None
        rids = request.args.getlist("rid")
        rid = parse_rid(rids[-1]) if rids else None
    except ValueError:
        if house().checks.get(check_id) is None:
            raise UnknownCheck(check_id) from None
        raise
    record_ping(
        house().checks,
        check_id=check_id,
        kind=_KINDS.get(signal, Kind.SUCCESS),
        now=house().clock(),
        source=Source(request.scheme, request.method, request.remote_addr or "", request.headers.get("User-Agent", "")),
        rid=rid,
        exit_status=exit_status,
        body=_read_body(house().settings.ping_body_limit),
    )
    return _text("OK", 200, _recorded_headers(house().settings.ping_body_limit))


def _read_body(limit: int) -> bytes:
    """The first `limit` bytes as they came, whatever type the client calls them."""
    if not (request.content_length or "Transfer-Encoding" in request.headers):
        return b""
    request.max_content_length = maxsize  # The app's own limit is for forms.
    body = bytearray()
    drained = 0
    while drained < MAX_DRAIN and (chunk := request.stream.read(_CHUNK)):
        body += chunk[: limit - len(body)]
        drained += len(chunk)
    return bytes(body)


def _preflight() -> Response:
    """A browser asks whether a page may ping; the question is not a ping."""
    headers = {"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT", "Access-Control-Allow-Headers": "*"}
    return _text("", 204, {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "600"} | headers)


def _recorded_headers(limit: int) -> dict[str, str]:
    return {"Access-Control-Allow-Origin": "*", "Ping-Body-Limit": str(limit)}


def _text(body: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(body, status, headers, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = NEVER_CACHE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

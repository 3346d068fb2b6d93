"""The ping URL: what jobs call. No session, no template, nothing between the request and `record_ping`.

Paths, methods, texts and headers are the Healthchecks protocol's, sections 1.1 to 1.4 and 1.9.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Flask, Response, request
from werkzeug.routing import Rule

from handlers.current import house
from handlers.ping_request import Said, asked, read_request
from tocsin.domain.ping import InvalidExitStatus, InvalidRid
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.find_check import AmbiguousSlug, InvalidSlug, VacantSlug, find_by_slug
from tocsin.services.record_ping import record_ping

NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"


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
    """Take /ping/<uuid>, alone or with /start, /fail, /log, /keepalive or /<exit status>."""
    return _answer(lambda: _ping(check_id, signal))


def by_slug(ping_key: str, slug: str, signal: str = "") -> Response:
    """Take /ping/<ping key>/<slug>, alone or with what may follow a uuid; ?create=1 makes the check if need be."""
    return _answer(lambda: _ping_by_slug(ping_key, slug, signal))


def unknown(rest: str = "") -> Response:
    """Any other path below /ping/: not a web page, a program is listening."""
    return _text("not found", 404)


def _answer(ping: Callable[[], Response]) -> Response:
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        return _preflight()
    try:
        return ping()
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


def _ping(check_id: str, signal: str) -> Response:
    """An unknown check comes before a malformed request: then, and only then, it is looked for first."""
    try:
        said = _said(signal)
    except ValueError:
        if house().checks.get(check_id) is None:
            raise UnknownCheck(check_id) from None
        raise
    return _record(check_id, said)


def _ping_by_slug(ping_key: str, slug: str, signal: str) -> Response:
    try:
        check_id = find_by_slug(house().checks, house().projects, ping_key=ping_key, slug=slug)
    except VacantSlug as vacant:
        if asked().get("create") != "1":
            raise
        return _ping_new(vacant, signal)
    return _ping(check_id, signal)


def _ping_new(vacant: VacantSlug, signal: str) -> Response:
    """Make the check with its first ping, unless anything about the request is wrong."""
    # Imported here: a check is made once, and pinged for years by processes that need none of this.
    from tocsin.services.provision import InvalidParameter, provision

    said = _said(signal)
    try:
        check_id, made = provision(
            house().checks,
            house().channels,
            project=vacant.project,
            slug=vacant.slug,
            asked=asked(),
            now=house().clock(),
        )
    except InvalidParameter as refusal:
        return _text(str(refusal), 400)
    return _record(check_id, said, made=made)


def _said(signal: str) -> Said:
    return read_request(signal, body_limit=house().settings.ping_body_limit)


def _record(check_id: str, said: Said, *, made: bool = False) -> Response:
    record_ping(
        house().checks,
        check_id=check_id,
        kind=said.kind,
        now=house().clock(),
        source=said.source,
        rid=said.rid,
        exit_status=said.exit_status,
        body=said.body,
    )
    headers = {"Access-Control-Allow-Origin": "*", "Ping-Body-Limit": str(house().settings.ping_body_limit)}
    return _text("Created", 201, headers) if made else _text("OK", 200, headers)


def _preflight() -> Response:
    """A browser asks whether a page may ping; the question is not a ping."""
    headers = {"Access-Control-Allow-Methods": "GET, HEAD, POST, PUT", "Access-Control-Allow-Headers": "*"}
    return _text("", 204, {"Access-Control-Allow-Origin": "*", "Access-Control-Max-Age": "600"} | headers)


def _text(body: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    response = Response(body, status, headers, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = NEVER_CACHE
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

"""The page of a project that Prometheus reads, opened by a read-only API key (protocol 4.3).

What it takes is imported when it is asked for: processes that only take pings never need it.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Flask, Response, request
from werkzeug.routing import Rule

from handlers.current import house

_KEY_LENGTH = 32
_PAGES = {
    "prometheus.by_header": ("/projects/<id:project_id>/metrics/",),
    "prometheus.by_path": (
        "/projects/<id:project_id>/metrics/<path:key>",
        "/projects/<id:project_id>/checks/metrics/<path:key>",
    ),
}


def register(app: Flask) -> None:
    for endpoint, paths in _PAGES.items():
        app.view_functions[endpoint] = page
        for path in paths:
            app.url_map.add(Rule(path, endpoint=endpoint, strict_slashes=False))


def page(project_id: str, key: str | None = None) -> Response:
    """Serve the project that the key opens, whatever the path calls it, as the protocol has it."""
    if not house().settings.prometheus:
        return _text("not found", 404)
    if request.method not in ("GET", "HEAD"):
        return _text("", 405, {"Allow": "GET, HEAD"})
    key = _bearer() if key is None else key
    if key is None:
        sentence = "Send a read-only API key of the project: Authorization: Bearer <key>."
        return _text(sentence, 401, {"WWW-Authenticate": "Bearer"})
    if len(key) != _KEY_LENGTH:
        return _text(f"An API key has {_KEY_LENGTH} characters.", 400)
    return _metrics(key)


def _bearer() -> str | None:
    """The key in the Authorization header; None where there is none, or another scheme."""
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() or None if scheme.lower() == "bearer" else None


def _metrics(key: str) -> Response:
    from tocsin.services.keys import open_with
    from tocsin.services.prometheus import CONTENT_TYPE, metrics_page
    from tocsin.stores.keys import KeyKind

    opened = open_with(house().keys, key, secret_key=house().settings.secret_key)
    if opened is None or opened.kind is not KeyKind.READ_ONLY:
        return _text("This is no read-only API key of a project.", 403)
    body = metrics_page(house().checks.listing(opened.owner), house().clock())
    return _text(body, content_type=CONTENT_TYPE)


def _text(
    body: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    *,
    content_type: str = "text/plain; charset=utf-8",
) -> Response:
    response = Response(body, status, headers, content_type=content_type)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response

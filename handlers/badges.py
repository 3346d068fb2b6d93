"""Badges for pages of others: the status of a check, of a tag, of a whole project (protocol 4.1 and 4.2).

What a badge takes is imported when the first one is asked for: processes that only take pings never need it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.routing import Rule

from handlers.current import house
from handlers.ping import NEVER_CACHE

if TYPE_CHECKING:
    from tocsin.services.badges import Badge

_FORMAT = r"\.(?P<format>svg|json|shields)"
_SIGNATURE = r"(?P<signature>[-\w]{8})(?P<states>[-\w]*)"
_TAG = re.compile(rf"(?P<key>[-\w]+)/{_SIGNATURE}(?:/(?P<tag>.+))?{_FORMAT}", re.ASCII | re.DOTALL)
_CHECK = re.compile(rf"(?P<states>[0-9]+)/(?P<key>[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}){_FORMAT}")
_COLORS = {"up": "success", "late": "important", "down": "critical"}
"""As shields.io names them."""
_HEADERS = {
    "Cache-Control": NEVER_CACHE,
    "X-Content-Type-Options": "nosniff",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "X-Api-Key",
    "Access-Control-Allow-Methods": "GET, OPTIONS",
    "Access-Control-Max-Age": "600",
}


def register(app: Flask) -> None:
    """Take every path below /badge/ and /b/, by any method."""
    for endpoint, view, root in (("badges.of_tag", of_tag, "/badge/"), ("badges.of_check", of_check, "/b/")):
        app.view_functions[endpoint] = view
        for path in (root, f"{root}<path:rest>"):
            app.url_map.add(Rule(path, endpoint=endpoint, strict_slashes=False))


def of_tag(rest: str = "") -> Response:
    """Take /badge/<badge key>/<signature>/<tag>.<format>; without a tag it is the whole project's."""
    return _answer(_TAG.fullmatch(rest), _find_by_tag)


def of_check(rest: str = "") -> Response:
    """Take /b/<number of states>/<badge key>.<format>."""
    return _answer(_CHECK.fullmatch(rest), _find_by_check)


def _answer(path: re.Match[str] | None, find: Callable[[re.Match[str]], Badge | None]) -> Response:
    if request.method == "OPTIONS":
        return _response("", 204)
    if request.method not in ("GET", "HEAD"):
        response = _response("", 405)
        response.headers["Allow"] = "GET, HEAD, OPTIONS"
        return response
    badge = find(path) if path else None
    return _shown(badge, path["format"]) if path and badge else _response("not found", 404)


def _find_by_tag(path: re.Match[str]) -> Badge | None:
    from tocsin.services.badges import TWO_STATES, WHOLE_PROJECT, signed_tag, tag_badge

    settings, key = house().settings, path["key"]
    tag = signed_tag(key, path["tag"] or WHOLE_PROJECT, path["signature"], settings.secret_key)
    if tag is None:
        return None
    return tag_badge(
        house().checks,
        house().projects,
        badge_key=key,
        tag=tag,
        label=settings.badge_label if tag == WHOLE_PROJECT else tag,
        three_states=path["states"] != TWO_STATES,
        now=house().clock(),
    )


def _find_by_check(path: re.Match[str]) -> Badge | None:
    from tocsin.services.badges import check_badge

    three_states = path["states"].lstrip("0") == "3"
    return check_badge(house().checks, badge_key=path["key"], three_states=three_states, now=house().clock())


def _shown(badge: Badge, format_: str) -> Response:
    if format_ == "svg":
        return _picture(badge)
    if format_ == "json":
        return _json(status=badge.standing, total=badge.total, grace=badge.grace, down=badge.down)
    return _json(schemaVersion=1, label=badge.label, message=badge.standing, color=_COLORS[badge.standing])


def _picture(badge: Badge) -> Response:
    from handlers.badge_svg import draw

    response = _response(draw(badge.label, badge.standing.value), content_type="image/svg+xml")
    # Opened by itself it is a document of this site: it may do nothing at all.
    response.headers["Content-Security-Policy"] = "default-src 'none'"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _json(**facts: str | int) -> Response:
    return _response(json.dumps(facts), content_type="application/json")


def _response(body: str, status: int = 200, *, content_type: str = "text/plain; charset=utf-8") -> Response:
    return Response(body, status, _HEADERS, content_type=content_type)

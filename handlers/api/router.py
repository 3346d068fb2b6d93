"""From a request below /api/ to a view and back: routing, CORS, keys and refusals, alike for every route."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from threading import Lock
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from flask import Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound, RequestEntityTooLarge
from werkzeug.routing import Map, MapAdapter, RequestRedirect, Rule

from handlers.api import classic, v4
from handlers.api.document import routes as document
from handlers.api.manner import Manner
from handlers.api.refusals import Refusal, translated
from handlers.api.route import Call, Route
from handlers.converters import CONVERTERS

FACES: tuple[tuple[str, Manner, tuple[Route, ...]], ...] = (
    ("/api/<any(v1,v2,v3):version>", classic.MANNER, classic.ROUTES),
    ("/api/<any(v4):version>", v4.MANNER, v4.ROUTES),
    ("/api", classic.MANNER, document.ROUTES),
)
"""Each with what its paths begin with."""
_MAPPING = Lock()
"""Held while the map is made: Python 3.11 stumbles over threads that compile its rules at the same time."""


def serve() -> Response:
    """Answer the request under way."""
    with _MAPPING:
        adapter = _map().bind_to_environ(request.environ)
    manner = v4.MANNER if f"{request.path}/".startswith("/api/v4/") else classic.MANNER
    try:
        route, values = adapter.match()
        response = _call(manner, route, values)
    except RequestRedirect as moved:
        response = _moved(moved.new_url)
    except MethodNotAllowed:
        response = _other_method(manner, adapter)
    except NotFound:
        response = manner.refuse(Refusal(404, "There is nothing at this address."))
    return _guarded(manner.with_cors(response, adapter.allowed_methods()))


def _guarded(response: Response) -> Response:
    """Most answers hold secrets, and no cache knows that X-Api-Key is one. What a job sent is taken for no page."""
    kept = "private, no-cache" if "ETag" in response.headers else "no-store"
    response.headers.setdefault("Cache-Control", kept)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _call(manner: Manner, route: Route, values: Mapping[str, Any]) -> Response:
    try:
        with translated():
            sent, caller = manner.admit(route)
            return route.view(Call(int(values.get("version", "v0").removeprefix("v")), values, caller, sent))
    except Refusal as refusal:
        return manner.refuse(refusal)
    except RequestEntityTooLarge:
        return manner.refuse(Refusal(413, "The body is too large."))


def _other_method(manner: Manner, adapter: MapAdapter) -> Response:
    if request.method == "OPTIONS":
        return Response(status=204)
    allowed = ", ".join(adapter.allowed_methods())
    return manner.refuse(Refusal(405, f"This address takes {allowed}.", headers={"Allow": allowed}))


def _moved(url: str) -> Response:
    """Point to the address with its slash. What has a body keeps it on the way.

    Without scheme and host: what stands in front of us may speak HTTPS, and a key must not go without.
    """
    code = 301 if request.method in ("GET", "HEAD") else 308
    place = urlsplit(url)
    location = urlunsplit(("", "", place.path, place.query, ""))
    return Response(status=code, headers={"Location": location, "Access-Control-Allow-Origin": "*"})


@cache
def _map() -> Map:
    rules = [
        Rule(prefix + route.path, endpoint=route, methods=route.methods)
        for prefix, _, routes in FACES
        for route in routes
    ]
    return Map(rules, converters=CONVERTERS, merge_slashes=False)

"""In what the old versions of the API and the new one differ, on every route alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec
from flask import Response, request
from msgspec import Struct

from handlers.api.caller import Caller
from handlers.api.refusals import Refusal
from handlers.api.route import Route

MAX_BODY = 1024 * 1024
"""Bytes of a request's JSON."""


class Manner(Struct, frozen=True):
    admit: Callable[[Route], tuple[object, Caller | None]]
    """The body as sent, and who calls. Raises Refusal."""
    refuse: Callable[[Refusal], Response]
    allowed_headers: str
    """Headers that pages of other sites may send."""
    exposed_headers: str = ""
    """And those that they may read."""

    def with_cors(self, response: Response, methods: Iterable[str]) -> Response:
        """Let pages of other sites call: the key is a header, so no cookie gives anybody away (protocol 3.1)."""
        allowed = [method for method in ("GET", "POST", "PUT", "PATCH", "DELETE") if method in set(methods)]
        if allowed:
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Access-Control-Allow-Headers"] = self.allowed_headers
            response.headers["Access-Control-Allow-Methods"] = ", ".join([*allowed, "OPTIONS"])
            response.headers["Access-Control-Max-Age"] = "600"
            if self.exposed_headers:
                response.headers["Access-Control-Expose-Headers"] = self.exposed_headers
        return response


def json_body(limit: int = MAX_BODY) -> object:
    """The request's JSON; an empty body is an empty object. Raises ValueError for what is no JSON in UTF-8."""
    request.max_content_length = limit
    if not request.headers.get("Content-Length", "0").isdecimal():
        raise ValueError("its Content-Length is no number")
    raw = request.get_data(cache=True)
    try:
        return msgspec.json.decode(raw) if raw else {}
    except RecursionError:
        raise ValueError("nested too deeply") from None

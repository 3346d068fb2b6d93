"""Whether the site works."""

from __future__ import annotations

from flask import Response

from handlers.api.route import Answer, Call, Needs, Route
from handlers.current import house


def status(call: Call) -> Response:
    """Say OK once the store has answered. Raises StoreUnavailable."""
    house().accounts.any()
    return Response("OK", content_type="text/plain; charset=utf-8")


ROUTES = (
    Route(
        None,
        "/status/",
        status,
        Needs.NOTHING,
        "Ask whether the site and its store work",
        {200: Answer("`OK`", media="text/plain")},
    ),
)

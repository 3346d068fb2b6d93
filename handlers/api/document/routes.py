"""Where the document is."""

from __future__ import annotations

from typing import Any

from flask import Response

from handlers.api.route import Answer, Call, Needs, Route


def document(_: Call) -> Response:
    # It is large, and asked for rarely: nobody else waits for what makes it.
    from handlers.api.document.serving import serve

    return serve()


_KEPT = Answer("`If-None-Match` names what would be answered.", headers=("ETag",))

ROUTES = (
    Route(
        ("GET",),
        "/openapi.json",
        document,
        Needs.NOTHING,
        "Fetch this document",
        {200: Answer("The document.", dict[str, Any], headers=("ETag",)), 304: _KEPT},
    ),
)

"""Answers for trouble that no view can mend: the store is out of reach, or the fault is ours."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from tocsin.logs import request_id
from tocsin.stores.table import StoreUnavailable

if TYPE_CHECKING:
    from flask import Flask, Response
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import InternalServerError

UNAVAILABLE = "temporarily unavailable, try again\n"

_log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    from werkzeug.exceptions import InternalServerError

    app.register_error_handler(StoreUnavailable, _unavailable)
    app.register_error_handler(InternalServerError, _broken)


def log_unavailable(error: StoreUnavailable) -> None:
    _log.error("The store is unavailable: %s", error)


def _unavailable(error: StoreUnavailable) -> Response:
    """The sentence is the operator's, and goes to the log; callers are told to try again."""
    log_unavailable(error)
    headers = {"Retry-After": "30", "Cache-Control": "no-store"}
    return _plain(UNAVAILABLE, 503, headers)


def _broken(error: InternalServerError) -> ResponseReturnValue:
    """Callers are told what the log calls their request, and nothing else of what happened."""
    # Pages know this module, and are not everybody's.
    from handlers.web.errors import trouble_page
    from handlers.web.security import for_people

    if for_people():
        known = request_id.get()
        return trouble_page(500, note=f"In the log the request is {known}." if known else "")
    return _plain(broken_words(request_id.get()), 500)


def broken_words(known: str | None) -> str:
    """What a program is told of a fault that is ours, and what the log calls its request, if it calls it anything."""
    return f"internal server error, request id {known}\n" if known else "internal server error\n"


def log_broken() -> str:
    """Log the exception under way; returns what to tell the caller."""
    _log.exception("A request failed")
    return broken_words(request_id.get())


def _plain(text: str, status: int, headers: dict[str, str] | None = None) -> Response:
    from flask import Response

    return Response(text, status, headers, content_type="text/plain; charset=utf-8")

"""Answers for trouble that no view can mend: the store is out of reach."""

from __future__ import annotations

import logging

from flask import Flask, Response

from tocsin.stores.table import StoreUnavailable

_log = logging.getLogger(__name__)


def register(app: Flask) -> None:
    app.register_error_handler(StoreUnavailable, _unavailable)


def log_unavailable(error: StoreUnavailable) -> None:
    _log.error("The store is unavailable: %s", error)


def _unavailable(error: StoreUnavailable) -> Response:
    """The sentence is the operator's, and goes to the log; callers are told to try again."""
    log_unavailable(error)
    headers = {"Retry-After": "30", "Cache-Control": "no-store"}
    return Response("temporarily unavailable, try again\n", 503, headers, content_type="text/plain; charset=utf-8")

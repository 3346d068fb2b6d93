"""The management API: JSON for programs, below /api/.

It routes by itself: nothing of it is imported before the first call comes, and processes that only take pings, or a
Lambda function that starts for one, never wait for it.
"""

from __future__ import annotations

from flask import Flask, Response
from werkzeug.routing import Rule

PREFIX = "/api/"


def register(app: Flask) -> None:
    """Take every path below /api/, by any method; /api/ itself is a page (handlers/web/manual.py)."""
    app.view_functions["api"] = _serve
    app.url_map.add(Rule(f"{PREFIX}<rest:rest>", endpoint="api", strict_slashes=False))


def _serve(rest: str) -> Response:
    from handlers.api.router import serve

    return serve()

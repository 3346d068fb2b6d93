"""What guards the pages: the session cookie, CSRF tokens, and headers that tell the browser what not to do."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, request

from handlers.current import house
from handlers.web.session import PageSessions
from tocsin.services.sessions import IDLE

_POLICY = "; ".join(
    ["default-src 'none'"]
    + [f"{kind}-src 'self'" for kind in ("script", "style", "img", "font", "connect", "manifest")]
    + ["form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"]
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_FOR_EVER = "public, max-age=31536000, immutable"
_PROGRAMS = ("ping/", "api/", "badge/", "b/")
"""Where programs call: they get no pages, whatever goes wrong."""


def register(app: Flask) -> None:
    https = app.extensions["tocsin"].settings.https
    app.config.update(
        # The prefix makes browsers refuse such a cookie from a sister domain or over plain HTTP.
        SESSION_COOKIE_NAME="__Host-tocsin" if https else "tocsin",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=IDLE,
        # Or every answer would set the cookie anew: files that caches may keep, and polls that outlive a sign-out.
        SESSION_REFRESH_EACH_REQUEST=False,
        # What CSRFProtect.init_app would set. It would also import the forms, in processes that only take pings.
        WTF_CSRF_METHODS={"POST", "PUT", "PATCH", "DELETE"},
        WTF_CSRF_FIELD_NAME="csrf_token",
        WTF_CSRF_HEADERS=["X-CSRFToken", "X-CSRF-Token"],
        # A token lives as long as its session: a page may stay open for days.
        WTF_CSRF_TIME_LIMIT=None,
        # Behind a gateway the host that a browser names and the one that we see differ; the token is what counts.
        WTF_CSRF_SSL_STRICT=False,
    )
    app.session_interface = PageSessions()
    app.url_defaults(_add_content_hash)
    app.after_request(_guard)


def check_csrf() -> None:
    """Raises flask_wtf.csrf.CSRFError."""
    from flask_wtf.csrf import CSRFProtect

    CSRFProtect().protect()


def for_people() -> bool:
    """Whether the request under way is for a page, or for something that pages load."""
    return request.blueprint == "web" or (
        request.blueprint is None and not request.path.lstrip("/").startswith(_PROGRAMS)
    )


def _guard(response: Response) -> Response:
    if not for_people():
        return response
    for name, value in _HEADERS.items():
        response.headers.setdefault(name, value)
    if house().settings.https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = _static_caching()
    else:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _static_caching() -> str:
    name = str((request.view_args or {}).get("filename"))
    asked = request.args.get("v")
    return _FOR_EVER if asked and asked == _content_hash(_static_file(name)) else "no-cache"


def _add_content_hash(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static":
        values["v"] = _content_hash(_static_file(str(values["filename"])))


def _static_file(name: str) -> Path:
    return Path(str(current_app.static_folder)) / name


def _content_hash(path: Path) -> str | None:
    """None for what is not there."""
    try:
        return _hash_of(path, path.stat().st_mtime_ns)
    except OSError:
        return None


@cache
def _hash_of(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]

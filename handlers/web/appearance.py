"""Light, dark, or as the computer has it: chosen for one browser, and kept in a cookie of its own.

The server writes the choice into each page, so that no page shows in the wrong colours before a script has run. It
belongs to the browser rather than the account: the screen on the wall may be dark while the desk is light.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.session import safe_next

COOKIE = "tocsin-theme"
_KEPT = timedelta(days=365)


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


def theme() -> Theme:
    """What this browser chose. Whatever else the cookie says counts as no choice."""
    try:
        return Theme(request.cookies.get(COOKIE, Theme.SYSTEM))
    except ValueError:
        return Theme.SYSTEM


def page() -> ResponseReturnValue:
    if request.method != "POST":
        return render_template("appearance.html", chosen=theme())
    try:
        chosen = Theme(request.form.get("theme", ""))
    except ValueError:
        return render_template("appearance.html", chosen=theme(), error="Choose one of the three."), 422
    back = safe_next(request.form.get("next", "")) or url_for("web.appearance")
    return _remembering(chosen, make_response(redirect(back)))


def _remembering(chosen: Theme, response: Response) -> Response:
    if chosen is Theme.SYSTEM:
        response.delete_cookie(COOKIE)
    else:
        secure = house().settings.https
        response.set_cookie(COOKIE, chosen, max_age=_KEPT, httponly=True, samesite="Lax", secure=secure)
    return response

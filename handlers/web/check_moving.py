"""Moving a check to another project of one's own."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import Shown, check_or_404, project_or_404
from handlers.web.need import Need
from handlers.web.session import actor
from tocsin.services.moving import move_check
from tocsin.services.projects import UnknownProject

_NOWHERE = "Choose the project that it is to go to."
_GONE = "There is no such project any more."


def move(check_id: str) -> ResponseReturnValue:
    """GET asks where to, POST does."""
    shown = check_or_404(check_id)
    if request.method != "POST":
        return _page(shown)
    to = request.form.get("project", "")
    if not to:
        return _page(shown, problem=_NOWHERE)
    project = project_or_404(to, Need.WORK)
    try:
        move_check(house().checks, house().projects, check_id=check_id, to=to, by=actor(), now=house().clock())
    except UnknownProject:
        return _page(shown, problem=_GONE)
    flash(f"It belongs to “{project.name}” now, and tells all channels there.")
    return redirect(url_for("web.check", check_id=check_id))


def _page(shown: Shown, problem: str = "") -> ResponseReturnValue:
    page = render_template("check_move.html", check=shown, project=shown.project, problem=problem)
    return page, 422 if problem else 200

"""Projects: how each is doing, and a new one."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.check_rows import list_fingerprint
from handlers.web.entrance import open_project
from handlers.web.entrance_forms import ProjectForm
from handlers.web.sending import sent
from handlers.web.session import the_user
from tocsin.domain.check import Status
from tocsin.services.overview import overview as overview_of
from tocsin.services.projects import InvalidProject


def overview() -> ResponseReturnValue:
    """The page, or what moves of it: nothing, with 204, if it is as it was `seen`."""
    projects, now = house().projects.of_user(the_user().id), house().clock()
    states = house().checks.states_by_project(project.id for project in projects)
    seen = list_fingerprint((stored for each in states.values() for stored in each), now)
    if request.args.get("seen") == seen:
        return "", 204
    standings = overview_of(house().checks, projects, states, now=now)
    down = sum(one.counts[Status.DOWN] for one in standings)
    facts = {"standings": standings, "seen": seen, "down": down, "now": now}
    if "seen" in request.args:
        return render_template("projects_live.html", **facts)
    return render_template("projects.html", form=ProjectForm(), **facts)


def add() -> ResponseReturnValue:
    form = ProjectForm(sent())
    if request.method == "POST" and form.validate():
        try:
            made = open_project(the_user(), form.name.data or "")
        except InvalidProject as refusal:
            form.take({"name": str(refusal)})
        else:
            return redirect(url_for("web.checks", project_id=made))
    return render_template("project_form.html", form=form), 422 if form.errors else 200

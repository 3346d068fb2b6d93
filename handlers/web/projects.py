"""Projects: a list to choose from, and a new one."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.entrance import open_project
from handlers.web.entrance_forms import ProjectForm
from handlers.web.sending import sent
from handlers.web.session import the_user
from tocsin.services.projects import InvalidProject


def overview() -> ResponseReturnValue:
    return render_template("projects.html", projects=house().projects.of_user(the_user().id), form=ProjectForm())


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

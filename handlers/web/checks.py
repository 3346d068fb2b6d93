"""The list of a project's checks."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.check_query import SORTS, Asked
from handlers.web.check_rows import Listing, list_fingerprint, listing
from handlers.web.undoing import undo_offered
from tocsin.stores.projects import Project


def page(project_id: str) -> ResponseReturnValue:
    """Checks of one `status`, and with some `tag`s; those without the words of `q` are there, but hidden."""
    project = project_or_404(project_id)
    pairs = house().checks.listing(project.id)
    found = listing(pairs, now=house().clock(), asked=Asked.of(request.args))
    return render_template("checks.html", whole=True, undo=undo_offered(project.id), **_facts(project, found))


def live(project_id: str) -> ResponseReturnValue:
    """The list anew, or 204 if it is as it was `seen`: that takes half the reading."""
    project, checks, now = project_or_404(project_id), house().checks, house().clock()
    states = checks.states(project.id)
    if request.args.get("seen") == list_fingerprint(states, now):
        return "", 204
    found = listing(checks.described(states), now=now, asked=Asked.of(request.args))
    return render_template("checks_live.html", **_facts(project, found))


def _facts(project: Project, found: Listing) -> dict[str, object]:
    return {
        "project": project,
        "listing": found,
        "asked": found.asked,
        "channels": house().channels.of_project(project.id) if found.total else [],
        "sorts": SORTS,
    }

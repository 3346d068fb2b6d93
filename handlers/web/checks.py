"""The list of a project's checks, and adding one."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import project_or_404, site_root
from handlers.web.check_form import CheckForm, blank_values
from handlers.web.check_rows import Listing
from handlers.web.check_rows import listing as listing_of
from handlers.web.sending import sent
from tocsin.services.checks import InvalidCheck, create_check
from tocsin.stores.projects import Project


def listing(project_id: str) -> ResponseReturnValue:
    """Checks of one `status`, if one is asked for; those without the words of `q` are there, but hidden."""
    project = project_or_404(project_id)
    return render_template("checks.html", project=project, listing=_listing(project), root=site_root())


def live(project_id: str) -> ResponseReturnValue:
    """The list anew, or 204 if it is as it was `seen`."""
    project = project_or_404(project_id)
    listing = _listing(project)
    if request.args.get("seen") == listing.fingerprint:
        return "", 204
    return render_template("checks_live.html", project=project, listing=listing, root=site_root())


def add(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    channels = house().channels.of_project(project_id)
    form = CheckForm(sent(), data=blank_values(channels))
    form.offer(channels)
    if request.method == "POST" and form.validate() and (made := _create(project, form)):
        flash("The check is made. It wakes up with its first ping.")
        return redirect(url_for("web.check", check_id=made))
    answer = render_template("check_form.html", project=project, form=form, channels=channels)
    return answer, 422 if form.errors else 200


def _listing(project: Project) -> Listing:
    pairs = house().checks.listing(project.id)
    asked = request.args
    return listing_of(pairs, now=house().clock(), status=asked.get("status", ""), text=asked.get("q", ""))


def _create(project: Project, form: CheckForm) -> str | None:
    try:
        return create_check(house().checks, project=project.id, wishes=form.wishes(), now=house().clock())
    except InvalidCheck as refusal:
        form.take(refusal.errors)
        return None

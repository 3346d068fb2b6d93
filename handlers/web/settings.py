"""The settings of a project: name and logs, its ping key, and its end."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house, ping_urls
from handlers.web.access import project_or_404
from handlers.web.sending import sent
from handlers.web.session import actor, the_user
from handlers.web.settings_forms import DeletionForm, SettingsForm, number_or_none, settings_values
from tocsin.services import project_settings as service
from tocsin.services.projects import delete_project
from tocsin.services.retention import MAX_COUNT
from tocsin.settings import MAX_LOG_DAYS
from tocsin.stores.projects import Project


def page(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    form = SettingsForm(sent(), data=settings_values(project))
    if request.method == "POST" and form.validate() and _save(project, form):
        flash("Saved.")
        return redirect(url_for("web.settings", project_id=project.id))
    bounds = {"max_days": MAX_LOG_DAYS, "max_count": MAX_COUNT, "site_days": house().settings.log_age.days}
    shown = render_template("settings.html", project=project, form=form, root=ping_urls(), **bounds)
    return shown, 422 if form.errors else 200


def renew_key(project_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    project = project_or_404(project_id)
    if request.method != "POST":
        slugs = [info for _, info in house().checks.listing(project.id) if info.slug]
        return render_template("ping_key_renew.html", project=project, root=ping_urls(), slugs=slugs)
    service.renew_ping_key(house().projects, project=project.id, by=actor(), now=house().clock())
    flash("The ping key is a new one. What calls by the old one is answered “not found” from now on.")
    return redirect(url_for("web.settings", project_id=project.id))


def delete(project_id: str) -> ResponseReturnValue:
    """GET asks, POST does, if its name was typed."""
    project = project_or_404(project_id)
    form = DeletionForm(sent(), project=project)
    if request.method == "POST" and form.validate():
        rooms = (house().checks, house().channels, house().projects, house().keys)
        delete_project(*rooms, project=project.id, owner=the_user().id, by=actor(), now=house().clock())
        flash(f"“{project.name}” is deleted, with all that was in it.")
        return redirect(url_for("web.projects"))
    found = {
        "checks": len(house().checks.listing(project.id)),
        "channels": len(house().channels.of_project(project.id)),
        "people": len(house().members.of_project(project.id)),
    }
    shown = render_template("project_delete.html", project=project, form=form, **found)
    return shown, 422 if form.errors else 200


def _save(project: Project, form: SettingsForm) -> bool:
    try:
        service.save_settings(
            house().checks,
            house().projects,
            project=project.id,
            name=form.name.data or "",
            log_days=number_or_none(form.log_days),
            log_count=number_or_none(form.log_count),
            by=actor(),
            now=house().clock(),
        )
    except service.InvalidSettings as refusal:
        form.take(refusal.errors)
    return not form.errors

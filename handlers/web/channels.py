"""The channels of a project: hang up, edit, try out, take down."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web.access import channel_or_404, project_or_404
from handlers.web.channel_forms import PLACEHOLDERS, ChannelForm, form_class
from handlers.web.sending import sent
from handlers.web.session import actor
from handlers.web.webhook_recipes import RECIPES, Recipe
from tocsin.channels.port import InvalidConfig
from tocsin.services import channels as service
from tocsin.stores.channels import StoredChannel
from tocsin.stores.projects import Project


def listing(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    channels = house().channels.of_project(project_id)
    told = [info.channels for _, info in house().checks.listing(project_id)]
    return render_template(
        "channels.html",
        project=project,
        channels=channels,
        kinds=house().kinds,
        recipes=RECIPES,
        total=len(told),
        rung={channel.id: sum(channel.id in ids for ids in told) for channel in channels},
    )


def add(project_id: str, kind: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    if kind not in house().kinds:
        abort(404)
    recipe = RECIPES.get(request.args.get("like", "")) if kind == "webhook" else None
    form = form_class(kind)(sent(), data=recipe.values() if recipe else None)
    if request.method == "POST" and form.validate() and _create(project, kind, form):
        flash("The channel is up: every check of the project rings it. Send a test to be sure.")
        return _back(project_id)
    return _form_page(project, kind, form, recipe=recipe)


def edit(project_id: str, channel_id: str) -> ResponseReturnValue:
    project, channel = channel_or_404(project_id, channel_id)
    if channel.kind not in house().kinds:
        abort(404)
    forms = form_class(channel.kind)
    form = forms(sent(), data=forms.values_of(channel.name, channel.config))
    if request.method == "POST" and form.validate() and _save(channel, form):
        flash("Saved. Send a test to be sure.")
        return _back(project_id)
    return _form_page(project, channel.kind, form, channel)


def test(project_id: str, channel_id: str) -> ResponseReturnValue:
    project, channel = channel_or_404(project_id, channel_id)
    if channel.kind not in house().kinds:
        abort(404)
    problem = service.test_channel(
        house().channels,
        house().kinds,
        house().notices,
        channel=channel,
        project=project,
        by=actor(),
        now=house().clock(),
    )
    if problem:
        flash(f"The test was not delivered. {problem}", "error")
    else:
        flash("The test is sent.")
    return _back(project_id)


def delete(project_id: str, channel_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    project, channel = channel_or_404(project_id, channel_id)
    if request.method != "POST":
        return render_template("channel_delete.html", project=project, channel=channel, kinds=house().kinds)
    service.delete_channel(house().channels, channel=channel, by=actor(), now=house().clock())
    flash("The channel is deleted.")
    return _back(project_id)


def _back(project_id: str) -> Response:
    return redirect(url_for("web.channels", project_id=project_id))


def _form_page(
    project: Project,
    kind: str,
    form: ChannelForm,
    channel: StoredChannel | None = None,
    recipe: Recipe | None = None,
) -> ResponseReturnValue:
    page = render_template(
        "channel_form.html",
        project=project,
        kind=house().kinds.get(kind),
        form=form,
        channel=channel,
        recipe=recipe,
        placeholders=PLACEHOLDERS,
    )
    return page, 422 if form.errors else 200


def _create(project: Project, kind: str, form: ChannelForm) -> bool:
    try:
        service.create_channel(
            house().checks,
            house().kinds,
            project=project.id,
            kind=kind,
            name=form.name.data or "",
            config=form.config(),
            by=actor(),
            now=house().clock(),
        )
    except InvalidConfig as refusal:
        form.take(refusal.errors)
    except service.TooManyChannels as refusal:
        form.form_errors.append(str(refusal))
    return not form.errors


def _save(channel: StoredChannel, form: ChannelForm) -> bool:
    try:
        service.edit_channel(
            house().channels,
            house().kinds,
            channel=channel,
            name=form.name.data or "",
            config=form.config(),
            by=actor(),
            now=house().clock(),
        )
    except InvalidConfig as refusal:
        form.take(refusal.errors)
    return not form.errors

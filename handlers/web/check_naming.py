"""A check renamed and tagged in its row of the list: answers with the row as it is then."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from handlers.current import house
from handlers.web.access import check_or_404
from handlers.web.check_query import Asked
from handlers.web.check_rows import Row
from handlers.web.session import actor
from tocsin.domain.visible import visible
from tocsin.services.checks import InvalidCheck, Wishes
from tocsin.services.revising import revise_check
from tocsin.stores.check_items import Info
from tocsin.stores.projects import Project


def rename(check_id: str) -> ResponseReturnValue:
    """What can't be is said in plain text, for beside the field."""
    shown = check_or_404(check_id)

    def revise(wishes: Wishes) -> Wishes:
        return replace(wishes, info=_typed_over(wishes.info))

    try:
        revise_check(house().checks, check_id=check_id, revise=revise, by=actor(), now=house().clock())
    except InvalidCheck as refusal:
        sentences = [f"{field.capitalize()}: {sentence}." for field, sentence in refusal.errors.items()]
        return " ".join(sentences), 422, {"Content-Type": "text/plain; charset=utf-8"}
    return _row(shown.project, check_id)


def _typed_over(info: Info) -> Info:
    """What was not sent stays as it is: others may have changed it since the row was read."""
    name, tags = request.form.get("name"), request.form.get("tags")
    info = info if name is None else replace(info, name=visible(name))
    return info if tags is None else replace(info, tags=visible(tags))


def _row(project: Project, check_id: str) -> ResponseReturnValue:
    found = house().checks.find(check_id)
    if found is None:
        return "", 404
    row = Row.of(*found, house().clock())
    channels = [channel.id for channel in house().channels.of_project(project.id)]
    return render_template("check_row.html", row=row, channels=channels, asked=Asked.of(request.args), shared=())

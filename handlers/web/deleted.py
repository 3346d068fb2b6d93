"""Deleted checks: what can be had back, and having it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.counting import counted
from handlers.web.failures import tell_failures
from handlers.web.session import actor
from tocsin.services.projects import UnknownProject
from tocsin.services.trash import Restored, restore_check, restore_deleted_at
from tocsin.stores import fields
from tocsin.stores.audit import Actor
from tocsin.stores.trash import IdTaken, NotInTrash, Trashed

_GONE = "It is not here any more: somebody has restored it already, or its 7 days are over."
_TAKEN = "There is a check with its ping URL again, so it can’t be restored."


class Deletion(Struct, frozen=True):
    """What one act deleted."""

    at: datetime
    by: Actor
    checks: Sequence[Trashed]

    @property
    def moment(self) -> int:
        """As forms send it back."""
        return fields.moment(self.at)


def page(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    there = house().trash.of_project(project_id, now=house().clock())
    deletions = [
        Deletion(at, by, list(checks)) for (at, by), checks in groupby(there, lambda one: (one.deleted, one.by))
    ]
    return render_template("deleted.html", project=project, deletions=deletions)


def restore(project_id: str) -> ResponseReturnValue:
    """One `check`, or all that went at the moment `deleted`."""
    project = project_or_404(project_id)
    try:
        if check_id := request.form.get("check"):
            _restore_one(project_id, check_id)
        else:
            _restore_all(project_id, _moment())
    except UnknownProject:
        abort(404)
    return redirect(url_for("web.checks", project_id=project.id))


def _restore_one(project_id: str, check_id: str) -> None:
    try:
        restore_check(house().checks, project=project_id, check_id=check_id, by=actor(), now=house().clock())
    except NotInTrash:
        flash(_GONE, "error")
    except IdTaken:
        flash(_TAKEN, "error")
    else:
        info = house().checks.info(check_id)
        flash(f"“{(info and info.name) or 'Unnamed check'}” is restored, and its ping URL works again.")


def _restore_all(project_id: str, deleted: datetime) -> None:
    done = restore_deleted_at(house().checks, project=project_id, deleted=deleted, by=actor(), now=house().clock())
    restored = [one for one in done if not one.error]
    if restored:
        flash(_restored(restored))
    elif not done:
        flash(_GONE, "error")
    tell_failures((one.name, one.error) for one in done if one.error)


def _restored(done: Sequence[Restored]) -> str:
    if len(done) == 1:
        return f"“{done[0].name or 'Unnamed check'}” is restored, and its ping URL works again."
    return f"{counted(len(done), 'check')} are restored, and their ping URLs work again."


def _moment() -> datetime:
    said = request.form.get("deleted", "")
    # Sixteen digits: up to the year 2286.
    return fields.moment_from(int(said)) if said.isascii() and said.isdigit() and len(said) <= 16 else abort(404)

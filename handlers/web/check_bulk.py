"""One act on the checks that are ticked in the list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from urllib.parse import parse_qsl

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from handlers.converters import is_id
from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.check_query import Asked
from handlers.web.counting import counted
from handlers.web.failures import tell_failures
from handlers.web.need import Need
from handlers.web.session import actor
from handlers.web.undoing import offer_undo
from tocsin.services.bulk import Act, Done, Order, act_on
from tocsin.stores.projects import Project

MOST = 500
"""So many take a Lambda function half of the time that it has."""


class CantBe(ValueError):
    """What was asked for makes no sense: a sentence for whoever asked."""


def act(project_id: str) -> ResponseReturnValue:
    """Do it to each, say what came of it, and go back to the list as it was asked for."""
    project, ids = project_or_404(project_id), list(dict.fromkeys(request.form.getlist("c")))
    try:
        if not ids or len(ids) > MOST:
            raise CantBe(f"Choose at most {MOST} checks at once." if ids else "Choose some checks first.")
        _do(project, ids, _order(project))
    except CantBe as refusal:
        flash(f"Nothing was changed. {refusal}", "error")
    return _back(project_id)


def _order(project: Project) -> Order:
    """What the button says that was pressed, and the fields beside it. Raises CantBe."""
    by, now, pressed = actor(), house().clock(), request.form.get("act", "")
    if pressed in ("pause", "resume", "delete"):
        return Order(cast("Act", pressed), by, now)
    if pressed == "tag":
        add, remove = _tags()
        return Order("tag", by, now, add_tags=add, remove_tags=remove)
    if pressed == "ring":
        return Order("channels", by, now, add_channels=_channels(project))
    if pressed == "hush":
        return Order("channels", by, now, remove_channels=_channels(project))
    if pressed == "move":
        return Order("move", by, now, to=_target())
    raise CantBe("Press one of the buttons.")


def _tags() -> tuple[list[str], list[str]]:
    add, remove = (request.form.get(name, "").split() for name in ("add_tags", "remove_tags"))
    if not (add or remove):
        raise CantBe("Type the tags to add, or those to take away.")
    if both := sorted({*add} & {*remove}):
        raise CantBe(f"“{both[0]}” can’t be added and taken away at once.")
    return add, remove


def _channels(project: Project) -> list[str]:
    known = {channel.id for channel in house().channels.of_project(project.id)}
    chosen = [channel for channel in request.form.getlist("channel") if channel in known]
    if not chosen:
        raise CantBe("Choose a channel.")
    return chosen


def _target() -> str:
    to = request.form.get("to", "")
    if not to:
        raise CantBe("Choose the project to move them to.")
    return project_or_404(to, Need.WORK).id


def _do(project: Project, ids: Sequence[str], order: Order) -> None:
    known = house().checks.several([check_id for check_id in ids if is_id(check_id)])
    found = [pair for pair in known if pair[0].project == project.id]
    done = act_on(house().checks, found, order)
    changed = sum(one.changed for one in done)
    words = f"{counted(changed, 'check')} {_words(order, changed)}."
    if order.act == "delete" and changed:
        offer_undo(project.id, order.now, words)
    else:
        flash(words)
    _tell_failures(done, gone=len(ids) - len(found))


def _tell_failures(done: Sequence[Done], *, gone: int) -> None:
    lost = [f"{counted(gone, 'check')} had gone meanwhile."] if gone else []
    tell_failures(((one.name, one.error) for one in done if one.error), *lost)


def _words(order: Order, changed: int) -> str:
    are = "is" if changed == 1 else "are"
    said = {
        "pause": f"{are} paused: silence raises no alert now",
        "resume": f"{are} resumed, and watched again from the next ping on",
        "delete": f"{are} deleted",
        "move": f"{are} moved, with ping URLs and logs",
    }
    return said.get(order.act, f"{are} changed")


def _back(project_id: str) -> Response:
    asked = Asked.of(MultiDict(parse_qsl(request.form.get("back", ""))))
    return redirect(url_for("web.checks", project_id=project_id, **asked.args()))

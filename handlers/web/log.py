"""The log of a check: pings, changes of its status and alerts, as far as they are asked for, and what comes anew."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import Shown, check_or_404
from handlers.web.log_form import KINDS, ROWS, LogForm, read_form, written
from tocsin.services.search_log import MAX_ROWS, Leaf, Line, search_log

_PRESETS = {
    "Last hour": timedelta(hours=1),
    "Last day": timedelta(days=1),
    "Last week": timedelta(weeks=1),
}


def page(check_id: str) -> ResponseReturnValue:
    """The entries below number `before`, those right above `after`, or the newest."""
    shown, form = check_or_404(check_id), read_form(request.args)
    before, after = _number("before"), _number("after")
    leaf = Leaf([]) if form.errors else _look(shown, form, before=before, after=after)
    # An address that looks back, or at a time that is over, shows what does not change any more.
    live = before is None and after is None and form.end is None and not form.errors
    page = render_template("log.html", leaf=leaf, form=form, presets=_presets(form), live=live, **_facts(shown, form))
    return page, 422 if form.errors else 200


def live(check_id: str) -> ResponseReturnValue:
    """What came since ping `after` and flip `flips`, or 204 if nothing did; too much for a list is a new page."""
    shown, form = check_or_404(check_id), read_form(request.args)
    after, flips = _number("after") or 0, _number("flips") or 0
    check = shown.stored.check
    if (check.n_pings, check.n_flips) == (after, flips):
        return "", 204
    leaf = _look(shown, form, after=after)
    if leaf.newer is not None:
        return "", 204, {"HX-Refresh": "true"}
    lines = [line for line in leaf.lines if line.ping or _turned(line) > flips]
    return render_template("log_live.html", lines=lines, form=form, **_facts(shown, form))


def _look(shown: Shown, form: LogForm, *, before: int | None = None, after: int | None = None) -> Leaf:
    return search_log(
        house().checks,
        stored=shown.stored,
        search=form.search,
        now=house().clock(),
        limit=form.rows,
        before=before,
        after=after,
    )


def _turned(line: Line) -> int:
    """The number of the flip that the line is about."""
    flip = line.alert.alert.flip if line.alert else line.flip
    return flip.n if flip else 0


def _facts(shown: Shown, form: LogForm) -> dict[str, Any]:
    channels = house().channels.of_project(shown.project.id) if "alert" in form.chosen else []
    check, now = shown.stored.check, house().clock()
    return {
        "check": shown,
        "project": shown.project,
        "state": check,
        "status": check.displayed(now),
        "channels": {channel.id: channel for channel in channels},
        "kinds": KINDS,
        "row_choices": ROWS,
        "most": MAX_ROWS,
    }


def _presets(form: LogForm) -> list[tuple[str, dict[str, Any]]]:
    """Times that people ask for often, and what the address has for each."""
    now: datetime = house().clock()
    usual = {name: value for name, value in form.query.items() if name not in ("from", "to")}
    return [(words, usual | {"from": written(now - length)}) for words, length in _PRESETS.items()]


def _number(name: str) -> int | None:
    """A number out of a link; anything else counts as not given."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 10 else None

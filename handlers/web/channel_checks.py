"""Which checks ring a channel: all of a project's, on one page with boxes to tick."""

from __future__ import annotations

from collections.abc import Sequence

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import channel_or_404
from handlers.web.failures import tell_failures
from handlers.web.session import actor
from tocsin.services.telling import assign_channel
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored


def assign(project_id: str, channel_id: str) -> ResponseReturnValue:
    """Only checks that stood on the page are changed: one that was added meanwhile keeps what it was given."""
    project, channel = channel_or_404(project_id, channel_id)
    pairs = sorted(house().checks.listing(project_id), key=lambda pair: pair[1].name.casefold())
    if request.method != "POST":
        return render_template("channel_checks.html", project=project, channel=channel, pairs=pairs)
    seen = set(request.form.getlist("shown"))
    _assign(channel, [(stored, info) for stored, info in pairs if stored.check.id in seen])
    return redirect(url_for("web.channels", project_id=project_id))


def _assign(channel: StoredChannel, shown: Sequence[tuple[Stored, Info]]) -> None:
    told, now = set(request.form.getlist("told")), house().clock()
    failed = assign_channel(house().checks, channel=channel.id, shown=shown, told=told, by=actor(), now=now)
    flash("Saved." if not failed else "Saved, but not for all.")
    tell_failures((info.name, failed[stored.check.id]) for stored, info in shown if stored.check.id in failed)

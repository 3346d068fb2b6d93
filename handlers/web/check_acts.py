"""What is done with a check by pressing a button: watch, ping, tell, copy, clear, delete."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web.access import channel_or_404, check_or_404
from handlers.web.ping_words import PING_WORDS
from handlers.web.session import actor
from handlers.web.undoing import offer_undo
from tocsin.domain.ping import Kind
from tocsin.domain.transitions import NotPaused
from tocsin.services.checks import InvalidCheck, clear_events, delete_check, pause_check, resume_check
from tocsin.services.cloning import clone_check
from tocsin.services.record_ping import Source, record_ping
from tocsin.services.telling import tell_channel


def pause(check_id: str) -> ResponseReturnValue:
    check_or_404(check_id)
    pause_check(house().checks, check_id=check_id, by=actor(), now=house().clock())
    flash("Paused: silence raises no alert now.")
    return _back(check_id)


def resume(check_id: str) -> ResponseReturnValue:
    """Done twice, or too late, it does no harm."""
    check_or_404(check_id)
    try:
        resume_check(house().checks, check_id=check_id, by=actor(), now=house().clock())
        flash("Resumed: it is watched again from its next ping on.")
    except NotPaused:
        flash("It was not paused any more.")
    return _back(check_id)


def clone(check_id: str) -> ResponseReturnValue:
    """Leads to the copy's form, where it gets a name of its own."""
    check_or_404(check_id)
    try:
        made = clone_check(house().checks, check_id=check_id, by=actor(), now=house().clock())
    except InvalidCheck as refusal:
        flash(f"It can’t be copied as it is: {refusal}.", "error")
        return _back(check_id)
    flash("This is the copy: it has a ping URL of its own, and no slug. Give it a name.")
    return redirect(url_for("web.edit_check", check_id=made))


def tell(check_id: str, channel_id: str) -> ResponseReturnValue:
    """Whether this channel is told of the check, as the switch beside it says."""
    shown = check_or_404(check_id)
    channel_or_404(shown.project.id, channel_id)
    wanted, now = request.form.get("tell") == "1", house().clock()
    try:
        tell_channel(house().checks, check_id=check_id, channel=channel_id, tell=wanted, by=actor(), now=now)
    except InvalidCheck as refusal:
        flash(f"The check can’t be changed as it is: {refusal}. Edit it first.", "error")
    return redirect(url_for("web.check", check_id=check_id, _anchor="told"))


def ping_now(check_id: str) -> ResponseReturnValue:
    """A success ping by hand, judged by the check's rules like any other."""
    check_or_404(check_id)
    ping = record_ping(
        house().checks,
        check_id=check_id,
        kind=Kind.SUCCESS,
        now=house().clock(),
        source=Source(request.scheme, "POST", request.remote_addr or "", request.headers.get("User-Agent", "")),
    )
    flash(f"Ping {ping.n} is recorded. It counts as: {PING_WORDS[ping.kind].lower()}.")
    return _back(check_id)


def clear(check_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    shown = check_or_404(check_id)
    if request.method != "POST":
        return render_template("check_clear.html", check=shown, project=shown.project)
    clear_events(house().checks, check_id=check_id, by=actor(), now=house().clock())
    flash("Its pings and history are cleared: it is new again, and wakes up with its next ping.")
    return _back(check_id)


def delete(check_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    shown = check_or_404(check_id)
    if request.method != "POST":
        return render_template("check_delete.html", check=shown, project=shown.project)
    now = house().clock()
    delete_check(house().checks, check_id=check_id, by=actor(), now=now)
    offer_undo(shown.project.id, now, f"“{shown.name}” is deleted.")
    return redirect(url_for("web.checks", project_id=shown.project.id))


def _back(check_id: str) -> Response:
    return redirect(url_for("web.check", check_id=check_id))

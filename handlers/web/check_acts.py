"""What is done with a check by pressing a button: watch it or not, ping it, clear it, delete it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web.access import check_or_404
from handlers.web.ping_words import PING_WORDS
from handlers.web.session import actor
from tocsin.domain.ping import Kind
from tocsin.domain.transitions import NotPaused
from tocsin.services.checks import clear_events, delete_check, pause_check, resume_check
from tocsin.services.record_ping import Source, record_ping


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
    if request.method == "GET":
        return render_template("check_clear.html", check=shown, project=shown.project)
    clear_events(house().checks, check_id=check_id, by=actor(), now=house().clock())
    flash("Its pings and history are cleared: it is new again, and wakes up with its next ping.")
    return _back(check_id)


def delete(check_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    shown = check_or_404(check_id)
    if request.method == "GET":
        return render_template("check_delete.html", check=shown, project=shown.project)
    delete_check(house().checks, check_id=check_id, by=actor(), now=house().clock())
    flash(f"“{shown.name}” is deleted.")
    return redirect(url_for("web.checks", project_id=shown.project.id))


def _back(check_id: str) -> Response:
    return redirect(url_for("web.check", check_id=check_id))

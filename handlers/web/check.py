"""One check: its page, and what can be done with it."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web import check_story
from handlers.web.access import Shown, check_or_404, site_root
from handlers.web.check_form import CheckForm, values_of
from handlers.web.sending import sent
from handlers.web.words import PING_WORDS
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.domain.transitions import NotPaused
from tocsin.services.checks import (
    InvalidCheck,
    delete_check,
    edit_check,
    pause_check,
    read_flips,
    read_log,
    resume_check,
)
from tocsin.services.record_ping import Source, record_ping

PINGS = 30
FLIPS = 100


def page(check_id: str) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    return render_template("check.html", **_facts(shown), **_addresses(shown), **_told(shown))


def cloaked(key: str) -> ResponseReturnValue:
    """Lead from a message, which must not tell the secret id, to the page."""
    check_id = house().checks.by_unique_key(key)
    return redirect(url_for("web.check", check_id=check_or_404(check_id).id)) if check_id else abort(404)


def live(check_id: str) -> ResponseReturnValue:
    """What moves on the page anew, or 204 if it is as it was `seen`."""
    shown = check_or_404(check_id)
    if request.args.get("seen") == _fingerprint(shown):
        return "", 204
    return render_template("check_live.html", **_facts(shown), **_told(shown))


def edit(check_id: str) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    channels = house().channels.of_project(shown.project.id)
    form = CheckForm(sent(), data=values_of(shown.stored, shown.info))
    form.offer(channels)
    if request.method == "POST" and form.validate() and _save(check_id, form):
        flash("Saved.")
        return _back(check_id)
    answer = render_template("check_form.html", project=shown.project, form=form, channels=channels, check=shown)
    return answer, 422 if form.errors else 200


def delete(check_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    shown = check_or_404(check_id)
    if request.method == "GET":
        return render_template("check_delete.html", check=shown, project=shown.project)
    delete_check(house().checks, check_id=check_id)
    flash(f"“{shown.name}” is deleted.")
    return redirect(url_for("web.checks", project_id=shown.project.id))


def pause(check_id: str) -> ResponseReturnValue:
    check_or_404(check_id)
    pause_check(house().checks, check_id=check_id, now=house().clock())
    flash("Paused: silence raises no alert now.")
    return _back(check_id)


def resume(check_id: str) -> ResponseReturnValue:
    """Done twice, or too late, it does no harm."""
    check_or_404(check_id)
    try:
        resume_check(house().checks, check_id=check_id, now=house().clock())
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


def _back(check_id: str) -> Response:
    return redirect(url_for("web.check", check_id=check_id))


def _save(check_id: str, form: CheckForm) -> bool:
    try:
        edit_check(house().checks, check_id=check_id, wishes=form.wishes(), now=house().clock())
    except InvalidCheck as refusal:
        form.take(refusal.errors)
        return False
    return True


def _facts(shown: Shown) -> dict[str, object]:
    """What moves: status, log, history."""
    now, check = house().clock(), shown.stored.check
    flips = read_flips(house().checks, check_id=shown.id, now=now, limit=FLIPS)
    return {
        "check": shown,
        "project": shown.project,
        "state": check,
        "status": check.displayed(now),
        "since": check_story.since(check, now),
        "reason": flips[0].reason.value if flips and check.status is Status.DOWN else "",
        "log": read_log(house().checks, check_id=shown.id, now=now, limit=PINGS),
        "episodes": check_story.episodes(flips),
        "strip": check_story.strip(check, flips, created=shown.stored.created, now=now),
        "strip_days": check_story.STRIP_DAYS,
        "now": now,
        "seen": _fingerprint(shown),
    }


def _addresses(shown: Shown) -> dict[str, object]:
    slug = shown.info.slug
    url = f"{site_root()}/ping/{shown.id}"
    return {
        "ping_url": url,
        "slug_url": f"{site_root()}/ping/{shown.project.ping_key}/{slug}" if slug else None,
        "slug_shared": bool(slug) and len(house().checks.with_slug(shown.project.id, slug)) > 1,
    }


def _told(shown: Shown) -> dict[str, object]:
    channels = house().channels.of_project(shown.project.id)
    return {"told": [channel for channel in channels if channel.id in shown.info.channels], "kinds": house().kinds}


def _fingerprint(shown: Shown) -> str:
    """Differs when status, log or history do; every ping counts one up, every flip another."""
    # Sorted: a set's own order differs from process to process.
    told, info = sorted(shown.info.channels), replace(shown.info, channels=frozenset())
    facts = repr((shown.stored.check, info, told, shown.stored.check.displayed(house().clock())))
    return hashlib.blake2b(facts.encode(errors="replace"), digest_size=8).hexdigest()

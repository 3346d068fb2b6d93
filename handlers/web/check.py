"""The page of one check: status, address, log and history, and what of it moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house, ping_urls
from handlers.web import check_story
from handlers.web.access import Shown, check_or_404
from handlers.web.examples import examples_for
from handlers.web.fingerprints import fingerprint, in_order
from handlers.web.foresight import foresee
from handlers.web.pictures import chart, strip
from tocsin.domain.check import Check
from tocsin.domain.uptime import Span, spans
from tocsin.services.read_log import LogEntry, read_flips, read_log

PINGS = 30
"""Rows of the log on the page."""
READ_PINGS = 200
"""Entries of the log that its pictures are drawn of."""
FLIPS = 1000
"""More flips than that in a year are seldom; the story then begins later."""


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
    turned = request.args.get("flips") != str(shown.stored.check.n_flips)
    return render_template("check_live.html", turned=turned, **_facts(shown))


def _facts(shown: Shown) -> dict[str, object]:
    """What moves: status, log, history, and what is drawn of them."""
    now, check = house().clock(), shown.stored.check
    log = read_log(house().checks, stored=shown.stored, now=now, limit=READ_PINGS)
    flips = read_flips(house().checks, stored=shown.stored, now=now, limit=FLIPS)
    return {
        "check": shown,
        "project": shown.project,
        "state": check,
        "status": check.displayed(now),
        "since": check_story.since(check, now),
        "reason": check_story.reason(check, flips, now).value,
        "log": log[:PINGS],
        "older": len(log) > PINGS,
        "episodes": check_story.episodes(flips),
        "runs": sorted(check.runs, key=check.due),
        **_runs(check, log),
        **_past(spans(check, flips, created=shown.stored.created, now=now), now),
        **foresee(check.schedule, now=now),
        "now": now,
        "seen": _fingerprint(shown),
    }


def _runs(check: Check, log: Sequence[LogEntry]) -> dict[str, object]:
    """Those that ended, as far as the log was read."""
    ended = check_story.runs(log)
    return {"ended_runs": ended, "chart": chart(ended, check.limits)}


def _past(past: Sequence[Span], now: datetime) -> dict[str, object]:
    """How the time was spent: the last days, the year, the months."""
    return {
        "strip": strip(past, now - timedelta(days=check_story.STRIP_DAYS), now),
        "strip_days": check_story.STRIP_DAYS,
        "year": check_story.days(past, now),
        "months": check_story.months(past, now),
        "shown_months": check_story.SHOWN_MONTHS,
    }


def _addresses(shown: Shown) -> dict[str, object]:
    slug, mail_domain = shown.info.slug, house().settings.ping_mail_domain
    url = f"{ping_urls()}/{shown.id}"
    return {
        "ping_url": url,
        "examples": examples_for(url, shown.stored.check.schedule),
        "slug_url": f"{ping_urls()}/{shown.project.ping_key}/{slug}" if slug else None,
        "mail_address": mail_domain and f"{shown.id}@{mail_domain}",
        "slug_mail_address": mail_domain and slug and f"{shown.project.ping_key}+{slug}@{mail_domain}",
        "slug_shared": bool(slug) and len(house().checks.with_slug(shown.project.id, slug)) > 1,
    }


def _told(shown: Shown) -> dict[str, object]:
    channels = house().channels.of_project(shown.project.id)
    return {
        "channels": channels,
        "told": [channel for channel in channels if channel.id in shown.info.channels],
    }


def _fingerprint(shown: Shown) -> str:
    """Differs when status, log or history do; every ping counts one up, every flip another."""
    check = shown.stored.check
    return fingerprint(check, in_order(shown.info), check.displayed(house().clock()))

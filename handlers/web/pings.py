"""The log of a check's pings, and single pings with what the job sent along."""

from __future__ import annotations

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import check_or_404
from handlers.web.check import PINGS
from tocsin.domain.ping import Ping
from tocsin.services.checks import read_log


def log(check_id: str) -> ResponseReturnValue:
    """The pings below number `before`, or the newest."""
    shown = check_or_404(check_id)
    before = _number(request.args.get("before", ""))
    entries = read_log(house().checks, check_id=check_id, now=house().clock(), limit=PINGS, before=before)
    return render_template("pings.html", check=shown, project=shown.project, log=entries, before=before, step=PINGS)


def page(check_id: str, n: int) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    return render_template("ping.html", check=shown, project=shown.project, ping=_ping_or_404(check_id, n))


def body(check_id: str, n: int) -> ResponseReturnValue:
    """The bytes as they came. They are strangers': never shown as a page."""
    check_or_404(check_id)
    ping = _ping_or_404(check_id, n)
    headers = {"Content-Disposition": f'attachment; filename="ping-{n}.txt"'}
    return Response(ping.body, content_type="text/plain; charset=utf-8", headers=headers)


def _ping_or_404(check_id: str, n: int) -> Ping:
    ping = house().checks.ping(check_id, n, now=house().clock())
    if ping is None:
        abort(404)
    return ping


def _number(text: str) -> int | None:
    """A ping's number out of a link; anything else counts as not given."""
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 10 else None

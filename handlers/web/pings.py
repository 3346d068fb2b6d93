"""The log of a check's pings, and single pings with what the job sent along."""

from __future__ import annotations

from flask import Response, abort, render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import Shown, check_or_404
from handlers.web.check import PINGS
from tocsin.services.read_log import LogEntry, read_entry, read_log


def log(check_id: str) -> ResponseReturnValue:
    """The pings below number `before`, those right above `after`, or the newest."""
    shown = check_or_404(check_id)
    before, after = _number("before"), _number("after")
    # One more than is shown tells whether the log goes on.
    entries = read_log(
        house().checks, stored=shown.stored, now=house().clock(), limit=PINGS + 1, before=before, after=after
    )
    more = len(entries) > PINGS
    forward = after is not None
    return render_template(
        "pings.html",
        check=shown,
        project=shown.project,
        log=entries[-PINGS:] if forward else entries[:PINGS],
        newer=more if forward else before is not None,
        older=bool(after) if forward else more,
    )


def page(check_id: str, n: int) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    return render_template("ping.html", check=shown, project=shown.project, entry=_entry_or_404(shown, n))


def body(check_id: str, n: int) -> ResponseReturnValue:
    """The bytes as they came. They are strangers': never shown as a page."""
    ping = _entry_or_404(check_or_404(check_id), n).ping
    headers = {"Content-Disposition": f'attachment; filename="ping-{n}.txt"'}
    return Response(ping.body, content_type="text/plain; charset=utf-8", headers=headers)


def _entry_or_404(shown: Shown, n: int) -> LogEntry:
    entry = read_entry(house().checks, stored=shown.stored, n=n, now=house().clock())
    if entry is None:
        abort(404)
    return entry


def _number(name: str) -> int | None:
    """A ping's number out of a link; anything else counts as not given."""
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and 0 < len(text) <= 10 else None

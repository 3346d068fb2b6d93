"""Single pings, with what the job sent along."""

from __future__ import annotations

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import Shown, check_or_404
from tocsin.services.read_log import LogEntry, read_entry


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

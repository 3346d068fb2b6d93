"""Single pings, with what the job sent along."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import Shown, check_or_404
from handlers.web.body_views import body_views, mail_views
from handlers.web.ping_words import by_mail
from tocsin.domain.mail import read_mail
from tocsin.domain.mail_parts import read_content
from tocsin.services.read_log import LogEntry, read_entry


def page(check_id: str, n: int) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    entry = _entry_or_404(shown, n)
    ping, facts = entry.ping, dict[str, object]()
    if by_mail(ping):
        content = read_content(ping.body)
        facts = {"mail": read_mail(ping.body), "files": content.files, "views": mail_views(content, ping.body)}
    elif ping.body:
        facts = {"views": body_views(ping.body)}
    return render_template("ping.html", check=shown, project=shown.project, entry=entry, **facts)


def body(check_id: str, n: int) -> ResponseReturnValue:
    """The bytes as they came. They are strangers': never shown as a page."""
    ping = _entry_or_404(check_or_404(check_id), n).ping
    name = f"ping-{n}.eml" if by_mail(ping) else f"ping-{n}.txt"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(ping.body, content_type="text/plain; charset=utf-8", headers=headers)


def part(check_id: str, n: int, part: int) -> ResponseReturnValue:
    """A file out of a mail, as bytes to be saved, whatever its sender says that it is."""
    ping = _entry_or_404(check_or_404(check_id), n).ping
    content = read_content(ping.body) if by_mail(ping) else None
    found = next((each for each in content.parts if each.number == part), None) if content else None
    if found is None:
        abort(404)
    name = quote(found.name or f"ping-{n}-part-{part}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(found.octets, content_type="application/octet-stream", headers=headers)


def _entry_or_404(shown: Shown, n: int) -> LogEntry:
    entry = read_entry(house().checks, stored=shown.stored, n=n, now=house().clock())
    if entry is None:
        abort(404)
    return entry

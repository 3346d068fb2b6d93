"""What a message for people says about a notice, as plain facts for a template."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tocsin.channels.port import LastPing, Notice
from tocsin.domain.flip import Reason
from tocsin.domain.mail import read_mail
from tocsin.domain.wording import duration_words

MAX_OUTPUT = 10_000
"""Characters of a job's last output that a message shows, the last ones: errors stand at the end."""

_REASONS = {
    Reason.TIMEOUT: "No success signal arrived in time: grace time passed",
    Reason.OVERRUN: "A run took longer than it may",
    Reason.FAST: "A run ended sooner than its work can be done",
}
_PING_WORDS = {"success": "Success", "start": "Start", "fail": "Failure", "log": "Log entry"} | {
    "keepalive": "Still running",
    "ign": "Ignored signal",
}
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ID = "[the check's secret id]"


def alert_facts(notice: Notice, *, now: datetime, address: str) -> dict[str, object]:
    """Everything that `alert.*` may name. No value holds the check's id, the page's URL excepted."""

    def clean(text: str) -> str:
        return _without_id(_UNPRINTABLE.sub("�", text.replace("\r\n", "\n")), notice.check_id)

    def line(text: str) -> str:
        return " ".join(clean(text).split())

    ping = notice.last_ping
    output = clean(_said(ping)).strip("\n") if ping else ""
    return {
        "up": notice.up,
        "test": notice.test,
        "title": line(notice.title),
        "description": clean(notice.desc),
        "reason": reason_words(notice),
        "at": moment_words(notice.at),
        "rows": [(label, line(text)) for label, text in _rows(notice, now) if text],
        "output": output[-MAX_OUTPUT:],
        "output_cut": len(output) > MAX_OUTPUT,
        "url": notice.url,
        "channels_url": notice.channels_url,
        "project": line(notice.project),
        "address": address,
    }


def reason_words(notice: Notice) -> str:
    """Why the status changed, in one sentence without a full stop."""
    if notice.test:
        return "This is a test: no job is down, and mail from Tocsin reaches you"
    if notice.up:
        return "The job reported success again"
    if notice.reason is Reason.FAIL:
        return "The job reported a failure" + _exit_words(notice.last_ping)
    return _REASONS[notice.reason]


def moment_words(moment: datetime) -> str:
    utc = moment.astimezone(UTC)
    return f"{utc.day} {utc:%B %Y, %H:%M} UTC"


def _rows(notice: Notice, now: datetime) -> list[tuple[str, str]]:
    downtime = duration_words(notice.downtime) if notice.up and notice.downtime is not None else ""
    return [
        ("Was down for", downtime),
        ("Project", notice.project),
        ("Tags", ", ".join(notice.tags)),
        ("Schedule", notice.schedule),
        ("Last ping", _ping_words(notice.last_ping, now)),
        ("Total pings", f"{notice.n_pings:,}"),
    ]


def _ping_words(ping: LastPing | None, now: datetime) -> str:
    if ping is None:
        return "None yet"
    kind = _PING_WORDS.get(ping.kind, ping.kind) + _exit_words(ping)
    return f"{kind}, {duration_words(now - ping.at)} ago"


def _exit_words(ping: LastPing | None) -> str:
    known = ping is not None and ping.exit_status is not None
    return f" (exit status {ping.exit_status})" if ping and known else ""


def _said(ping: LastPing) -> str:
    """What the job said, as text; of a mail what people would read of it."""
    if ping.scheme != "email":
        return ping.body.decode(errors="replace")
    mail = read_mail(ping.body)
    return f"{mail.subject}\n\n{mail.text}"


def _without_id(text: str, check_id: str) -> str:
    """Jobs that echo their commands put their own ping URL into their output."""
    return re.sub(re.escape(check_id), _ID, text, flags=re.IGNORECASE) if check_id else text

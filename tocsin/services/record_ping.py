"""Record a ping, by HTTP or by mail: the use case that everything else exists for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import transitions
from tocsin.domain.check import Check
from tocsin.domain.ping import FINISHES, MAX_RUN, Kind, Ping, Rules, url_kind
from tocsin.domain.transitions import Outcome
from tocsin.services.changing import UnknownCheck, change
from tocsin.signals import announce, ping_recorded
from tocsin.stores.check_items import Stored
from tocsin.stores.check_writes import Change
from tocsin.stores.checks import Checks, NotHealthy

MAX_MAIL = 350_000
"""Bytes kept of a mail: an item of DynamoDB holds no more than 400 KB."""

_Judge: TypeAlias = Callable[[Stored], Kind]
"""Says what a ping counts as on a check as it was read."""


class Source(Struct, frozen=True):
    """Where a ping came from."""

    scheme: str = "http"
    method: str = "GET"
    remote_addr: str = ""
    ua: str = ""


def record_ping(
    checks: Checks,
    *,
    check_id: str,
    kind: Kind,
    now: datetime,
    source: Source,
    rid: str | None = None,
    exit_status: int | None = None,
    body: bytes = b"",
) -> Ping:
    """Log the ping and let it change the check; returns the log entry as it was written.

    `rid` is in lower case, `exit_status` at most 255, `body` cut to what is to be kept. A success on a healthy check
    costs two writes and no read. When this returns, the ping is stored for good. Raises UnknownCheck, Busy.
    """
    ping = Ping(
        n=0,
        at=now,
        kind=url_kind(kind, exit_status),
        scheme=source.scheme,
        method=source.method,
        remote_addr=source.remote_addr,
        ua=source.ua,
        rid=rid,
        exit_status=exit_status,
        body=body,
        size=len(body),
    )
    judge = _http_judge(checks, ping)
    if ping.kind is not Kind.SUCCESS:
        return _general(checks, check_id, ping, judge, read=None)
    try:
        n, project = checks.tap(check_id, ping)
    except NotHealthy as met:
        if met.stored is None:
            raise UnknownCheck(check_id) from None
        return _general(checks, check_id, ping, judge, read=met.stored)
    recorded = replace(ping, n=n)
    announce(ping_recorded, check_id, ping=recorded, project=project)
    return recorded


def record_mail(
    checks: Checks, *, check_id: str, now: datetime, sender: str, subject: str, text: str, message: bytes
) -> Ping:
    """Log a ping that came by mail (protocol 1.10), as `record_ping` does one by HTTP.

    `sender` is the envelope's; `subject` and `text` are what rules look at, decoded; `message` is the mail as it came.
    Raises UnknownCheck, Busy.
    """
    kept = message[:MAX_MAIL]
    ping = Ping(
        n=0,
        at=now,
        kind=Kind.SUCCESS,
        scheme="email",
        method="",
        ua=f"Email from {sender}",
        body=kept,
        size=len(kept),
        # What some charsets decode to is no text; the store takes text only.
        subject=subject.encode(errors="replace").decode(),
    )

    def judge(stored: Stored) -> Kind:
        return _rules(checks, stored).judge_mail(subject, text)

    return _general(checks, check_id, ping, judge, read=None)


def _general(checks: Checks, check_id: str, ping: Ping, judge: _Judge, *, read: Stored | None) -> Ping:
    """The path of every ping that may change more than the time of the last success."""

    def decide(stored: Stored) -> Change:
        outcome = transitions.record(stored.check, judge(stored), now=ping.at, rid=ping.rid)
        return Change(outcome, ping=_as_recorded(ping, outcome))

    done = change(checks, check_id, decide, now=ping.at, read=read)
    assert done.change is not None
    assert done.change.ping is not None
    announce(ping_recorded, check_id, ping=done.change.ping, project=done.read.project)
    return done.change.ping


def _as_recorded(ping: Ping, outcome: Outcome) -> Ping:
    kind = outcome.kind or ping.kind
    return replace(ping, n=outcome.check.n_pings, kind=kind, duration=_duration(outcome.check, kind))


def _duration(check: Check, kind: Kind) -> timedelta | None:
    """How long the run took that this ping ended; a longer one than MAX_RUN is taken for two."""
    took = check.last_duration if kind in FINISHES else None
    return took if took is not None and took <= MAX_RUN else None


def _http_judge(checks: Checks, ping: Ping) -> _Judge:
    def judge(stored: Stored) -> Kind:
        if not stored.filtered:
            return ping.kind
        return _rules(checks, stored).judge(ping.kind, method=ping.method, body=ping.body)

    return judge


def _rules(checks: Checks, stored: Stored) -> Rules:
    info = checks.info(stored.check.id)
    return info.rules if info else Rules()

"""Record a ping: the use case that everything else exists for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tocsin.domain import transitions
from tocsin.domain.ping import Kind, Ping, url_kind
from tocsin.services.changing import Change, UnknownCheck, change
from tocsin.signals import announce, ping_recorded
from tocsin.stores.check_items import Stored
from tocsin.stores.checks import Checks, NotHealthy


@dataclass(frozen=True, slots=True)
class Source:
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
    if ping.kind is not Kind.SUCCESS:
        return _general(checks, check_id, ping, read=None)
    try:
        n, project = checks.tap(check_id, ping)
    except NotHealthy as met:
        if met.stored is None:
            raise UnknownCheck(check_id) from None
        return _general(checks, check_id, ping, read=met.stored)
    recorded = replace(ping, n=n)
    announce(ping_recorded, check_id, ping=recorded, project=project)
    return recorded


def _general(checks: Checks, check_id: str, ping: Ping, *, read: Stored | None) -> Ping:
    """The path of every ping that may change more than the time of the last success."""

    def decide(stored: Stored) -> Change:
        kind = _judge(checks, stored, ping)
        outcome = transitions.record(stored.check, kind, now=ping.at, rid=ping.rid)
        return Change(outcome, ping=replace(ping, n=outcome.check.n_pings, kind=outcome.kind or kind))

    done = change(checks, check_id, decide, now=ping.at, read=read)
    assert done.change is not None
    assert done.change.ping is not None
    announce(ping_recorded, check_id, ping=done.change.ping, project=done.read.project)
    return done.change.ping


def _judge(checks: Checks, stored: Stored, ping: Ping) -> Kind:
    info = checks.info(stored.check.id) if stored.filtered else None
    return info.rules.judge(ping.kind, method=ping.method, body=ping.body) if info else ping.kind

"""What a check went through: pings with their bodies, and flips (protocol 3.5 and 3.6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal, cast

from flask import Response, request
from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.api.classic.manner import reply
from handlers.api.classic.sight import SINGLE, the_check
from handlers.api.query import read_query
from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.sight import Sight
from handlers.current import house, site_root
from tocsin.domain.check import Status
from tocsin.domain.flip import Flip
from tocsin.domain.ping import Kind
from tocsin.services.check_object import Moment, iso
from tocsin.services.declared import Invalid
from tocsin.services.read_log import LogEntry, read_entry, read_flips, read_log

MOST_PINGS = 1000
MOST_FLIPS = 10_000
LAST_SECOND = 10_000_000_000
"""In the year 2286: from here on moments don't sort as texts any more (stores/fields.py)."""

EpochSeconds = Annotated[int, Meta(ge=0, le=LAST_SECOND, description="UNIX time.")]


PingType = Literal["success", "start", "fail", "log", "ign"]


class PingObject(Struct, kw_only=True):
    type: PingType
    date: Annotated[str, Meta(description="ISO 8601 in UTC, with microseconds.")]
    n: int
    scheme: str
    remote_addr: str
    method: str
    ua: str
    rid: str | None
    body_url: str | None
    duration: Annotated[float | UnsetType, Meta(description="Seconds that the run took which this ping ended.")] = UNSET


class Pings(Struct):
    pings: list[PingObject]


class FlipObject(Struct):
    timestamp: Moment
    up: Annotated[Literal[0, 1], Meta(description="1 only where the check came up.")]


class Flips(Struct):
    flips: list[FlipObject]


class Span(Struct):
    seconds: Annotated[int, Meta(ge=0, le=31_536_000, description="Only flips of the last so many seconds.")] = 0
    start: Annotated[EpochSeconds | None, Meta(description="Only flips at or after this moment.")] = None
    end: Annotated[EpochSeconds | None, Meta(description="Only flips before this moment.")] = None


def pings(call: Call) -> Response:
    sight = the_check(call)
    entries = read_log(house().checks, stored=sight.stored, now=house().clock(), limit=MOST_PINGS)
    return reply(Pings([_ping(call, sight, entry) for entry in entries]))


def body(call: Call) -> Response:
    sight = the_check(call)
    entry = read_entry(house().checks, stored=sight.stored, n=call.path["n"], now=house().clock())
    if entry is None or not entry.ping.body:
        raise Refusal(404, "This ping is not in the log, or had no body.")
    return Response(entry.ping.body, content_type="text/plain")


def flips(call: Call) -> Response:
    sight, span = the_check(call), _span()
    now = house().clock()
    start = max(span.start or 0, now.timestamp() - span.seconds if span.seconds else 0)
    before = None if span.end is None else (_moment(span.end), 0)
    found = read_flips(
        house().checks, stored=sight.stored, now=now, limit=MOST_FLIPS, start=_moment(start), before=before
    )
    return reply(Flips([_flip(flip) for flip in found]))


def _moment(epoch: float) -> datetime:
    """Later than the log can tell is as good as the last moment that it can."""
    return datetime.fromtimestamp(min(epoch, LAST_SECOND - 1), UTC)


def _span() -> Span:
    given = request.args.copy()
    if not given.get("seconds", ""):
        given.poplist("seconds")
    try:
        return read_query(Span, given)
    except Invalid:
        raise Refusal(400) from None


def _ping(call: Call, sight: Sight, entry: LogEntry) -> PingObject:
    ping = entry.ping
    url = f"{site_root()}/api/v{call.version}/checks/{sight.id}/pings/{ping.n}/body"
    return PingObject(
        type=_type(ping.kind),
        date=ping.at.isoformat(),
        n=ping.n,
        scheme=ping.scheme,
        remote_addr=ping.remote_addr,
        method=ping.method,
        ua=ping.ua,
        rid=ping.rid,
        body_url=url if ping.size else None,
        duration=UNSET if entry.duration is None else round(entry.duration.total_seconds(), 2),
    )


def _type(kind: Kind) -> PingType:
    """Clients of old know nothing of keep-alives, which like logs change no status."""
    return "log" if kind is Kind.KEEPALIVE else cast("PingType", kind.value)


def _flip(flip: Flip) -> FlipObject:
    timestamp = iso(flip.at)
    assert timestamp is not None
    return FlipObject(timestamp, 1 if flip.new is Status.UP else 0)


_MISREAD = Answer("A bound is no number, or too large.")

ROUTES = (
    Route(
        ("GET",),
        "/checks/<id:check>/pings/",
        pings,
        Needs.WRITE,
        "List a check's pings, the newest first",
        {200: Answer(f"The newest {MOST_PINGS:,} pings.", Pings), **SINGLE},
    ),
    Route(
        ("GET",),
        "/checks/<id:check>/pings/<number:n>/body",
        body,
        Needs.WRITE,
        "Fetch the body of a ping",
        {200: Answer("The body as it came.", media="text/plain"), **SINGLE},
    ),
    *(
        Route(
            ("GET",),
            f"/checks/<{name}>/flips/",
            flips,
            Needs.READ,
            "List a check's changes of status, the newest first",
            {200: Answer("The flips in this span.", Flips), 400: _MISREAD, **SINGLE},
            query=Span,
        )
        for name in ("id:check", "key:key")
    ),
)

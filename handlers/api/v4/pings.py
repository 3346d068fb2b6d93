"""The pings of a check, with their bodies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias

from flask import Response
from msgspec import Meta, Struct

from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.sight import Sight
from handlers.api.v4.answers import NO_PING, UNCHANGED
from handlers.api.v4.check_object import seconds
from handlers.api.v4.check_sight import SINGLE, the_check
from handlers.api.v4.etag import reply_single
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Cursor, LongLimit, Next, place_cursor, place_of
from handlers.current import house, site_root
from tocsin.services.read_log import LogEntry, read_entry, read_log
from tocsin.stores.table import BadCursor

_LAST = 9_999_999_999
"""The highest number that the log has room for."""

KindWord: TypeAlias = Literal["success", "start", "fail", "log", "keepalive", "ign"]


class PingObject(Struct, kw_only=True):
    n: Annotated[int, Meta(description="The check's running number.")]
    at: Moment
    kind: Annotated[KindWord, Meta(description="`ign`: recorded, but a rule of the check said not to heed it.")]
    exit_status: int | None
    duration: Annotated[float | None, Meta(description="Seconds that the run took which this ping ended.")]
    rid: Annotated[str | None, Meta(description="The id of its run.")]
    scheme: Annotated[str, Meta(description="`http`, `https` or `email`.")]
    method: str
    remote_addr: str
    ua: Annotated[str, Meta(description="The client's own name for itself.")]
    subject: Annotated[str | None, Meta(description="Of a mail.")]
    size: Annotated[int, Meta(description="Bytes of its body that were kept.")]
    body_url: str | None


class Pings(Struct):
    pings: list[PingObject]
    next: Next


class Asked(Struct, kw_only=True, forbid_unknown_fields=True):
    kind: Annotated[list[KindWord], Meta(description="Any of these.")] = []
    limit: LongLimit = 100
    cursor: Cursor | None = None


def listing(call: Call) -> Response:
    sight, asked = the_check(call), call.asked(Asked)
    before = _below(sight, asked.cursor) if asked.cursor else None
    found = read_log(house().checks, stored=sight.stored, now=house().clock(), limit=asked.limit, before=before)
    shown = [_ping(sight, entry) for entry in found if not asked.kind or entry.ping.kind.value in asked.kind]
    return reply(Pings(shown, _following(sight, found, asked.limit)))


def single(call: Call) -> Response:
    sight = the_check(call)
    return reply_single(_ping(sight, _entry(call, sight)), None)


def body(call: Call) -> Response:
    ping = _entry(call, the_check(call)).ping
    if not ping.body:
        raise Refusal(404, "This ping had no body.")
    return Response(ping.body, content_type="text/plain")


def _entry(call: Call, sight: Sight) -> LogEntry:
    entry = read_entry(house().checks, stored=sight.stored, n=call.path["n"], now=house().clock())
    if entry is None:
        raise Refusal(404, "The log has no such ping, or not any more.")
    return entry


def _list_name(sight: Sight) -> str:
    return f"pings {sight.id}"


def _below(sight: Sight, cursor: str) -> int:
    """Raises BadCursor."""
    (n,) = place_of(_list_name(sight), cursor, tuple[int])
    if not 1 <= n <= _LAST:
        raise BadCursor("no ping has this number")
    return n


def _following(sight: Sight, found: Sequence[LogEntry], limit: int) -> str | None:
    """Nothing follows a page that is not full, nor the first ping that there is."""
    if len(found) < limit or found[-1].ping.n <= sight.stored.first_ping:
        return None
    return place_cursor(_list_name(sight), found[-1].ping.n)


def _ping(sight: Sight, entry: LogEntry) -> PingObject:
    ping = entry.ping
    url = f"{site_root()}/api/v4/checks/{sight.id}/pings/{ping.n}/body"
    return PingObject(
        n=ping.n,
        at=iso(ping.at),
        kind=ping.kind.value,
        exit_status=ping.exit_status,
        duration=seconds(entry.duration),
        rid=ping.rid,
        scheme=ping.scheme,
        method=ping.method,
        remote_addr=ping.remote_addr,
        ua=ping.ua,
        subject=ping.subject if ping.scheme == "email" else None,
        size=ping.size,
        body_url=url if ping.size else None,
    )


ROUTES = (
    Route(
        ("GET",),
        "/checks/<id:check>/pings/",
        listing,
        Needs.WRITE,
        "List a check's pings, the newest first",
        {200: Answer("Those of these kinds.", Pings), **SINGLE},
        query=Asked,
    ),
    Route(
        ("GET",),
        "/checks/<id:check>/pings/<number:n>",
        single,
        Needs.WRITE,
        "Show a ping",
        {200: Answer("The ping.", PingObject, headers=("ETag",)), 304: UNCHANGED, 404: NO_PING},
    ),
    Route(
        ("GET",),
        "/checks/<id:check>/pings/<number:n>/body",
        body,
        Needs.WRITE,
        "Fetch the body of a ping",
        {200: Answer("The body as it came.", media="text/plain"), 404: NO_PING},
    ),
)

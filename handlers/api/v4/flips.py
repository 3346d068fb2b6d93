"""The flips of a check: each change of its status."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, TypeAlias, cast

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.sight import Sight
from handlers.api.v4.check_object import StatusWord, seconds
from handlers.api.v4.check_sight import SINGLE, the_check
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import GivenMoment, Moment, from_microseconds, iso, read_moments
from handlers.api.v4.pages import Cursor, LongLimit, Next, place_cursor, place_of
from handlers.current import house
from tocsin.domain.check import unique_key
from tocsin.domain.flip import Flip
from tocsin.services.read_log import read_flips
from tocsin.stores import fields
from tocsin.stores.table import BadCursor

ReasonWord: TypeAlias = Literal["timeout", "fail", "overrun", "fast"]


class FlipObject(Struct, kw_only=True):
    n: Annotated[int, Meta(description="The check's running number.")]
    at: Moment
    old: StatusWord
    new: StatusWord
    reason: Annotated[
        ReasonWord | None,
        Meta(description="Why it went down. Null where it did not, or where somebody changed its schedule."),
    ]
    lasted: Annotated[float | None, Meta(description="Seconds of the old status, if it is known when that began.")]


class Flips(Struct):
    flips: list[FlipObject]
    next: Next


class Span(Struct, kw_only=True, forbid_unknown_fields=True):
    start: Annotated[GivenMoment, Meta(description="Only flips at or after this moment.")] | None = None
    end: Annotated[GivenMoment, Meta(description="Only flips before this moment.")] | None = None
    limit: LongLimit = 100
    cursor: Cursor | None = None


def listing(call: Call) -> Response:
    sight, span = the_check(call), call.asked(Span)
    start, end = read_moments(start=span.start, end=span.end)
    before = _place(sight, span.cursor) if span.cursor else (end, 0) if end else None
    found = read_flips(
        house().checks, stored=sight.stored, now=house().clock(), limit=span.limit + 1, start=start, before=before
    )
    page = found[: span.limit]
    following = _cursor(sight, page[-1]) if len(found) > len(page) else None
    return reply(Flips([_flip(flip) for flip in page], following))


def _list_name(sight: Sight) -> str:
    """By its unique key: who may only read must not learn the id from a cursor."""
    return f"flips {unique_key(sight.id)}"


def _cursor(sight: Sight, flip: Flip) -> str:
    return place_cursor(_list_name(sight), fields.moment(flip.at), flip.n)


def _place(sight: Sight, cursor: str) -> tuple[datetime, int]:
    """Raises BadCursor."""
    at, n = place_of(_list_name(sight), cursor, tuple[int, int])
    if n < 1:
        raise BadCursor("no flip has this number")
    return from_microseconds(at), n


def _flip(flip: Flip) -> FlipObject:
    return FlipObject(
        n=flip.n,
        at=iso(flip.at),
        old=flip.old.value,
        new=flip.new.value,
        reason=cast("ReasonWord | None", flip.reason.value or None),
        lasted=seconds(flip.at - flip.since if flip.since else None),
    )


ROUTES = tuple(
    Route(
        ("GET",),
        f"/checks/<{name}>/flips/",
        listing,
        Needs.READ,
        "List a check's changes of status, the newest first",
        {200: Answer("The flips in this span.", Flips), **SINGLE},
        query=Span,
    )
    for name in ("id:check", "key:key")
)

"""Look at checks, pause and resume them, clear their logs, delete them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from flask import Response
from msgspec import Struct

from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, NOT_MATCHED, UNCHANGED, refused
from handlers.api.v4.check_filters import (
    Search,
    Statuses,
    Tags,
    WholeName,
    WholeSlug,
    listed_cursor,
    listed_place,
)
from handlers.api.v4.check_object import CheckObject
from handlers.api.v4.check_sight import SHOWN, SINGLE, as_seen, reply_as_it_is, reply_check, shown, the_check
from handlers.api.v4.manner import reply
from handlers.api.v4.pages import Cursor, LongLimit, Next
from handlers.api.v4.scope import ProjectId, project_of
from handlers.current import house
from tocsin.domain.transitions import NotPaused
from tocsin.services import checks
from tocsin.services.check_filter import Filter, filtered_page

_Act: TypeAlias = Callable[..., object]


class Picked(Struct, kw_only=True, forbid_unknown_fields=True):
    """All that is said must hold."""

    project: ProjectId | None = None
    tag: Tags = []
    status: Statuses = []
    slug: WholeSlug | None = None
    name: WholeName | None = None
    search: Search = ""
    limit: LongLimit = 100
    cursor: Cursor | None = None


class Checks(Struct):
    checks: list[CheckObject]
    next: Next


def listing(call: Call) -> Response:
    asked = call.asked(Picked)
    project = project_of(call, asked.project)
    fit = Filter(frozenset(asked.tag), frozenset(asked.status), asked.slug, asked.name, asked.search)
    after = listed_place(project, asked.cursor)
    found, following = filtered_page(
        house().checks, project=project, fit=fit, limit=asked.limit, after=after, now=house().clock()
    )
    return reply(Checks(shown(call, project, found), listed_cursor(project, following)))


def single(call: Call) -> Response:
    return reply_check(call, the_check(call))


def pause(call: Call) -> Response:
    return _done(call, checks.pause_check)


def resume(call: Call) -> Response:
    try:
        return _done(call, checks.resume_check)
    except NotPaused:
        raise Refusal(409, "This check is not paused: there is nothing to resume.") from None


def clear(call: Call) -> Response:
    return _done(call, checks.clear_events)


def delete(call: Call) -> Response:
    _do(call, checks.delete_check)
    return Response(status=204)


def _done(call: Call, act: _Act) -> Response:
    return reply_as_it_is(call, _do(call, act))


def _do(call: Call, act: _Act) -> str:
    """The id of the check that it was done to."""
    sight = the_check(call)
    act(house().checks, check_id=sight.id, by=call.by.actor, now=house().clock(), given=as_seen)
    return sight.id


_ANSWERS = {200: SHOWN, **SINGLE, 412: NOT_MATCHED}

ROUTES = (
    Route(
        ("GET",),
        "/checks/",
        listing,
        Needs.READ,
        "List the checks of a project, the oldest first",
        {200: Answer("Those that fit.", Checks), 404: NO_PROJECT},
        query=Picked,
        note="With a filter one call looks through up to 1,000 checks: a page may be empty and yet have a cursor.",
    ),
    *(
        Route(
            ("GET",),
            f"/checks/<{name}>",
            single,
            Needs.READ,
            f"Show a check{words}",
            {200: SHOWN, 304: UNCHANGED, **SINGLE},
        )
        for name, words in (("id:check", ""), ("key:key", " by its unique key"))
    ),
    Route(
        ("DELETE",),
        "/checks/<id:check>",
        delete,
        Needs.WRITE,
        "Delete a check",
        {204: Answer("It is gone."), **SINGLE, 412: NOT_MATCHED},
    ),
    Route(("POST",), "/checks/<id:check>/pause", pause, Needs.WRITE, "Stop watching a check", _ANSWERS),
    Route(
        ("POST",),
        "/checks/<id:check>/resume",
        resume,
        Needs.WRITE,
        "Watch a paused check again, from its next ping on",
        _ANSWERS | {409: refused("The check is not paused.")},
    ),
    Route(
        ("POST",),
        "/checks/<id:check>/clear",
        clear,
        Needs.WRITE,
        "Forget a check's pings and flips, and take it for new",
        _ANSWERS,
    ),
)

"""Look at checks, pause and resume them, delete them (protocol 3.2)."""

from __future__ import annotations

from flask import Response, request
from msgspec import Struct

from handlers.api.classic.manner import reply
from handlers.api.classic.sight import SHOWN, SINGLE, reply_check, reply_sight, shown, the_check
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.sight import Sight
from handlers.current import house
from tocsin.services import checks
from tocsin.services.check_object import CheckObject


class Listing(Struct):
    checks: list[CheckObject]


class Filters(Struct):
    tag: list[str] = []
    """Whole tags, all of which a check must have."""
    slug: str = ""


def listing(call: Call) -> Response:
    tags, slug = set(request.args.getlist("tag")), request.args.get("slug")
    project = call.by.opened.owner
    found = house().checks.listing(project)
    fits = [
        Sight(stored, info) for stored, info in found if tags <= set(info.tag_list) and (not slug or info.slug == slug)
    ]
    return reply(Listing(shown(call, project, fits)))


def single(call: Call) -> Response:
    return reply_sight(call, the_check(call))


def pause(call: Call) -> Response:
    sight = the_check(call)
    checks.pause_check(house().checks, check_id=sight.id, by=call.by.actor, now=house().clock())
    return reply_check(call, sight.id)


def resume(call: Call) -> Response:
    sight = the_check(call)
    checks.resume_check(house().checks, check_id=sight.id, by=call.by.actor, now=house().clock())
    return reply_check(call, sight.id)


def delete(call: Call) -> Response:
    """Answer with the check as it was."""
    sight = the_check(call)
    response = reply_sight(call, sight)
    checks.delete_check(house().checks, check_id=sight.id, by=call.by.actor, now=house().clock())
    return response


_NOT_PAUSED = Answer("`check is not paused`", media="text/plain")

ROUTES = (
    Route(
        ("GET",),
        "/checks/",
        listing,
        Needs.READ,
        "List the checks of the project, oldest first",
        {200: Answer("The checks that fit.", Listing)},
        query=Filters,
    ),
    Route(("GET",), "/checks/<id:check>", single, Needs.READ, "Show a check", {200: SHOWN, **SINGLE}),
    Route(("GET",), "/checks/<key:key>", single, Needs.READ, "Show a check by its unique key", {200: SHOWN, **SINGLE}),
    Route(
        ("DELETE",),
        "/checks/<id:check>",
        delete,
        Needs.WRITE,
        "Delete a check",
        {200: Answer("The check as it was.", CheckObject), **SINGLE},
    ),
    Route(("POST",), "/checks/<id:check>/pause", pause, Needs.WRITE, "Stop watching a check", {200: SHOWN, **SINGLE}),
    Route(
        ("POST",),
        "/checks/<id:check>/resume",
        resume,
        Needs.WRITE,
        "Watch a paused check again, from its next ping on",
        {200: SHOWN, 409: _NOT_PAUSED, **SINGLE},
    ),
)

"""Let a check belong to another project."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Call, Needs, Route
from handlers.api.v4.answers import NOT_MATCHED, refused
from handlers.api.v4.check_sight import SHOWN, as_seen, reply_as_it_is, the_check
from handlers.api.v4.scope import no_project
from handlers.current import house
from tocsin.services.check_fields import UUID
from tocsin.services.moving import move_check


class Move(Struct, kw_only=True, forbid_unknown_fields=True):
    project: Annotated[str, Meta(pattern=UUID, description="The project that it is to go to.")]


def move(call: Call) -> Response:
    sight, to = the_check(call), call.said(Move).project
    if not call.by.may_enter(to):
        raise no_project()
    move_check(
        house().checks,
        house().projects,
        check_id=sight.id,
        to=to,
        by=call.by.actor,
        now=house().clock(),
        given=as_seen,
    )
    return reply_as_it_is(call, sight.id)


ROUTES = (
    Route(
        ("POST",),
        "/checks/<id:check>/move",
        move,
        Needs.ACCOUNT_WRITE,
        "Move a check to another project",
        {200: SHOWN, 404: refused("There is no such check, or no such project."), 412: NOT_MATCHED},
        body=Move,
        note="The owner of the key has to be a member of both projects, or more. Its id, ping URL, badge and log stay; "
        "it tells all channels of the project that it goes to, and its slug leads to it by the ping key there.",
    ),
)

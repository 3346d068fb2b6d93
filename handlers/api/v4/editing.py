"""Make checks, and change them."""

from __future__ import annotations

from flask import Response

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, NOT_MATCHED
from handlers.api.v4.check_object import CheckObject
from handlers.api.v4.check_sight import SHOWN, SINGLE, as_seen, reply_as_it_is, the_check
from handlers.api.v4.fields import CheckEdit, NewCheck, revised, tag_text
from handlers.api.v4.scope import InProject, project_of
from handlers.api.v4.understanding import Understood, understood
from handlers.current import house, site_root
from tocsin.services.checks import Wishes, create_check, wishes_of
from tocsin.services.revising import revise_check
from tocsin.services.upsert import upsert_check
from tocsin.stores.check_items import Info

_NEW = Wishes(Info())


def create(call: Call) -> Response:
    project = project_of(call, call.asked(InProject).project)
    check_id, made = _create(call, project, understood(NewCheck, call.sent, on=_NEW, project=project))
    response = reply_as_it_is(call, check_id, 201 if made else 200)
    if made:
        response.headers["Location"] = f"{site_root()}/api/v4/checks/{check_id}"
    return response


def _create(call: Call, project: str, said: Understood[NewCheck]) -> tuple[str, bool]:
    """The id, and whether the check was made; with `unique`, the one that fits is changed instead."""
    wishes, by, now = revised(_NEW, said.fields, said.channels), call.by.actor, house().clock()
    if not said.fields.unique:
        return create_check(house().checks, project=project, wishes=wishes, by=by, now=now), True
    return upsert_check(
        house().checks,
        project=project,
        unique=_unique(said.fields),
        wishes=wishes,
        revise=lambda there: revised(there, said.fields, said.channels),
        by=by,
        now=now,
    )


def _unique(fields: NewCheck) -> dict[str, object]:
    """What the check is to be found by, as it stands in the store."""
    values = {name: getattr(fields, name) for name in fields.unique}
    return {name: tag_text(value) if name == "tags" else value for name, value in values.items()}


def update(call: Call) -> Response:
    sight = the_check(call)
    there = wishes_of(sight.stored.check, sight.info)
    said = understood(CheckEdit, call.sent, on=there, project=sight.stored.project)

    def revise(wishes: Wishes) -> Wishes:
        as_seen(wishes)
        return revised(wishes, said.fields, said.channels)

    revise_check(house().checks, check_id=sight.id, revise=revise, by=call.by.actor, now=house().clock())
    return reply_as_it_is(call, sight.id)


_MADE = Answer("The check that was made.", CheckObject, headers=("ETag", "Location"))
_FOUND = Answer("The check that was there, changed.", CheckObject, headers=("ETag",))

ROUTES = (
    Route(
        ("POST",),
        "/checks/",
        create,
        Needs.WRITE,
        "Make a check, or change the one that `unique` finds",
        {201: _MADE, 200: _FOUND, 404: NO_PROJECT},
        query=InProject,
        body=NewCheck,
        note="Without `channels` it tells nobody. Of calls with the same `unique` values at once, one makes the check.",
    ),
    Route(
        ("PATCH", "POST"),
        "/checks/<id:check>",
        update,
        Needs.WRITE,
        "Change a check: what is not sent stays",
        {200: SHOWN, **SINGLE, 412: NOT_MATCHED},
        body=CheckEdit,
    ),
)

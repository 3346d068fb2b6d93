"""Make checks, and change them (protocol 3.2 and 3.4)."""

from __future__ import annotations

from flask import Response
from msgspec import UNSET

from handlers.api.classic.fields import Fields, read_fields, revised
from handlers.api.classic.sight import SHOWN, SINGLE, reply_check, the_check
from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.current import house
from tocsin.services.channel_choice import InvalidChoice, chosen
from tocsin.services.check_object import CheckObject
from tocsin.services.checks import Wishes, create_check
from tocsin.services.revising import revise_check
from tocsin.services.upsert import upsert_check
from tocsin.stores.check_items import Info


def create(call: Call) -> Response:
    fields = read_fields(call.sent)
    check_id, made = _create(call, fields)
    return reply_check(call, check_id, 201 if made else 200)


def _create(call: Call, fields: Fields) -> tuple[str, bool]:
    """The id, and whether the check was made; with `unique`, the one that fits is changed instead."""
    project, actor, now = call.by.opened.owner, call.by.actor, house().clock()
    channels = _channels(project, fields)
    wishes = revised(Wishes(Info()), fields, channels, version=call.version)
    unique = _unique(fields)
    if not unique:
        return create_check(house().checks, project=project, wishes=wishes, by=actor, now=now), True
    return upsert_check(
        house().checks,
        project=project,
        unique=unique,
        wishes=wishes,
        revise=lambda there: revised(there, fields, channels, version=call.version),
        by=actor,
        now=now,
    )


def _unique(fields: Fields) -> dict[str, object]:
    """What the check is to be found by; nothing where a field is named that was not sent."""
    names = [] if fields.unique is UNSET else fields.unique
    values: dict[str, object] = {name: getattr(fields, name) for name in names}
    return {} if UNSET in values.values() else values


def update(call: Call) -> Response:
    sight = the_check(call)
    fields = read_fields(call.sent)
    channels = _channels(sight.stored.project, fields)
    revise_check(
        house().checks,
        check_id=sight.id,
        revise=lambda there: revised(there, fields, channels, version=call.version),
        by=call.by.actor,
        now=house().clock(),
    )
    return reply_check(call, sight.id)


def _channels(project: str, fields: Fields) -> frozenset[str] | None:
    """The ids of the channels that were named; None where none were. Raises Refusal."""
    if fields.channels is UNSET:
        return None
    try:
        return chosen(fields.channels, house().channels.of_project(project) if fields.channels else [])
    except InvalidChoice as refusal:
        raise Refusal(400, str(refusal)) from None


ROUTES = (
    Route(
        ("POST",),
        "/checks/",
        create,
        Needs.WRITE,
        "Make a check, or change the one that `unique` finds",
        {201: Answer("The check that was made.", CheckObject), 200: Answer("The check that was there.", CheckObject)},
        body=Fields,
    ),
    Route(
        ("POST",),
        "/checks/<id:check>",
        update,
        Needs.WRITE,
        "Change a check: what is not sent stays",
        {200: SHOWN, **SINGLE},
        body=Fields,
    ),
)

"""The check that a call of versions 1 to 3 is about, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Response

from handlers.api.classic.manner import reply
from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call
from handlers.api.sight import Sight, check_by_id, named_check
from handlers.current import house, ping_urls, site_root
from tocsin.services.changing import UnknownCheck
from tocsin.services.check_object import CheckObject, View, check_object

SHOWN = Answer("The check.", CheckObject)
OTHERS = Answer("The check belongs to another project.")
UNKNOWN = Answer("There is no such check.")
SINGLE = {403: OTHERS, 404: UNKNOWN}
"""How routes of one check refuse, beside what all do."""


def the_check(call: Call) -> Sight:
    """Raises UnknownCheck, and Refusal for a check of another project: 403 by id, 404 by unique key (protocol 3.1)."""
    sight = named_check(call)
    if not call.by.may_enter(sight.stored.project):
        if "key" in call.path:
            raise UnknownCheck(call.path["key"])
        raise Refusal(403)
    return sight


def shown(call: Call, project: str, sights: Iterable[Sight]) -> list[CheckObject]:
    """Checks of this project, in their order."""
    read_only, now = call.by.read_only(project), house().clock()
    channels = None if read_only else frozenset(channel.id for channel in house().channels.of_project(project))
    view = View(site_root(), ping_urls(), call.version, read_only, channels)
    return [check_object(sight.stored, sight.info, view, now=now) for sight in sights]


def reply_sight(call: Call, sight: Sight, status: int = 200) -> Response:
    """The check as it was seen."""
    return reply(shown(call, sight.stored.project, [sight])[0], status)


def reply_check(call: Call, check_id: str, status: int = 200) -> Response:
    """The check as it is now. Raises UnknownCheck."""
    return reply_sight(call, check_by_id(check_id), status)

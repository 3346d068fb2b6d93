"""The checks that a call is about, and how they are answered with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flask import Response

from handlers.api.route import Answer, Call
from handlers.api.sight import Sight, check_by_id, named_check
from handlers.api.v4.answers import NO_CHECK
from handlers.api.v4.check_object import CheckObject, View, check_object, settings_of
from handlers.api.v4.etag import reply_single, require_match
from handlers.current import house, ping_urls, site_root
from tocsin.services.changing import UnknownCheck
from tocsin.services.checks import Wishes, wishes_of
from tocsin.stores.check_items import Info, Stored

SHOWN = Answer("The check.", CheckObject, headers=("ETag",))
SINGLE = {404: NO_CHECK}


def the_check(call: Call) -> Sight:
    """Raises UnknownCheck, for a check of another project as well."""
    sight = named_check(call)
    if not call.by.may_enter(sight.stored.project):
        raise UnknownCheck(sight.id)
    return sight


def shown(call: Call, project: str, found: Iterable[tuple[Stored, Info]]) -> list[CheckObject]:
    """Checks of one project, as the caller may see them."""
    pairs = list(found)
    view = View(site_root(), ping_urls(), house().clock(), _channels(call, project, pairs))
    return [check_object(stored, info, view) for stored, info in pairs]


def _channels(call: Call, project: str, pairs: Sequence[tuple[Stored, Info]]) -> frozenset[str] | None:
    """Checks may still name a channel that is gone: none that names one, none that is read."""
    if call.by.read_only(project):
        return None
    named = any(info.channels for _, info in pairs)
    return frozenset(channel.id for channel in house().channels.of_project(project)) if named else frozenset()


def reply_check(call: Call, sight: Sight, status: int = 200) -> Response:
    (check,) = shown(call, sight.stored.project, [(sight.stored, sight.info)])
    return reply_single(check, settings_of(wishes_of(sight.stored.check, sight.info)), status)


def reply_as_it_is(call: Call, check_id: str, status: int = 200) -> Response:
    """The check read anew. Raises UnknownCheck."""
    return reply_check(call, check_by_id(check_id), status)


def as_seen(wishes: Wishes) -> None:
    """Raises Refusal where the caller has seen other settings (`If-Match`)."""
    require_match(settings_of(wishes))

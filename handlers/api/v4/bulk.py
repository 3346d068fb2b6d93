"""One act on many checks at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal, TypeAlias

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT
from handlers.api.v4.check_filters import (
    Search,
    Statuses,
    Tags,
    WholeName,
    WholeSlug,
    listed_cursor,
    listed_place,
)
from handlers.api.v4.manner import reply
from handlers.api.v4.pages import Cursor, Next, place_cursor, place_of
from handlers.api.v4.scope import InProject, project_of
from handlers.current import house
from tocsin.services.bulk import Done, Order, act_on
from tocsin.services.check_fields import UUID, Tag
from tocsin.services.check_filter import EVERYTHING, Filter, Pair, filtered_page
from tocsin.services.declared import Invalid, Problem

MOST = 200
_BY_ID = "checks by id"
_UNMATCHED = "There is no such check in this project, or the rest of the filter leaves it out."

Act: TypeAlias = Literal["pause", "resume", "delete", "tag", "channels"]
CheckId = Annotated[str, Meta(pattern=UUID)]
ChannelId = Annotated[str, Meta(pattern=UUID)]
_FIELDS: Mapping[Act, tuple[str, str]] = {
    "tag": ("add_tags", "remove_tags"),
    "channels": ("add_channels", "remove_channels"),
}
"""What belongs to an act, and to no other."""


class BulkFilter(Struct, kw_only=True, forbid_unknown_fields=True):
    """All that is said must hold."""

    uuids: Annotated[list[CheckId], Meta(max_length=1000, description="These, and no others.")] | None = None
    tags: Tags = []
    status: Statuses = []
    slug: WholeSlug | None = None
    name: WholeName | None = None
    search: Search = ""
    all: Annotated[bool, Meta(description="Every check of the project; must be said where nothing else is.")] = False


class BulkOrder(Struct, kw_only=True, forbid_unknown_fields=True):
    filter: BulkFilter
    act: Act
    add_tags: Annotated[list[Tag], Meta(max_length=50, description="For `tag`.")] = []
    remove_tags: Annotated[list[Tag], Meta(max_length=50, description="For `tag`.")] = []
    add_channels: Annotated[
        list[ChannelId], Meta(max_length=50, description="For `channels`: whom the checks tell from now on.")
    ] = []
    remove_channels: Annotated[
        list[ChannelId], Meta(max_length=50, description="For `channels`: whom they tell no more.")
    ] = []
    dry_run: Annotated[bool, Meta(description="Say what would be changed, and change nothing.")] = False
    limit: Annotated[int, Meta(ge=1, le=MOST, description="How many checks a call takes on at most.")] = MOST
    cursor: Cursor | None = None


class BulkCheck(Struct, kw_only=True):
    uuid: str
    name: str | None
    changed: bool
    error: Annotated[str | None, Meta(description="Why it could not be done to this one.")]


class BulkDone(Struct, kw_only=True):
    matched: int
    changed: int
    checks: list[BulkCheck]
    next: Next


def act(call: Call) -> Response:
    project, said = project_of(call, call.asked(InProject).project), call.said(BulkOrder)
    _check_sense(said)
    _check_channels(project, said)
    found, missing, following = _found(project, said)
    order = Order(
        said.act,
        call.by.actor,
        house().clock(),
        said.add_tags,
        said.remove_tags,
        said.add_channels,
        said.remove_channels,
        dry_run=said.dry_run,
    )
    done = act_on(house().checks, found, order)
    told = [*map(_told, done), *(_unmatched(check_id) for check_id in missing)]
    return reply(BulkDone(matched=len(found), changed=sum(one.changed for one in done), checks=told, next=following))


def _check_sense(said: BulkOrder) -> None:
    """Raises Invalid for what no type can tell."""
    faults = list(_faults(said))
    if faults:
        raise Invalid(faults)


def _faults(said: BulkOrder) -> Iterator[Problem]:
    which = said.filter
    anything = which.uuids is not None or _filter(which) != EVERYTHING
    if not anything and not which.all:
        yield Problem("filter", "", 'says nothing: for every check of the project send {"all": true}')
    if anything and which.all:
        yield Problem("filter.all", "", "contradicts the rest of the filter: leave out the one or the other")
    for act in _FIELDS:
        yield from _field_faults(said, act)


def _field_faults(said: BulkOrder, act: Act) -> Iterator[Problem]:
    add, remove = _FIELDS[act]
    added, removed = getattr(said, add), getattr(said, remove)
    if said.act == act and not (added or removed):
        noun = add.removeprefix("add_")
        yield Problem(add, "", f"is missing: say which {noun} to add, or which to remove in {remove}")
    for name, given in ((add, added), (remove, removed)):
        if said.act != act and given:
            yield Problem(name, "", f"says nothing to {said.act}: it belongs to the act {act}")
    if both := sorted({*added} & {*removed}):
        yield Problem(remove, "", f"names {both[0]}, which {add} names as well")


def _check_channels(project: str, said: BulkOrder) -> None:
    """Raises Invalid. One that is to be told no more may be gone already."""
    known = {channel.id for channel in house().channels.of_project(project)} if said.add_channels else set[str]()
    if strangers := sorted({*said.add_channels} - known):
        raise Invalid([Problem("add_channels", "", f"names {strangers[0]}, which is no channel of this project")])


def _found(project: str, said: BulkOrder) -> tuple[list[Pair], list[str], str | None]:
    """The checks to take on, the ids that led to none, and where to go on."""
    if said.filter.uuids is not None:
        return _found_by_id(project, said, said.filter.uuids)
    found, following = filtered_page(
        house().checks,
        project=project,
        fit=_filter(said.filter),
        limit=said.limit,
        after=listed_place(project, said.cursor),
        now=house().clock(),
    )
    return found, [], listed_cursor(project, following)


def _found_by_id(project: str, said: BulkOrder, uuids: list[str]) -> tuple[list[Pair], list[str], str | None]:
    begin = max(place_of(_BY_ID, said.cursor, tuple[int])[0], 0) if said.cursor else 0
    ids = list(dict.fromkeys(uuids))
    named = ids[begin : begin + said.limit]
    now, fit = house().clock(), _filter(said.filter)
    found = [
        (stored, info)
        for stored, info in filter(None, map(house().checks.find, named))
        if stored.project == project and fit.fits(stored, info, now=now)
    ]
    missing = {*named} - {stored.check.id for stored, _ in found}
    end = begin + len(named)
    return found, [one for one in named if one in missing], place_cursor(_BY_ID, end) if end < len(ids) else None


def _filter(which: BulkFilter) -> Filter:
    return Filter(frozenset(which.tags), frozenset(which.status), which.slug, which.name, which.search)


def _told(done: Done) -> BulkCheck:
    return BulkCheck(uuid=done.check_id, name=done.name, changed=done.changed, error=done.error or None)


def _unmatched(check_id: str) -> BulkCheck:
    return BulkCheck(uuid=check_id, name=None, changed=False, error=_UNMATCHED)


ROUTES = (
    Route(
        ("POST",),
        "/checks/bulk",
        act,
        Needs.WRITE,
        "Pause, resume, delete or tag many checks, or change whom they tell",
        {200: Answer("What was done to each.", BulkDone), 404: NO_PROJECT},
        query=InProject,
        body=BulkOrder,
        note="Each check is changed by itself: one that can't be does not keep the others waiting. Send the same body "
        "again with `next` as `cursor` until that is null.",
    ),
)

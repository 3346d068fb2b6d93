"""Deleted checks: list them, and restore one."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, refused
from handlers.api.v4.audit import ActorObject
from handlers.api.v4.check_sight import SHOWN, reply_as_it_is
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Cursor, Limit, Next
from handlers.api.v4.scope import InProject, ProjectId, no_project, project_of
from handlers.current import house
from tocsin.domain.check import unique_key
from tocsin.services.check_fields import Name, Slug, Tag
from tocsin.services.projects import UnknownProject
from tocsin.services.trash import restore_check
from tocsin.stores.trash import IdTaken, NotInTrash, Trashed

_NONE = "No check with this id was deleted in the last 7 days, or it is restored already."


class DeletedCheck(Struct, kw_only=True):
    uuid: Annotated[str | UnsetType, Meta(description="For read-write keys.")] = UNSET
    unique_key: Annotated[str, Meta(description="Names the check, and gives nothing away.")]
    name: Name
    slug: Slug
    tags: list[Tag]
    deleted: Moment
    deleted_by: ActorObject
    until: Annotated[Moment, Meta(description="From then on it can't be restored.")]


class DeletedChecks(Struct):
    checks: list[DeletedCheck]
    next: Next


class DeletedAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


def listing(call: Call) -> Response:
    asked = call.asked(DeletedAsked)
    project = project_of(call, asked.project)
    found, following = house().trash.page(project, now=house().clock(), limit=asked.limit, cursor=asked.cursor)
    return reply(
        DeletedChecks([_object(trashed, named=not call.by.read_only(project)) for trashed in found], following)
    )


def restore(call: Call) -> Response:
    project, check_id = project_of(call, call.asked(InProject).project), str(call.path["check"])
    try:
        restore_check(house().checks, project=project, check_id=check_id, by=call.by.actor, now=house().clock())
    except NotInTrash:
        raise Refusal(404, _NONE) from None
    except UnknownProject:
        raise no_project() from None
    except IdTaken:
        raise Refusal(409, "There is a check with this id again.") from None
    return reply_as_it_is(call, check_id)


def _object(trashed: Trashed, *, named: bool) -> DeletedCheck:
    return DeletedCheck(
        uuid=trashed.id if named else UNSET,
        unique_key=unique_key(trashed.id),
        name=trashed.info.name,
        slug=trashed.info.slug,
        tags=list(trashed.info.tag_list),
        deleted=iso(trashed.deleted),
        deleted_by=ActorObject(kind=trashed.by.kind, name=trashed.by.name),
        until=iso(trashed.until),
    )


ROUTES = (
    Route(
        ("GET",),
        "/checks/deleted/",
        listing,
        Needs.READ,
        "List the deleted checks of a project that can be restored, the last deleted first",
        {200: Answer("Those of the last 7 days.", DeletedChecks), 404: NO_PROJECT},
        query=DeletedAsked,
    ),
    Route(
        ("POST",),
        "/checks/<id:check>/restore",
        restore,
        Needs.WRITE,
        "Restore a deleted check",
        {
            200: SHOWN,
            404: refused("There is no such project, or no such check was deleted in the last 7 days."),
            409: refused("There is a check with this id again."),
        },
        query=InProject,
        note="It is what it was, under its old id, and its ping URL works again. If it is overdue by now it is down at "
        "once, and nobody is alerted.",
    ),
)

"""The audit log of a project: who changed what, and when."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Cursor, Limit, Next
from handlers.api.v4.scope import ProjectId, project_of
from handlers.current import house
from tocsin.services.check_fields import UUID
from tocsin.stores.audit import Act, AuditEntry

SubjectId: TypeAlias = Annotated[
    str, Meta(pattern=UUID, description="What was done to this check, channel, project or key.")
]


class ActorObject(Struct, kw_only=True):
    kind: Annotated[
        Literal["user", "key", "command", "ping"],
        Meta(description="`command`: somebody on the server. `ping`: one that made its check."),
    ]
    name: Annotated[str, Meta(description="An e-mail address, or what a key is called and begins with.")]


class ChangeObject(Struct, rename={"before": "from", "after": "to"}):
    before: str
    after: str


class AuditObject(Struct, kw_only=True):
    id: str
    at: Moment
    actor: ActorObject
    act: Act
    subject: Annotated[str, Meta(description="The id of what it was done to.")]
    name: Annotated[str, Meta(description="What that was called then.")]
    changes: Annotated[dict[str, ChangeObject], Meta(description="Of an edit, by field: short texts, without secrets.")]


class AuditLog(Struct):
    entries: list[AuditObject]
    next: Next


class AuditAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    act: Annotated[list[Act], Meta(description="Any of these.")] = []
    subject: SubjectId | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


def listing(call: Call) -> Response:
    asked = call.asked(AuditAsked)
    project = project_of(call, asked.project)
    found, following = house().audit.page(project, now=house().clock(), limit=asked.limit, cursor=asked.cursor)
    fits = [
        entry for entry in found if (not asked.act or entry.act in asked.act) and asked.subject in (None, entry.subject)
    ]
    return reply(AuditLog([_object(entry) for entry in fits], following))


def _object(entry: AuditEntry) -> AuditObject:
    return AuditObject(
        id=entry.id,
        at=iso(entry.at),
        actor=ActorObject(kind=entry.actor.kind, name=entry.actor.name),
        act=entry.act,
        subject=entry.subject,
        name=entry.name,
        changes={field: ChangeObject(*change) for field, change in entry.changes.items()},
    )


ROUTES = (
    Route(
        ("GET",),
        "/audit/",
        listing,
        Needs.WRITE,
        "List who changed what in a project, the newest first",
        {200: Answer("The entries.", AuditLog), 404: NO_PROJECT},
        query=AuditAsked,
        note="Entries are kept for 400 days. With a filter a page may be empty and yet have a cursor.",
    ),
)

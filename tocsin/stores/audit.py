"""The audit log of a project: who changed what, and when. Each entry is written in the transaction of its act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, TypeAlias, cast

from msgspec import Struct, field

from tocsin.stores import fields
from tocsin.stores.table import Item, Put, Range, Table, Value

AUDIT_AGE = timedelta(days=400)
ActorKind: TypeAlias = Literal["user", "key", "command", "ping"]
Act: TypeAlias = Literal[
    "check.create",
    "check.edit",
    "check.pause",
    "check.resume",
    "check.clear",
    "check.delete",
    "check.move",
    "check.restore",
    "channel.create",
    "channel.edit",
    "channel.delete",
    "channel.test",
    "project.create",
    "project.edit",
    "project.delete",
    "project.ping_key",
    "key.create",
    "key.revoke",
    "invitation.create",
    "invitation.revoke",
    "member.join",
    "member.role",
    "member.remove",
    "member.leave",
    "transfer.propose",
    "transfer.withdraw",
    "transfer.decline",
    "transfer.accept",
]


class Actor(Struct, frozen=True):
    """Who does something."""

    kind: ActorKind
    name: str
    """An e-mail address, or what a key is called and begins with."""


COMMAND = Actor("command", "flask")
PING = Actor("ping", "create=1")


class AuditEntry(Struct, frozen=True):
    id: str
    at: datetime
    actor: Actor
    act: Act
    subject: str
    """The id of what it was done to. That of a check is the secret in its ping URL."""
    name: str
    """What that was called then."""
    changes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Fields that were edited, before and after, in short texts without secrets."""


class Audit(Struct, frozen=True):
    table: Table

    def page(
        self, project: str, *, now: datetime, limit: int, cursor: str | None = None
    ) -> tuple[list[AuditEntry], str | None]:
        """At most `limit` entries, the newest first, and where to go on. Raises table.BadCursor."""
        page = self.table.query(f"project#{project}", Range(prefix="audit#"), reverse=True, limit=limit, cursor=cursor)
        entries = [_decode(item) for item in page.items]
        fresh = [entry for entry in entries if entry.at > now - AUDIT_AGE]
        # Whatever follows one that has expired is older still.
        return fresh, page.cursor if len(fresh) == len(entries) else None


def put_entry(project: str, entry: AuditEntry) -> Put:
    """What writes it, to go in the transaction of its act."""
    values: dict[str, Value | None] = {
        "pk": f"project#{project}",
        "sk": f"audit#{fields.sortable(entry.at)}#{entry.id}",
        "by": entry.actor.kind,
        "by_name": entry.actor.name,
        "act": entry.act,
        "subject": entry.subject,
        "name": entry.name,
        "changes": json.dumps(entry.changes, ensure_ascii=False) if entry.changes else None,
        "expires": fields.expiry(entry.at, AUDIT_AGE),
    }
    return Put(fields.present(values))


def _decode(item: Item) -> AuditEntry:
    _, moment, entry_id = fields.text(item, "sk").split("#")
    changes = json.loads(fields.text(item, "changes", "{}"))
    return AuditEntry(
        id=entry_id,
        at=fields.moment_from(int(moment)),
        actor=Actor(cast("ActorKind", fields.text(item, "by")), fields.text(item, "by_name")),
        act=cast("Act", fields.text(item, "act")),
        subject=fields.text(item, "subject"),
        name=fields.text(item, "name"),
        changes={name: (before, after) for name, (before, after) in changes.items()},
    )

"""Invitations to a project that wait for an answer. What is in the mailed link is a token; this is what it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid5

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import ProjectClosed, open_project
from tocsin.stores.projects import Role
from tocsin.stores.table import Action, Delete, Item, Key, Put, Range, Table, TransactionLost, Where, walk


class Invitation(Struct, frozen=True):
    project: str
    email: str
    """Where it was mailed to."""
    role: Role
    by: str
    """The address of whoever invited."""
    inviter: str
    """Their id."""
    sent: datetime
    expires: datetime
    digest: str
    """Of the token in the link that was mailed last."""

    @property
    def id(self) -> str:
        return invitation_id(self.project, self.email)


def invitation_id(project: str, email: str) -> str:
    """There is one for an address, so that a second one replaces the first."""
    return str(uuid5(UUID(project), email))


class Invitations(Struct, frozen=True):
    table: Table

    def of_project(self, project_id: str, *, now: datetime) -> list[Invitation]:
        """Those that have not expired, the newest first."""
        found = map(_decode, walk(self.table, f"project#{project_id}", Range(prefix="invite#")))
        return sorted((each for each in found if each.expires > now), key=lambda each: each.sent, reverse=True)

    def get(self, project_id: str, invitation: str, *, now: datetime) -> Invitation | None:
        item = self.table.get(_key(project_id, invitation))
        found = _decode(item) if item else None
        return found if found and found.expires > now else None

    def put(self, invitation: Invitation, *, also: Sequence[Action] = ()) -> None:
        """Write it, in place of an earlier one, and do the actions in `also` with that. Raises ProjectClosed."""
        try:
            self.table.transact([open_project(invitation.project), Put(_encode(invitation)), *also])
        except TransactionLost as lost:
            if not lost.lost:
                raise
            raise ProjectClosed from None

    def withdraw(self, invitation: Invitation, *, also: Sequence[Action]) -> None:
        """Take it away, and do the actions in `also` with that; not if it was answered or sent again meanwhile."""
        with suppress(TransactionLost):
            self.table.transact([taking(invitation), *also])


def taking(invitation: Invitation) -> Delete:
    """What takes it away, to go in the transaction of its answer; lost where it is another by now, or gone."""
    key = _key(invitation.project, invitation.id)
    return Delete(key, where=Where(equals={"digest": invitation.digest}))


def _key(project: str, invitation: str) -> Key:
    return Key(f"project#{project}", f"invite#{invitation}")


def _encode(invitation: Invitation) -> Item:
    key = _key(invitation.project, invitation.id)
    return {
        "pk": key.pk,
        "sk": key.sk,
        "email": invitation.email,
        "role": invitation.role.value,
        "by": invitation.by,
        "inviter": invitation.inviter,
        "sent": fields.moment(invitation.sent),
        "digest": invitation.digest,
        "expires": fields.expiry_at(invitation.expires),
    }


def _decode(item: Item) -> Invitation:
    return Invitation(
        project=fields.text(item, "pk").removeprefix("project#"),
        email=fields.text(item, "email"),
        role=Role(fields.text(item, "role")),
        by=fields.text(item, "by"),
        inviter=fields.text(item, "inviter"),
        sent=fields.moment_from(fields.number(item, "sent")),
        expires=fields.expired_at(fields.number(item, "expires")),
        digest=fields.text(item, "digest"),
    )

"""Who people are at an identity provider: found by its issuer and their subject there, listed under the user."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import (
    ABSENT,
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Table,
    TransactionLost,
    Value,
    Where,
)


class Identity(Struct, frozen=True):
    user: str
    issuer: str
    subject: str
    """What the provider calls them, and nobody else, ever."""
    email: str
    """Their address there when it was connected, to tell identities apart."""
    created: datetime

    @property
    def id(self) -> str:
        return _digest(self.issuer, self.subject)


class IdentityTaken(Exception):
    """It is connected already."""


class IdentityGone(Exception):
    """It was disconnected meanwhile."""


class Identities(Struct, frozen=True):
    table: Table

    def find(self, *, issuer: str, subject: str) -> str | None:
        """The id of the user who is this at the provider."""
        item = self.table.get(_guard_key(_digest(issuer, subject)))
        return fields.text(item, "user") if item else None

    def of_user(self, user_id: str) -> list[Identity]:
        """The oldest first. As many as somebody has connected by hand: few."""
        page = self.table.query(f"user#{user_id}", Range(prefix="identity#"))
        return sorted((_decode(item) for item in page.items), key=lambda identity: (identity.created, identity.id))

    def connect(self, identity: Identity, *, also: Sequence[Action] = ()) -> None:
        """Write it, and do the actions in `also` with it. Raises IdentityTaken."""
        try:
            self.table.transact([*put_identity(identity), *also])
        except TransactionLost:
            raise IdentityTaken from None

    def forget(self, *, issuer: str, subject: str, user_id: str) -> None:
        """Let this be nobody any more: the account of the user is gone."""
        key = _guard_key(_digest(issuer, subject))
        with suppress(ConditionLost):
            self.table.delete(Delete(key, where=Where(equals={"user": user_id})))

    def disconnect(self, user_id: str, identity_id: str, *, also: Sequence[Action] = ()) -> None:
        """Delete it, and do the actions in `also` with that. Raises IdentityGone."""
        keys = (_guard_key(identity_id), _listing_key(user_id, identity_id))
        try:
            self.table.transact([*(Delete(key, where=PRESENT) for key in keys), *also])
        except TransactionLost:
            raise IdentityGone from None


def put_identity(identity: Identity) -> Sequence[Action]:
    """What writes it, if it is nobody's: a guard, which finds it, and a line in its user's list."""
    guard, line = _guard_key(identity.id), _listing_key(identity.user, identity.id)
    values: dict[str, Value] = {
        "issuer": identity.issuer,
        "subject": identity.subject,
        "email": identity.email,
        "created": fields.moment(identity.created),
    }
    return [
        Put({"pk": guard.pk, "sk": guard.sk, "user": identity.user}, where=ABSENT),
        Put({"pk": line.pk, "sk": line.sk, **values}),
    ]


def _guard_key(identity_id: str) -> Key:
    return Key(f"oidc#{identity_id}", "oidc")


def _listing_key(user_id: str, identity_id: str) -> Key:
    return Key(f"user#{user_id}", f"identity#{identity_id}")


def _digest(issuer: str, subject: str) -> str:
    """The length tells where one ends and the other begins."""
    return hashlib.sha256(f"{len(issuer)}:{issuer}:{subject}".encode()).hexdigest()


def _decode(item: Item) -> Identity:
    return Identity(
        user=fields.text(item, "pk").removeprefix("user#"),
        issuer=fields.text(item, "issuer"),
        subject=fields.text(item, "subject"),
        email=fields.text(item, "email"),
        created=fields.moment_from(fields.number(item, "created")),
    )

"""The people who sign in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import ABSENT, Action, Item, Key, Put, Table, TransactionLost, Value

_FIRST = Key("site", "first-account")


class User(Struct, frozen=True):
    id: str
    email: str
    """In lower case; no two users share one."""
    created: datetime
    password: str | None = None
    """An Argon2 hash; None for somebody who can't sign in by password."""


class EmailTaken(Exception):
    """Another user has this address."""


class NotFirst(Exception):
    """Somebody has an account here already."""


class Accounts(Struct, frozen=True):
    table: Table

    def create(self, user: User, *, first: bool = False) -> None:
        """Raises EmailTaken and, where it must be the `first` of all, NotFirst: two at once can't both be."""
        flag = {"pk": _FIRST.pk, "sk": _FIRST.sk, "user": user.id}
        guard = {"pk": f"email#{user.email}", "sk": "email", "user": user.id}
        actions: list[Action] = [Put(guard, where=ABSENT), Put(_encode(user), where=ABSENT)]
        actions.append(Put(flag, where=ABSENT) if first else Put(flag))
        try:
            self.table.transact(actions)
        except TransactionLost as lost:
            raise EmailTaken if 0 in lost.lost else NotFirst from None

    def any(self) -> bool:
        return self.table.get(_FIRST) is not None

    def get(self, user_id: str) -> User | None:
        item = self.table.get(Key(f"user#{user_id}", "user"))
        return _decode(item) if item else None

    def several(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Those that there are, by id."""
        found = self.table.batch_get([Key(f"user#{each}", "user") for each in user_ids])
        users = [_decode(item) for item in found.values()]
        return {user.id: user for user in users}

    def by_email(self, email: str) -> User | None:
        guard = self.table.get(Key(f"email#{email}", "email"))
        return self.get(fields.text(guard, "user")) if guard else None


def _encode(user: User) -> dict[str, Value]:
    values: dict[str, Value | None] = {
        "pk": f"user#{user.id}",
        "sk": "user",
        "email": user.email,
        "created": fields.moment(user.created),
        "password": user.password,
    }
    return fields.present(values)


def _decode(item: Item) -> User:
    return User(
        id=fields.text(item, "pk").removeprefix("user#"),
        email=fields.text(item, "email"),
        created=fields.moment_from(fields.number(item, "created")),
        password=fields.optional_text(item, "password"),
    )

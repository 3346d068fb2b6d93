"""The people who sign in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import ABSENT, Action, Item, Key, Put, Table, TransactionLost, Update, Value, Where

_FIRST = Key("site", "first-account")


class User(Struct, frozen=True):
    id: str
    email: str
    """In lower case; no two users share one."""
    created: datetime
    password: str | None = None
    """An Argon2 hash; None for somebody who can't sign in by password."""
    generation: int = 0
    """Goes up when all sessions are to end: one that began in an earlier generation has."""
    factors: int = 0
    """How many second factors they have: passkeys, and an authenticator app."""

    @property
    def two_step(self) -> bool:
        """Whoever signs in has to show a second factor."""
        return self.factors > 0


class EmailTaken(Exception):
    """Another user has this address."""


class UserChanged(Exception):
    """The user is no longer as they were read, or gone; nothing was written."""


class NotFirst(Exception):
    """Somebody has an account here already."""


class Accounts(Struct, frozen=True):
    table: Table

    def create(self, user: User, *, first: bool = False, also: Sequence[Action] = ()) -> None:
        """Write the user, and do the actions in `also` with that.

        Raises EmailTaken and, where it must be the `first` of all, NotFirst: two at once can't both be.
        """
        flag = {"pk": _FIRST.pk, "sk": _FIRST.sk, "user": user.id}
        guard = {"pk": f"email#{user.email}", "sk": "email", "user": user.id}
        actions: list[Action] = [Put(guard, where=ABSENT), Put(_encode(user), where=ABSENT)]
        actions.append(Put(flag, where=ABSENT) if first else Put(flag))
        try:
            self.table.transact([*actions, *also])
        except TransactionLost as lost:
            raise EmailTaken if 0 in lost.lost else NotFirst from None

    def edit(self, old: User, new: User, *, also: Sequence[Action] = ()) -> None:
        """Write all but the address, and do the actions in `also` with that. Raises UserChanged."""
        before, after = _encode_editable(old), _encode_editable(new)
        changes = fields.differences(before, after)
        as_read = Where(
            exists=True,
            equals=fields.present(before),
            absent=[name for name, value in before.items() if value is None],
        )
        update = Update(_key(old.id), set=changes.set, remove=changes.remove, where=as_read)
        try:
            self.table.transact([update, *also])
        except TransactionLost:
            raise UserChanged from None

    def any(self) -> bool:
        return self.table.get(_FIRST) is not None

    def get(self, user_id: str) -> User | None:
        item = self.table.get(_key(user_id))
        return _decode(item) if item else None

    def several(self, user_ids: Iterable[str]) -> dict[str, User]:
        """Those that there are, by id."""
        found = self.table.batch_get([_key(each) for each in user_ids])
        users = [_decode(item) for item in found.values()]
        return {user.id: user for user in users}

    def by_email(self, email: str) -> User | None:
        guard = self.table.get(Key(f"email#{email}", "email"))
        return self.get(fields.text(guard, "user")) if guard else None


def _key(user_id: str) -> Key:
    return Key(f"user#{user_id}", "user")


def _encode(user: User) -> dict[str, Value]:
    key = _key(user.id)
    values: dict[str, Value | None] = {
        "pk": key.pk,
        "sk": key.sk,
        "email": user.email,
        "created": fields.moment(user.created),
        **_encode_editable(user),
    }
    return fields.present(values)


def _encode_editable(user: User) -> dict[str, Value | None]:
    return {
        "password": user.password,
        "generation": user.generation or None,
        "factors": user.factors or None,
    }


def _decode(item: Item) -> User:
    return User(
        id=fields.text(item, "pk").removeprefix("user#"),
        email=fields.text(item, "email"),
        created=fields.moment_from(fields.number(item, "created")),
        password=fields.optional_text(item, "password"),
        generation=fields.number(item, "generation"),
        factors=fields.number(item, "factors"),
    )

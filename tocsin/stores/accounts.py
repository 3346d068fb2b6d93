"""The people who sign in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import project_key
from tocsin.stores.table import (
    ABSENT,
    Action,
    Delete,
    Item,
    Key,
    Put,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
    walk,
)

_FIRST = Key("site", "first-account")
_NOBODY = "nobody"
"""No user has this id."""


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
        """Make the account, and do the actions in `also` with that.

        Raises EmailTaken; where it must be the `first` of all, NotFirst: two at once can't both be; and
        table.TransactionLost where one of the others is in the way.
        """
        flag = {"pk": _FIRST.pk, "sk": _FIRST.sk, "user": user.id}
        guard = _encode_guard(user.email, user.id)
        actions: list[Action] = [Put(guard, where=ABSENT), Put(_encode(user), where=ABSENT)]
        actions.append(Put(flag, where=ABSENT) if first else Put(flag))
        try:
            self.table.transact([*actions, *also])
        except TransactionLost as lost:
            if 0 in lost.lost:
                raise EmailTaken from None
            if first and 2 in lost.lost:
                raise NotFirst from None
            raise

    def edit(self, old: User, new: User, *, also: Sequence[Action] = ()) -> None:
        """Write all but the address, and do the actions in `also` with that. Raises UserChanged."""
        before, after = _encode_editable(old), _encode_editable(new)
        changes = fields.differences(before, after)
        update = Update(_key(old.id), set=changes.set, remove=changes.remove, where=_as_read(before))
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
        """Takes two reads whether there is somebody or not, so that its time does not tell."""
        guard = self.table.get(_guard(email))
        user = self.get(fields.text(guard, "user") if guard else _NOBODY)
        return user if user and user.email == email else None

    def move(self, old: User, email: str, *, also: Sequence[Action] = ()) -> None:
        """Give the user another address in a new generation, and do the actions in `also` with that.

        Raises EmailTaken, UserChanged.
        """
        guard = Put(_encode_guard(email, old.id), where=ABSENT)
        leave = Delete(_guard(old.email), where=Where(equals={"user": old.id}))
        values: dict[str, Value] = {"email": email, "generation": old.generation + 1}
        moved = Update(_key(old.id), set=values, where=_as_read({"email": old.email, **_encode_editable(old)}))
        try:
            self.table.transact([guard, leave, moved, *also])
        except TransactionLost as lost:
            raise EmailTaken if 0 in lost.lost else UserChanged from None

    def clear(self, user: User) -> None:
        """Delete whatever else stands under the user: sessions, the log of the account, second factors.

        Not that they belong to a project which is there: only who takes them off it may say so, on both sides.
        """
        for item in walk(self.table, f"user#{user.id}"):
            if item["sk"] != _key(user.id).sk and not self._binds(item):
                self.table.delete(Delete(Key(fields.text(item, "pk"), fields.text(item, "sk"))))

    def _binds(self, item: Item) -> bool:
        kind, _, project = fields.text(item, "sk").partition("#")
        return kind == "member" and self.table.get(project_key(project)) is not None

    def delete(self, user: User) -> None:
        """Delete the account and free its address; all else that is its own is gone by then. Raises UserChanged."""
        leave = Delete(_guard(user.email), where=Where(equals={"user": user.id}))
        gone = Delete(_key(user.id), where=Where(equals={"email": user.email}))
        try:
            self.table.transact([gone, leave])
        except TransactionLost:
            raise UserChanged from None


def _guard(email: str) -> Key:
    return Key(f"email#{email}", "email")


def _encode_guard(email: str, user_id: str) -> Item:
    key = _guard(email)
    return {"pk": key.pk, "sk": key.sk, "user": user_id}


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


def _as_read(values: dict[str, Value | None]) -> Where:
    absent = [name for name, value in values.items() if value is None]
    return Where(exists=True, equals=fields.present(values), absent=absent)


def _decode(item: Item) -> User:
    return User(
        id=fields.text(item, "pk").removeprefix("user#"),
        email=fields.text(item, "email"),
        created=fields.moment_from(fields.number(item, "created")),
        password=fields.optional_text(item, "password"),
        generation=fields.number(item, "generation"),
        factors=fields.number(item, "factors"),
    )

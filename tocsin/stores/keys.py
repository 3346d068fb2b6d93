"""API keys: what programs open a project with, or all projects of one person. Of a key only its digest is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import ProjectClosed, open_project
from tocsin.stores.table import (
    ABSENT,
    PRESENT,
    Action,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Table,
    TransactionLost,
    Value,
    walk,
)


class KeyKind(StrEnum):
    PING = "ping"
    READ_WRITE = "rw"
    READ_ONLY = "ro"
    ACCOUNT = "account"
    ACCOUNT_READ_ONLY = "account-ro"

    @property
    def account(self) -> bool:
        """It is a person's, and opens whatever they may."""
        return self in (KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY)

    @property
    def read_only(self) -> bool:
        return self in (KeyKind.READ_ONLY, KeyKind.ACCOUNT_READ_ONLY)

    @property
    def words(self) -> str:
        if self is KeyKind.PING:
            return "ping key"
        return f"{'read-only' if self.read_only else 'read-write'} {'account' if self.account else 'API'} key"


class StoredKey(Struct, frozen=True):
    id: str
    kind: KeyKind
    owner: str
    """The id of a project; for an account key that of a user."""
    name: str
    shown: str
    """What it begins with, to tell keys apart."""
    created: datetime
    digest: str


class KeyTaken(Exception):
    """This key is there already."""

    def __init__(self, kind: KeyKind) -> None:
        super().__init__(kind.words)
        self.kind = kind


class KeyGone(Exception):
    """Somebody else has revoked it."""


class Keys(Struct, frozen=True):
    table: Table

    def find(self, digest: str) -> StoredKey | None:
        """The key with this digest. A key that was revoked is found by nobody from then on."""
        item = self.table.get(_guard_key(digest))
        return _decode(item, digest) if item else None

    def create(self, key: StoredKey, *, also: Sequence[Action] = ()) -> None:
        """Write the key, and do the actions in `also` with it. Raises KeyTaken, and ProjectClosed."""
        door = [] if key.kind.account else [open_project(key.owner)]
        try:
            self.table.transact([*put_key(key), *also, *door])
        except TransactionLost as lost:
            if not lost.lost:
                raise
            raise KeyTaken(key.kind) if 0 in lost.lost else ProjectClosed from None

    def of_project(self, project_id: str) -> list[StoredKey]:
        """The oldest first."""
        return self._of(f"project#{project_id}")

    def of_user(self, user_id: str) -> list[StoredKey]:
        """The oldest first; those that open projects by themselves are not among them."""
        return self._of(f"user#{user_id}")

    def delete(self, key: StoredKey, *, also: Sequence[Action] = ()) -> None:
        """Revoke the key, and do the actions in `also` with it. Raises KeyGone."""
        keys = (_guard_key(key.digest), _listing_key(key))
        try:
            self.table.transact([*(Delete(each, where=PRESENT) for each in keys), *also])
        except TransactionLost as lost:
            if not lost.lost:
                raise
            raise KeyGone from None

    def _of(self, partition: str) -> list[StoredKey]:
        items = walk(self.table, partition, Range(prefix="apikey#"))
        keys = [_decode(item, fields.text(item, "digest")) for item in items]
        return sorted(keys, key=lambda key: key.created)


def put_key(key: StoredKey) -> list[Put]:
    """What writes it: a guard, which finds it and keeps it unique, and a line in its owner's list."""
    values: dict[str, Value] = {
        "kind": key.kind.value,
        "owner": key.owner,
        "id": key.id,
        "name": key.name,
        "shown": key.shown,
        "created": fields.moment(key.created),
    }
    guard, line = _guard_key(key.digest), _listing_key(key)
    return [
        Put({"pk": guard.pk, "sk": guard.sk, **values}, where=ABSENT),
        Put({"pk": line.pk, "sk": line.sk, **values, "digest": key.digest}),
    ]


def _guard_key(digest: str) -> Key:
    return Key(f"key#api#{digest}", "key")


def _listing_key(key: StoredKey) -> Key:
    return Key(f"{'user' if key.kind.account else 'project'}#{key.owner}", f"apikey#{key.id}")


def _decode(item: Item, digest: str) -> StoredKey:
    return StoredKey(
        id=fields.text(item, "id"),
        kind=KeyKind(fields.text(item, "kind")),
        owner=fields.text(item, "owner"),
        name=fields.text(item, "name"),
        shown=fields.text(item, "shown"),
        created=fields.moment_from(fields.number(item, "created")),
        digest=digest,
    )

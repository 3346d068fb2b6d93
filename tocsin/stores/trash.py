"""Deleted checks, as they were: for some days they can be had back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import msgspec
from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.audit import Actor, ActorKind
from tocsin.stores.check_items import (
    Info,
    ProjectClosed,
    Stored,
    decode_info,
    decode_state,
    encode_check,
    encode_info,
    open_project,
    partition,
)
from tocsin.stores.check_writes import making
from tocsin.stores.table import PRESENT, Action, Delete, Item, Key, Put, Range, Table, TransactionLost, Value, walk

TRASH_AGE = timedelta(days=7)


class NotInTrash(Exception):
    """It was restored meanwhile, it has expired, or it was never there."""


class IdTaken(Exception):
    """There is a check of this id again."""


class Collision(Exception):
    """Another write was in the way; nothing was written."""


class Trashed(Struct, frozen=True):
    """A deleted check: what it was then, and who deleted it."""

    stored: Stored
    info: Info
    deleted: datetime
    by: Actor

    @property
    def id(self) -> str:
        return self.stored.check.id

    @property
    def until(self) -> datetime:
        """From then on it is gone for good."""
        return self.deleted + TRASH_AGE


class Trash(Struct, frozen=True):
    table: Table

    def page(
        self, project: str, *, now: datetime, limit: int, cursor: str | None = None
    ) -> tuple[list[Trashed], str | None]:
        """At most `limit` deleted checks, the last deleted first, and where to go on. Raises table.BadCursor."""
        page = self.table.query(f"project#{project}", Range(prefix="trash#"), reverse=True, limit=limit, cursor=cursor)
        found = [_decode(item) for item in page.items]
        there = [trashed for trashed in found if trashed.until > now]
        # Whatever follows one that has expired is older still.
        return there, page.cursor if len(there) == len(found) else None

    def of_project(self, project: str, *, now: datetime, deleted: datetime | None = None) -> list[Trashed]:
        """All that can be restored, the last deleted first; with `deleted` those only that went at that moment."""
        prefix = f"trash#{fields.sortable(deleted)}#" if deleted else "trash#"
        found = map(_decode, walk(self.table, f"project#{project}", Range(prefix=prefix), reverse=True))
        return [trashed for trashed in found if trashed.until > now]

    def restore(self, trashed: Trashed, as_it_is: Stored, *, also: Sequence[Action] = ()) -> None:
        """Make it the check again that `as_it_is` tells, and do the actions in `also`, all or nothing.

        Raises ProjectClosed, NotInTrash, IdTaken, Collision.
        """
        taken = Delete(_key(trashed), where=PRESENT)
        try:
            self.table.transact([open_project(as_it_is.project), taken, *making(as_it_is, trashed.info), *also])
        except TransactionLost as lost:
            reasons: Mapping[int, type[Exception]] = {0: ProjectClosed, 1: NotInTrash}
            raise reasons.get(min(lost.lost), IdTaken) if lost.lost else Collision from None


def put_trashed(trashed: Trashed) -> Put:
    """What keeps a check that is deleted, to go in the transaction that deletes it."""
    key = _key(trashed)
    item: dict[str, Value] = {
        "pk": key.pk,
        "sk": key.sk,
        "by": trashed.by.kind,
        "by_name": trashed.by.name,
        "state": _pack(_state(trashed.stored)),
        "info": _pack(encode_info(trashed.info) | {"badge_key": trashed.info.badge_key}),
        "expires": fields.expiry(trashed.deleted, TRASH_AGE),
    }
    return Put(item)


def _key(trashed: Trashed) -> Key:
    return Key(f"project#{trashed.stored.project}", f"trash#{fields.sortable(trashed.deleted)}#{trashed.id}")


def _state(stored: Stored) -> dict[str, Value | None]:
    """Without what the indexes stand on, and what its project says by then."""
    return {
        "listed": fields.sortable(stored.created),
        "rev": stored.rev,
        "cleared_pings": stored.cleared_pings,
        "cleared_flips": stored.cleared_flips,
        **encode_check(stored.check),
    }


def _pack(values: Mapping[str, Value | None]) -> bytes:
    return msgspec.msgpack.encode(fields.present(values))


def _unpack(packed: bytes) -> Item:
    """Of all that an attribute can be, only a set is a list by now."""
    values = msgspec.msgpack.decode(packed)
    return {name: frozenset(value) if isinstance(value, list) else value for name, value in values.items()}


def _decode(item: Item) -> Trashed:
    _, moment, check_id = fields.text(item, "sk").split("#")
    names: Item = {"pk": partition(check_id), "project": fields.text(item, "pk").removeprefix("project#")}
    return Trashed(
        stored=decode_state({**_unpack(fields.octets(item, "state")), **names}),
        info=decode_info(_unpack(fields.octets(item, "info"))),
        deleted=fields.moment_from(int(moment)),
        by=Actor(cast("ActorKind", fields.text(item, "by")), fields.text(item, "by_name")),
    )

"""A project that its owner wants to hand over: one proposal at a time, which waits for its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import ProjectClosed, open_project
from tocsin.stores.table import Action, Delete, Item, Key, Put, Table, TransactionLost, Value, Where


class Transfer(Struct, frozen=True):
    project: str
    owner: str
    """The id of who proposed it, and owned the project then."""
    heir: str
    """The id of who is to own it."""
    proposed: datetime
    expires: datetime


class TransferGone(Exception):
    """It was answered, withdrawn, or another one is there; nothing was written."""


class Transfers(Struct, frozen=True):
    table: Table

    def get(self, project_id: str, *, now: datetime) -> Transfer | None:
        item = self.table.get(_key(project_id))
        found = _decode(item) if item else None
        return found if found and found.expires > now else None

    def put(self, transfer: Transfer, *, also: Sequence[Action]) -> None:
        """Write it, in place of an earlier one, and do the actions in `also` with that. Raises ProjectClosed."""
        try:
            self.table.transact([open_project(transfer.project), Put(_encode(transfer)), *also])
        except TransactionLost as lost:
            if not lost.lost:
                raise
            raise ProjectClosed from None

    def end(self, transfer: Transfer, *, also: Sequence[Action]) -> None:
        """Take it away, and do the actions in `also` with that. Raises TransferGone."""
        try:
            self.table.transact([ending(transfer), *also])
        except TransactionLost:
            raise TransferGone from None


def ending(transfer: Transfer) -> Delete:
    """What takes it away, to go in the transaction of its answer; lost where it is another by now, or gone."""
    as_read: dict[str, Value] = {
        "heir": transfer.heir,
        "owner": transfer.owner,
        "proposed": fields.moment(transfer.proposed),
    }
    return Delete(_key(transfer.project), where=Where(equals=as_read))


def _key(project: str) -> Key:
    return Key(f"project#{project}", "transfer")


def _encode(transfer: Transfer) -> Item:
    key = _key(transfer.project)
    return {
        "pk": key.pk,
        "sk": key.sk,
        "owner": transfer.owner,
        "heir": transfer.heir,
        "proposed": fields.moment(transfer.proposed),
        "expires": fields.expiry_at(transfer.expires),
    }


def _decode(item: Item) -> Transfer:
    return Transfer(
        project=fields.text(item, "pk").removeprefix("project#"),
        owner=fields.text(item, "owner"),
        heir=fields.text(item, "heir"),
        proposed=fields.moment_from(fields.number(item, "proposed")),
        expires=fields.expired_at(fields.number(item, "expires")),
    )

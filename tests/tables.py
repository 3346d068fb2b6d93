"""A table in front of a table: counts calls, lets something happen in between, or dies. And all that a store holds."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

import botocore.session

from tocsin.stores.table import EVERYTHING, Action, Delete, Index, Item, Key, Page, Put, Range, Table, Update

T = TypeVar("T")


class PowerCut(BaseException):
    """The process is gone: nothing after this runs, and nothing may catch it."""


@dataclass
class Interposed:
    """Passes every verb on. `before` maps a verb to what happens first, one entry a call.

    `lives` is how many more writes succeed before the power is cut: the next one still reaches the store if
    `cut_after` says so, but its caller never hears of it.
    """

    table: Table
    before: Mapping[str, list[Callable[[], object]]] = field(default_factory=dict)
    lives: int | None = None
    cut_after: bool = False
    calls: list[str] = field(default_factory=list)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        self._enter("get")
        return self.table.get(key, consistent=consistent)

    def batch_get(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        self._enter("batch_get")
        return self.table.batch_get(keys)

    def query(
        self,
        pk: str,
        range: Range = EVERYTHING,
        *,
        index: Index | None = None,
        reverse: bool = False,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        self._enter("query")
        return self.table.query(pk, range, index=index, reverse=reverse, limit=limit, cursor=cursor)

    def put(self, put: Put) -> None:
        self._write("put", lambda: self.table.put(put))

    def update(self, update: Update, *, entry: Callable[[Item], Item] | None = None) -> Item:
        return self._write("update", lambda: self.table.update(update, entry=entry))

    def delete(self, delete: Delete) -> None:
        self._write("delete", lambda: self.table.delete(delete))

    def transact(self, actions: Sequence[Action]) -> None:
        self._write("transact", lambda: self.table.transact(actions))

    def sweep(self, now: int) -> int:
        return self.table.sweep(now)

    def create(self) -> bool:
        return self.table.create()

    def drop(self) -> bool:
        return self.table.drop()

    def _enter(self, verb: str) -> None:
        self.calls.append(verb)
        if self.before.get(verb):
            self.before[verb].pop(0)()

    def _write(self, verb: str, write: Callable[[], T]) -> T:
        self._enter(verb)
        if self.lives is None:
            return write()
        if self.lives == 0:
            if self.cut_after:
                write()
            raise PowerCut
        self.lives -= 1
        return write()


@cache
def _sdk() -> Any:
    """Making one takes longer than most of what it is asked for."""
    return botocore.session.get_session().create_client("dynamodb")


def everything(store_url: str) -> list[str]:
    """All that the store holds, as text: equal before and after if nothing was written."""
    scheme, _, rest = store_url.partition("://")
    if scheme == "sqlite":
        with closing(sqlite3.connect(rest)) as connection:
            return list(connection.iterdump())
    pages = _sdk().get_paginator("scan").paginate(TableName=rest)
    return sorted(repr(sorted(item.items())) for page in pages for item in page["Items"])


def places(store_url: str) -> set[tuple[str, str]]:
    """The keys of all items."""
    scheme, _, rest = store_url.partition("://")
    if scheme == "sqlite":
        with closing(sqlite3.connect(rest)) as connection:
            return set(connection.execute("SELECT pk, sk FROM items"))
    pages = _sdk().get_paginator("scan").paginate(TableName=rest, ProjectionExpression="pk, sk")
    return {(item["pk"]["S"], item["sk"]["S"]) for page in pages for item in page["Items"]}

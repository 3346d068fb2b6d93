"""The table port on one SQLite file: for one machine, with any number of threads and processes.

An item is one row: its key, the rest of it packed, and beside that the few attributes that SQLite must sort by.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, TypeAlias

import msgspec

from tocsin.stores.cursor import Position, dump_cursor, load_cursor
from tocsin.stores.rules import after_prefix, applied, check_actions, check_update, holds, key_of, target
from tocsin.stores.sqlite_file import SqliteFile
from tocsin.stores.table import (
    ANY,
    EVERYTHING,
    Action,
    ConditionLost,
    Delete,
    Index,
    Item,
    Key,
    Page,
    Put,
    Range,
    Require,
    TransactionLost,
    Update,
    Value,
)

_GET = "SELECT data FROM items WHERE pk = ? AND sk = ?"
_PUT = """REPLACE INTO items (pk, sk, data, project, listed, due_shard, due_at, expires)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_SET_DATA = "UPDATE items SET data = ? WHERE pk = ? AND sk = ?"
_DELETE = "DELETE FROM items WHERE pk = ? AND sk = ?"
_SWEEP = """DELETE FROM items WHERE (pk, sk) IN (SELECT pk, sk FROM items WHERE expires < ? ORDER BY expires LIMIT ?)"""

_COLUMNS = ("project", "listed", "due_shard", "due_at", "expires")
_SWEPT_AT_ONCE = 1000
"""Keeps the write lock for some milliseconds only."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder()


class SqliteTable:
    def __init__(self, path: str, *, busy_timeout: float = 5.0) -> None:
        """`busy_timeout`: how many seconds a write waits for another process before it gives up."""
        self._file = SqliteFile(path, busy_timeout)

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with self._file.reading() as connection:
            return _read(connection, key)

    def batch_get(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = list(keys)  # before a connection is taken: the iterable may read the table itself
        with self._file.reading() as connection:
            found = {key: _read(connection, key) for key in wanted}
        return {key: item for key, item in found.items() if item is not None}

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
        start = load_cursor(cursor, index, pk, range) if cursor is not None else None
        sql, values = selection(index, pk, range, reverse, start)
        with self._file.reading() as connection:
            # One row more than asked for tells whether anything follows.
            rows = connection.execute(sql, (*values, limit + 1)).fetchall()
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        items = [_listed(index, pk, row) for row in rows[:limit]]
        return Page(items, dump_cursor(index, pk, last[:-1] if index is None else last) if last else None)

    def put(self, put: Put) -> None:
        self._file.write(partial(_put, put))

    def update(self, update: Update, *, entry: Callable[[Item], Item] | None = None) -> Item:
        check_update(update)
        return self._file.write(partial(_update, update, entry))

    def delete(self, delete: Delete) -> None:
        self._file.write(partial(_delete, delete))

    def transact(self, actions: Sequence[Action]) -> None:
        check_actions(actions)
        self._file.write(partial(_transact, actions))

    def sweep(self, now: int) -> int:
        return self._file.write(lambda connection: connection.execute(_SWEEP, (now, _SWEPT_AT_ONCE)).rowcount)

    def create(self) -> bool:
        return self._file.create()

    def drop(self) -> bool:
        return self._file.drop()

    def close(self) -> None:
        """Close the file; the next call opens it again."""
        self._file.close()


def _read(connection: sqlite3.Connection, key: Key) -> dict[str, Value] | None:
    row = connection.execute(_GET, key).fetchone()
    return None if row is None else _item(key.pk, key.sk, row[0])


def _item(pk: str, sk: str, data: bytes) -> dict[str, Value]:
    item: dict[str, Value] = {"pk": pk, "sk": sk}
    for name, value in _DECODER.decode(data).items():
        item[name] = frozenset(value) if type(value) is list else value
    return item


def _data(item: Item) -> bytes:
    rest = dict(item)
    del rest["pk"], rest["sk"]
    return _ENCODER.encode(rest)  # packs a set as a list: an item has no other lists


def _columns(item: Item) -> tuple[Value | None, ...]:
    return tuple(map(item.get, _COLUMNS))


def _write(connection: sqlite3.Connection, item: Item) -> None:
    connection.execute(_PUT, (item["pk"], item["sk"], _data(item), *_columns(item)))


def _rewrite(connection: sqlite3.Connection, old: Item | None, new: Item) -> None:
    """Write an item, leaving the indexes alone where it may: most pings change none of their columns."""
    if old is not None and _columns(old) == _columns(new):
        connection.execute(_SET_DATA, (_data(new), new["pk"], new["sk"]))
    else:
        _write(connection, new)


def _put(put: Put, connection: sqlite3.Connection) -> None:
    if put.where != ANY:
        _require(put, _read(connection, key_of(put.item)))
    _write(connection, put.item)


def _update(update: Update, entry: Callable[[Item], Item] | None, connection: sqlite3.Connection) -> Item:
    old = _read(connection, update.key)
    _require(update, old)
    new = applied(update, old)
    _rewrite(connection, old, new)
    if entry is not None:
        _write(connection, entry(new))
    return new


def _delete(delete: Delete, connection: sqlite3.Connection) -> None:
    if delete.where != ANY:
        _require(delete, _read(connection, delete.key))
    connection.execute(_DELETE, delete.key)


def _transact(actions: Sequence[Action], connection: sqlite3.Connection) -> None:
    met = [(action, _read(connection, target(action))) for action in actions]
    lost = {n: item for n, (action, item) in enumerate(met) if not holds(action.where, item)}
    if lost:
        raise TransactionLost(lost)
    for action, item in met:
        _act(connection, action, item)


def _require(action: Put | Update | Delete, item: Item | None) -> None:
    if not holds(action.where, item):
        raise ConditionLost(item)


def _act(connection: sqlite3.Connection, action: Action, item: Item | None) -> None:
    match action:
        case Put():
            _write(connection, action.item)
        case Update():
            _rewrite(connection, item, applied(action, item))
        case Delete():
            connection.execute(_DELETE, action.key)
        case Require():
            pass


def selection(
    index: Index | None, pk: str, range: Range, reverse: bool, start: Position | None
) -> tuple[str, list[str | int]]:
    """The SELECT of one page, and the values for all of it but the limit."""
    owner, column = (index.pk, index.sk) if index else ("pk", "sk")
    lower, upper = _bounds(column, range)
    order = f"{column}, pk, sk" if index else "sk"
    if start is not None:
        # Takes the place of the bound on its side: of two, SQLite would seek to one and step from there to the other.
        following = (f"({order}) {'<' if reverse else '>'} ({', '.join('?' * len(start))})", start)
        lower, upper = (lower, following) if reverse else (following, upper)
    bounds = [bound for bound in (lower, upper) if bound]
    where = " AND ".join([f"{owner} = ?", f"{column} IS NOT NULL", *(sql for sql, _ in bounds)])
    by = order.replace(",", " DESC,") + " DESC" if reverse else order
    columns = order if index else "sk, data"
    sql = f"SELECT {columns} FROM items WHERE {where} ORDER BY {by} LIMIT ?"  # noqa: S608 (our own words)
    return sql, [pk, *(value for _, values in bounds for value in values)]


_Bound: TypeAlias = tuple[str, Position] | None


def _bounds(column: str, range: Range) -> tuple[_Bound, _Bound]:
    if range.prefix is not None:
        after = after_prefix(range.prefix)
        return (f"{column} >= ?", (range.prefix,)), (f"{column} < ?", (after,)) if after is not None else None
    return (
        (f"{column} >= ?", (range.at_least,)) if range.at_least is not None else None,
        (f"{column} <= ?", (range.at_most,)) if range.at_most is not None else None,
    )


def _listed(index: Index | None, pk: str, row: tuple[Any, ...]) -> Item:
    if index is None:
        return _item(pk, *row)
    sort_key, base_pk, base_sk = row
    return {"pk": base_pk, "sk": base_sk, index.pk: pk, index.sk: sort_key}

"""Counts what requests cost on DynamoDB, by the rules that docs/access-patterns.md states."""

from __future__ import annotations

import math
from typing import Any, TypeAlias

from botocore.client import BaseClient

from tocsin.stores.table import INDEXES

TABLE = "tocsin-test"
Attributes: TypeAlias = dict[str, dict[str, Any]]
"""An item on the wire: its attributes by name, each with its type."""


class Meter:
    """Counts units by the rules that access-patterns.md states, from the items before and after each request."""

    def __init__(self) -> None:
        self.read, self.written = 0.0, 0
        self._send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def take(self) -> tuple[float, int]:
        """What was counted since the last time."""
        units = self.read, self.written
        self.read, self.written = 0.0, 0
        return units

    def call(self, client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        writes = _writes(operation, request)
        before = [self._item(client, write) for write, _ in writes]
        try:
            answer = self._send(client, operation, request)
            share = 1.0 if request.get("ConsistentRead") else 0.5
            self.read += sum(share * blocks(lot, 4096) for lot in _lots_read(operation, answer))
            return answer
        finally:
            for (write, times), old in zip(writes, before, strict=True):
                new = self._item(client, write)
                self.written += times * max(blocks([old], 1024), blocks([new], 1024)) + _entries(old, new)

    def _item(self, client: BaseClient, write: Any) -> Attributes:
        key = write.get("Key") or {name: write["Item"][name] for name in ("pk", "sk")}
        item: Attributes = self._send(client, "GetItem", {"TableName": TABLE, "Key": key}).get("Item", {})
        return item


def _lots_read(operation: str, answer: Any) -> list[list[Attributes]]:
    """What was read, in the portions that are rounded up by themselves."""
    match operation:
        case "GetItem":
            return [[answer.get("Item", {})]]
        case "Query":
            return [answer["Items"]]
        case "BatchGetItem":
            return [[item] for item in answer["Responses"].get(TABLE, ())]
    return []


def _writes(operation: str, request: Any) -> list[tuple[Any, int]]:
    if operation == "TransactWriteItems":
        return [(write, 2) for action in request["TransactItems"] for write in action.values()]
    return [(request, 1)] if operation in ("PutItem", "UpdateItem", "DeleteItem") else []


def _entries(old: Attributes, new: Attributes) -> int:
    """Entries of indexes that go and that come."""
    sides = [[(item.get(index.pk), item.get(index.sk)) for item in (old, new)] for index in INDEXES]
    return sum(int(None not in was) + int(None not in now) for was, now in sides if was != now)


def blocks(items: list[Attributes], length: int) -> int:
    """So many blocks are begun. Names and texts count as they are, two digits as a byte, a set as its texts."""
    cells = [(name, *next(iter(cell.items()))) for item in items for name, cell in item.items()]
    total = sum(
        len(name) + (len(value) // (2 if kind == "N" else 1) if kind != "BOOL" else 1) for name, kind, value in cells
    )
    return max(1, math.ceil(total / length))

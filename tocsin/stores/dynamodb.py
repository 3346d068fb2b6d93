"""The table port on DynamoDB: for many machines, or none.

Only `BatchGetItem` and index queries are eventually consistent. The SDK is imported when a table object is made.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from tocsin.stores.cursor import dump_cursor, load_cursor
from tocsin.stores.dynamodb_client import attempts, connect, explained
from tocsin.stores.dynamodb_codec import (
    Request,
    decode_item,
    encode_item,
    encode_key,
    encode_start,
    position_of,
    query_request,
    transaction_request,
    write_request,
)
from tocsin.stores.dynamodb_schema import create_table, drop_table
from tocsin.stores.rules import check_actions, check_update, is_empty, key_of
from tocsin.stores.table import (
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
    StoreUnavailable,
    TransactionLost,
    Update,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

_BATCH = 100
"""Most keys in one BatchGetItem."""

_LOST = "ConditionalCheckFailed"
_PASSING = {"None", "TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Reasons of a cancelled transaction that go away by themselves."""


class DynamoTable:
    def __init__(
        self, name: str, *, client: DynamoDBClient | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Region, endpoint and credentials are the SDK's own affair, from its environment."""
        self.name = name
        self._client = client or connect(name)
        self._sleep = sleep

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        with explained(self.name):
            answer = self._client.get_item(TableName=self.name, Key=encode_key(key), ConsistentRead=consistent)
        return decode_item(answer["Item"]) if "Item" in answer else None

    def batch_get(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        wanted = [encode_key(key) for key in dict.fromkeys(keys)]
        chunks = [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]
        return {key_of(item): item for chunk in chunks for item in self._batch(chunk)}

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
        if is_empty(range):
            return Page((), None)
        request = query_request(pk, range, index) | {"ScanIndexForward": not reverse, "Limit": limit}
        if cursor is not None:
            request["ExclusiveStartKey"] = encode_start(pk, load_cursor(cursor, index, pk, range), index)
        with explained(self.name):
            answer = self._client.query(TableName=self.name, **request)
        last = answer.get("LastEvaluatedKey")
        items = [decode_item(item) for item in answer["Items"]]
        return Page(items, dump_cursor(index, pk, position_of(decode_item(last), index)) if last else None)

    def put(self, put: Put) -> None:
        self._write(self._client.put_item, write_request(put))

    def update(self, update: Update, *, entry: Callable[[Item], Item] | None = None) -> Item:
        check_update(update)
        answer = self._write(self._client.update_item, write_request(update) | {"ReturnValues": "ALL_NEW"})
        item = decode_item(answer["Attributes"])
        if entry is not None:
            self._write(self._client.put_item, {"Item": encode_item(entry(item))})
        return item

    def delete(self, delete: Delete) -> None:
        self._write(self._client.delete_item, write_request(delete))

    def transact(self, actions: Sequence[Action]) -> None:
        check_actions(actions)
        if not actions:
            return
        request: list[Any] = [transaction_request(self.name, action) for action in actions]
        for _ in attempts(self._sleep):
            lost = self._try(request)
            if lost is None:
                return
            if lost:
                raise TransactionLost(lost)
        raise TransactionLost({})

    def sweep(self, now: int) -> int:
        """Do nothing: DynamoDB deletes expired items by itself."""
        return 0

    def create(self) -> bool:
        with explained(self.name):
            return create_table(self._client, self.name, self._sleep)

    def drop(self) -> bool:
        with explained(self.name):
            return drop_table(self._client, self.name)

    def _write(self, send: Callable[..., T], request: Request) -> T:
        """Write one item, again if a transaction on it is in the way."""
        for _ in attempts(self._sleep):
            try:
                with explained(self.name):
                    return send(TableName=self.name, **request)
            except self._client.exceptions.ConditionalCheckFailedException as error:
                raise ConditionLost(_met(error.response)) from error
            except self._client.exceptions.TransactionConflictException:
                continue
        raise StoreUnavailable(f"The DynamoDB table {self.name} is busy: transactions on one item kept a write out")

    def _try(self, request: list[Any]) -> dict[int, Item | None] | None:
        """Try a transaction once; returns what it lost, nothing if it may be tried again, None if it was written."""
        try:
            with explained(self.name):
                # The SDK adds a token that stays the same when it sends a call again, so none is done twice.
                self._client.transact_write_items(TransactItems=request)
        except self._client.exceptions.TransactionCanceledException as error:
            reasons: list[Any] = error.response["CancellationReasons"]
            if not {reason["Code"] for reason in reasons} <= _PASSING | {_LOST}:
                raise
            return {n: _met(reason) for n, reason in enumerate(reasons) if reason["Code"] == _LOST}
        return None

    def _batch(self, keys: list[Any]) -> Iterator[Item]:
        """Fetch at most `_BATCH` items, again those that DynamoDB had no capacity for."""
        for _ in attempts(self._sleep):
            with explained(self.name):
                answer = self._client.batch_get_item(RequestItems={self.name: {"Keys": keys}})
            yield from map(decode_item, answer["Responses"].get(self.name, ()))
            if not (rest := answer["UnprocessedKeys"].get(self.name)):
                return
            keys = rest["Keys"]
        raise StoreUnavailable(f"The DynamoDB table {self.name} is asked for more than it may give: raise its limits")


def _met(evidence: Mapping[str, Any]) -> Item | None:
    """The item that a condition met, from the error or from the reason that tells of it."""
    return decode_item(evidence["Item"]) if evidence.get("Item") else None

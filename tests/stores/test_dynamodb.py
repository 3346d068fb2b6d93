"""What only the DynamoDB engine does: its requests, and its patience with those that fail in passing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from botocore.exceptions import ClientError

from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.table import (
    BY_PROJECT,
    PRESENT,
    Delete,
    Key,
    Put,
    Range,
    Require,
    StoreUnavailable,
    TransactionLost,
    Update,
    Where,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.stores.conftest import Wire

CHECK = Key("check#1", "check")
CHECK_KEY = {"pk": {"S": "check#1"}, "sk": {"S": "check"}}


def test_update_with_an_entry_is_two_requests(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """The hot path reads nothing: one conditional update, one put, and every name behind a placeholder."""
    dynamodb_table.update(
        Update(CHECK, set={"last_ping": 5}, add={"n_pings": 1}, remove=("name",), where=Where(absent=("last_start",))),
        entry=lambda new: {"pk": new["pk"], "sk": f"ping#{new['n_pings']!s}"},
    )
    assert wire.calls == [
        (
            "UpdateItem",
            {
                "TableName": dynamodb_table.name,
                "Key": CHECK_KEY,
                "UpdateExpression": "SET #0 = :0 ADD #1 :1 REMOVE #2",
                "ConditionExpression": "attribute_not_exists(#3)",
                "ExpressionAttributeNames": {"#0": "last_ping", "#1": "n_pings", "#2": "name", "#3": "last_start"},
                "ExpressionAttributeValues": {":0": {"N": "5"}, ":1": {"N": "1"}},
                "ReturnValues": "ALL_NEW",
                "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            },
        ),
        (
            "PutItem",
            {"TableName": dynamodb_table.name, "Item": {"pk": {"S": "check#1"}, "sk": {"S": "ping#1"}}},
        ),
    ]


def test_reads_are_consistent_where_they_can_be(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """Gets and queries of the table are, unless told otherwise; batches and indexes are not."""
    dynamodb_table.get(CHECK)
    dynamodb_table.get(CHECK, consistent=False)
    dynamodb_table.query("check#1")
    dynamodb_table.query("p", index=BY_PROJECT)
    dynamodb_table.batch_get([CHECK])
    asked = [body.get("ConsistentRead", False) for _, body in wire.calls[:4]]
    assert asked == [True, False, True, False]
    assert wire.calls[4] == ("BatchGetItem", {"RequestItems": {dynamodb_table.name: {"Keys": [CHECK_KEY]}}})


def test_what_needs_no_answer_is_not_asked(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """An empty range, batch or transaction costs no request, and sweeping is DynamoDB's own work."""
    dynamodb_table.query("check#1", Range(at_least="b", at_most="a"))
    dynamodb_table.batch_get([])
    dynamodb_table.transact([])
    dynamodb_table.sweep(0)
    assert wire.calls == []


SINGLE_WRITES: dict[str, Callable[[DynamoTable], object]] = {
    "PutItem": lambda table: table.put(Put({"pk": "check#1", "sk": "check", "n": 1})),
    "UpdateItem": lambda table: table.update(Update(CHECK, set={"n": 1})),
    "DeleteItem": lambda table: table.delete(Delete(CHECK)),
}


@pytest.mark.parametrize("operation", SINGLE_WRITES)
def test_write_that_meets_a_transaction_is_tried_again(
    dynamodb_table: DynamoTable, wire: Wire, pauses: list[float], operation: str
) -> None:
    """A ping is not lost because a tick's transaction holds its check; the SDK does not try such a one again."""
    wire.refuse(operation, "TransactionConflictException", times=2)
    SINGLE_WRITES[operation](dynamodb_table)
    assert wire.names == [operation] * 3
    assert 0 < pauses[0] < pauses[1] < 1


def test_write_that_meets_transactions_all_the_time_gives_up(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """After some attempts the caller hears that the table is busy."""
    wire.refuse("PutItem", "TransactionConflictException", times=100)
    with pytest.raises(StoreUnavailable, match=f"{dynamodb_table.name} is busy"):
        dynamodb_table.put(Put({"pk": "check#1", "sk": "check"}))
    assert len(wire.calls) == 5


@pytest.mark.parametrize("reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_transaction_that_is_cancelled_in_passing_is_tried_again(
    dynamodb_table: DynamoTable, wire: Wire, pauses: list[float], reason: str
) -> None:
    """What goes away by itself is waited for, ever longer."""
    wire.cancel("None", reason, times=2)
    dynamodb_table.transact([Put({"pk": "a", "sk": "a"}), Put({"pk": "b", "sk": "b"})])
    assert wire.names == ["TransactWriteItems"] * 3
    assert 0 < pauses[0] < pauses[1] < 1
    assert dynamodb_table.get(Key("b", "b"))


def test_transaction_that_is_cancelled_all_the_time_is_lost_to_nobody(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """The error then names no action: the caller may try again later."""
    wire.cancel("TransactionConflict", times=100)
    with pytest.raises(TransactionLost) as lost:
        dynamodb_table.transact([Put({"pk": "a", "sk": "a"})])
    assert lost.value.lost == {}
    assert len(wire.calls) == 5


def test_transaction_with_a_lost_condition_is_not_tried_again(
    dynamodb_table: DynamoTable, wire: Wire, pauses: list[float]
) -> None:
    """A condition that failed beside a conflict decides at once."""
    wire.cancel("TransactionConflict", "ConditionalCheckFailed")
    with pytest.raises(TransactionLost) as lost:
        dynamodb_table.transact([Put({"pk": "a", "sk": "a"}), Require(CHECK, PRESENT)])
    assert lost.value.lost == {1: None}
    assert pauses == []


def test_transaction_that_is_malformed_is_our_own_error(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """A reason that no waiting can mend comes out as it is, even beside one that waiting can."""
    wire.cancel("TransactionConflict", "ValidationError")
    with pytest.raises(ClientError, match="TransactionCanceledException"):
        dynamodb_table.transact([Put({"pk": "a", "sk": "a"}), Put({"pk": "b", "sk": "b"})])


def test_transaction_keeps_its_token_when_the_sdk_sends_it_again(
    dynamodb_table: DynamoTable, client: DynamoDBClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that got lost does not make a counter count twice: DynamoDB knows the second sending by its token."""
    tokens: list[str] = []

    def lose_first(request: Any, **_: object) -> AWSResponse | None:
        tokens.append(json.loads(request.body)["ClientRequestToken"])
        return AWSResponse(request.url, 500, headers, Nothing()) if len(tokens) == 1 else None

    headers: Any = HeadersDict()
    hear: Any = lose_first
    client.meta.events.register_first("before-send.dynamodb.TransactWriteItems", hear)
    monkeypatch.setattr("time.sleep", lambda _: None)
    dynamodb_table.transact([Update(CHECK, add={"n": 1})])
    assert len(tokens) == 2
    assert len(set(tokens)) == 1


class Nothing:
    """The body of an answer that never came."""

    def stream(self) -> Iterator[bytes]:
        return iter(())


def test_batch_get_asks_again_for_what_was_left_out(
    dynamodb_table: DynamoTable, wire: Wire, pauses: list[float]
) -> None:
    """Items of a half-done batch are kept, and only the rest is asked for after a pause."""
    keys = [Key("check#1", sk) for sk in ("a", "b", "c")]
    for key in keys:
        dynamodb_table.put(Put({"pk": key.pk, "sk": key.sk}))
    del wire.calls[:]
    item, *rest = [{"pk": {"S": key.pk}, "sk": {"S": key.sk}} for key in keys]
    half = {"Responses": {dynamodb_table.name: [item]}, "UnprocessedKeys": {dynamodb_table.name: {"Keys": rest}}}
    wire.answer("BatchGetItem", half)
    assert dynamodb_table.batch_get(keys).keys() == set(keys)
    assert wire.calls[1][1]["RequestItems"][dynamodb_table.name]["Keys"] == rest
    assert len(pauses) == 1


def test_batch_get_gives_up_on_what_is_always_left_out(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """Missing items must not pass for ones that are not there."""
    nothing = {"Responses": {}, "UnprocessedKeys": {dynamodb_table.name: {"Keys": [CHECK_KEY]}}}
    wire.answer("BatchGetItem", nothing, times=100)
    with pytest.raises(StoreUnavailable, match="is asked for more than it may give"):
        dynamodb_table.batch_get([CHECK])
    assert len(wire.calls) == 5

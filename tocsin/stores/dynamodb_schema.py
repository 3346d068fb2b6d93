"""Making and deleting the DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tocsin.stores.table import INDEXES, Index, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WaiterConfigTypeDef

_PATIENCE: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 150}
"""Five minutes; a new table takes some seconds, one that is being deleted with its indexes may take minutes."""


def create_table(client: DynamoDBClient, name: str, sleep: Callable[[float], None]) -> bool:
    """Make the table, or finish one that was left half made; returns False where there was nothing to do."""
    made = _make(client, name)
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig=_PATIENCE)
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"]
    if not made and expiry in {"ENABLING", "ENABLED"}:
        return False
    _keep_backups(client, name, sleep)
    # Comes last and so tells a finished table from a half-made one.
    client.update_time_to_live(TableName=name, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"})
    return True


def _make(client: DynamoDBClient, name: str) -> bool:
    try:
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=_attributes(),
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[_index(index) for index in INDEXES],
            # `flask table drop` is meant to work; who wants a lock on the table sets it there.
            DeletionProtectionEnabled=False,
        )
    except client.exceptions.ResourceInUseException:
        return False
    return True


def _keep_backups(client: DynamoDBClient, name: str, sleep: Callable[[float], None]) -> None:
    for _ in range(_PATIENCE["MaxAttempts"]):
        try:
            client.update_continuous_backups(
                TableName=name, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
            )
        except client.exceptions.ContinuousBackupsUnavailableException:
            sleep(_PATIENCE["Delay"])  # a table that was just made is not ready for them yet
        else:
            return
    raise StoreUnavailable(f"The DynamoDB table {name} got no backups so far: run `flask table create` again")


def _attributes() -> list[Any]:
    types = {"pk": "S", "sk": "S"}
    for index in INDEXES:
        types |= {index.pk: "S", index.sk: "N" if index.numeric else "S"}
    return [{"AttributeName": name, "AttributeType": kind} for name, kind in types.items()]


def _keys(pk: str, sk: str) -> list[Any]:
    return [{"AttributeName": pk, "KeyType": "HASH"}, {"AttributeName": sk, "KeyType": "RANGE"}]


def _index(index: Index) -> Any:
    return {
        "IndexName": index.name,
        "KeySchema": _keys(index.pk, index.sk),
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }


def drop_table(client: DynamoDBClient, name: str) -> bool:
    try:
        client.delete_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig=_PATIENCE)
    return True

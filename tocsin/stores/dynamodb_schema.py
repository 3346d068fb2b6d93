"""Making and deleting the DynamoDB table."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tocsin.stores.table import INDEXES, Index, StoreUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TimeToLiveSpecificationTypeDef, WaiterConfigTypeDef

_PATIENCE: WaiterConfigTypeDef = {"Delay": 2, "MaxAttempts": 150}
"""Five minutes; a new table takes some seconds, one that is being deleted with its indexes may take minutes."""


def create_table(client: DynamoDBClient, name: str, sleep: Callable[[float], None]) -> bool:
    """Make the table, or switch on what one that is there lacks; returns False where there was nothing to do.

    It lacks something if its making was cut short, if an earlier Tocsin made it, or if it was restored from a backup.
    """
    made = _make(client, name)
    _wait_until_active(client, name)
    lacks_backups, lacks_expiry = made or not _has_backups(client, name), made or not _has_expiry(client, name)
    if lacks_backups:
        _keep_backups(client, name, sleep)
    if lacks_expiry:
        expiry: TimeToLiveSpecificationTypeDef = {"Enabled": True, "AttributeName": "expires"}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    return _protect(client, name, on=True) or lacks_backups or lacks_expiry


def _make(client: DynamoDBClient, name: str) -> bool:
    try:
        client.create_table(
            TableName=name,
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=_attributes(),
            KeySchema=_keys("pk", "sk"),
            GlobalSecondaryIndexes=[_index(index) for index in INDEXES],
            # `flask table drop` lifts it. It is there for every other hand that could slip.
            DeletionProtectionEnabled=True,
        )
    except client.exceptions.ResourceInUseException:
        return False
    return True


def _wait_until_active(client: DynamoDBClient, name: str) -> None:
    client.get_waiter("table_exists").wait(TableName=name, WaiterConfig=_PATIENCE)


def _has_backups(client: DynamoDBClient, name: str) -> bool:
    backups = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    return backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def _has_expiry(client: DynamoDBClient, name: str) -> bool:
    expiry = client.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return expiry["TimeToLiveStatus"] in {"ENABLING", "ENABLED"}


def _protect(client: DynamoDBClient, name: str, *, on: bool) -> bool:
    """Switch the protection against deletion; returns False where it is like that already."""
    if client.describe_table(TableName=name)["Table"].get("DeletionProtectionEnabled", False) is on:
        return False
    client.update_table(TableName=name, DeletionProtectionEnabled=on)
    _wait_until_active(client, name)  # while it is UPDATING it can't be deleted
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
    """Delete the table, whatever protects it; returns False where there is none."""
    try:
        _protect(client, name, on=False)
        client.delete_table(TableName=name)
    except client.exceptions.ResourceNotFoundException:
        return False
    client.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig=_PATIENCE)
    return True

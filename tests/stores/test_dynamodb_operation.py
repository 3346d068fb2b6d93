"""What the DynamoDB engine tells its operators, and the table that it makes for them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ParamValidationError

from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.dynamodb_client import connect
from tocsin.stores.table import Key, Put, StoreUnavailable, Update

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.stores.conftest import Wire

CHECK = Key("check#1", "check")


@pytest.mark.parametrize(
    ("code", "mending"),
    [
        ("ResourceNotFoundException", "does not exist in this account and region: run `flask table create`"),
        ("AccessDeniedException", "give their role the rights it needs"),
        ("UnrecognizedClientException", "AWS does not know these credentials"),
        ("ExpiredTokenException", "the AWS credentials have expired"),
        ("ThrottlingException", "is asked for more than it may give"),
        ("ProvisionedThroughputExceededException", "is asked for more than it may give"),
        ("InternalServerError", "try again later"),
    ],
)
def test_errors_that_an_operator_can_mend_are_explained(
    dynamodb_table: DynamoTable, wire: Wire, code: str, mending: str
) -> None:
    """Each becomes a sentence that names the table and what to do, for reads, writes and transactions."""
    for name in ("GetItem", "UpdateItem", "TransactWriteItems"):
        wire.refuse(name, code)
    calls: list[Callable[[], object]] = [
        lambda: dynamodb_table.get(CHECK),
        lambda: dynamodb_table.update(Update(CHECK, add={"n": 1})),
        lambda: dynamodb_table.transact([Put({"pk": "a", "sk": "a"})]),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable, match=f"The DynamoDB table {dynamodb_table.name} .*{mending}"):
            call()


def test_errors_of_our_own_are_not_explained_away(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """A request that DynamoDB or the SDK finds malformed is a mistake in the program."""
    wire.refuse("GetItem", "ValidationException")
    with pytest.raises(ClientError, match="ValidationException"):
        dynamodb_table.get(CHECK)
    with pytest.raises(ParamValidationError):
        dynamodb_table.query("check#1", limit="many")  # type: ignore[arg-type]


def test_endpoint_out_of_reach_is_explained(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """The sentence carries the address that did not answer."""
    wire.answer("GetItem", EndpointConnectionError(endpoint_url="http://localhost:1"))
    with pytest.raises(StoreUnavailable, match=r"see to the network and AWS_ENDPOINT_URL .*http://localhost:1"):
        dynamodb_table.get(CHECK)


@pytest.fixture
def bare(aws: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment that tells the SDK nothing."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


def test_missing_region_is_explained_at_once(bare: pytest.MonkeyPatch) -> None:
    """Without a region no table object comes to be, and the sentence names the variable."""
    with pytest.raises(StoreUnavailable, match=r"The DynamoDB table tocsin .* set AWS_DEFAULT_REGION"):
        DynamoTable("tocsin")


def test_missing_credentials_are_explained(bare: pytest.MonkeyPatch) -> None:
    """The first call says what to set."""
    bare.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with pytest.raises(StoreUnavailable, match="set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role"):
        DynamoTable("tocsin").get(CHECK)


def test_senseless_endpoint_is_explained(bare: pytest.MonkeyPatch) -> None:
    """An address that is none stops the start, by the name of its variable."""
    bare.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    bare.setenv("AWS_ENDPOINT_URL", "nonsense")
    with pytest.raises(StoreUnavailable, match=r"see to AWS_ENDPOINT_URL .*nonsense"):
        DynamoTable("tocsin")


def test_client_does_not_wait_longer_than_a_gateway(aws: object) -> None:
    """Time-outs are short and attempts few, and there are connections for every thread."""
    config: Any = connect("tocsin").meta.config
    assert (config.connect_timeout, config.read_timeout) == (1, 2)
    assert config.retries == {"mode": "standard", "total_max_attempts": 3}
    assert config.max_pool_connections >= 32


def test_sdk_is_not_imported_before_it_is_used() -> None:
    """Importing the engine costs no one the SDK."""
    script = "import sys, tocsin.stores.dynamodb; sys.exit('boto3' in sys.modules or 'botocore' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=True)


def test_create_makes_the_table_as_documented(dynamodb_table: DynamoTable, client: DynamoDBClient) -> None:
    """On demand, with two keys-only indexes, and protected from being deleted by mistake."""
    made = client.describe_table(TableName=dynamodb_table.name)["Table"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["DeletionProtectionEnabled"] is True
    assert key_names(made["KeySchema"]) == ["pk", "sk"]
    indexes = {index["IndexName"]: index for index in made["GlobalSecondaryIndexes"]}
    assert {name: key_names(index["KeySchema"]) for name, index in indexes.items()} == {
        "by_project": ["project", "listed"],
        "due": ["due_shard", "due_at"],
    }
    assert {index["Projection"]["ProjectionType"] for index in indexes.values()} == {"KEYS_ONLY"}
    types = {each["AttributeName"]: each["AttributeType"] for each in made["AttributeDefinitions"]}
    assert {name for name, kind in types.items() if kind == "N"} == {"due_at"}


def key_names(schema: list[Any]) -> list[str]:
    """The partition key first."""
    return [each["AttributeName"] for each in sorted(schema, key=lambda each: str(each["KeyType"]))]


UPKEEP = ("ENABLED", "expires", "ENABLED", True)


def upkeep(table: DynamoTable, client: DynamoDBClient) -> tuple[str, str | None, str, bool]:
    """Whether items expire and by what, whether any moment can be restored, and whether deleting is forbidden."""
    broom = client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    protected = client.describe_table(TableName=table.name)["Table"]["DeletionProtectionEnabled"]
    return broom["TimeToLiveStatus"], broom.get("AttributeName"), recovery, protected


def test_create_turns_on_what_a_table_needs(dynamodb_table: DynamoTable, client: DynamoDBClient) -> None:
    """Expired items go by themselves, and any moment of the last weeks can be restored."""
    assert upkeep(dynamodb_table, client) == UPKEEP


def test_create_waits_until_backups_can_be_turned_on(
    dynamodb_table: DynamoTable, client: DynamoDBClient, wire: Wire, pauses: list[float]
) -> None:
    """A table that was just made refuses them for a while."""
    dynamodb_table.drop()
    wire.refuse("UpdateContinuousBackups", "ContinuousBackupsUnavailableException", times=20)
    assert dynamodb_table.create() is True
    assert upkeep(dynamodb_table, client) == UPKEEP
    assert sum(pauses) == 40


def test_create_does_not_wait_for_backups_for_ever(dynamodb_table: DynamoTable, wire: Wire) -> None:
    """In the end it says what is missing, and that trying again may help."""
    dynamodb_table.drop()
    wire.refuse("UpdateContinuousBackups", "ContinuousBackupsUnavailableException", times=1000)
    with pytest.raises(StoreUnavailable, match="got no backups so far: run `flask table create` again"):
        dynamodb_table.create()


@pytest.mark.parametrize("step", ["UpdateContinuousBackups", "UpdateTimeToLive"])
def test_create_finishes_what_an_earlier_one_left_half_made(
    dynamodb_table: DynamoTable, client: DynamoDBClient, wire: Wire, step: str
) -> None:
    """A table whose making was cut short is not taken for a finished one."""
    dynamodb_table.drop()
    wire.refuse(step, "InternalServerError")
    with pytest.raises(StoreUnavailable):
        dynamodb_table.create()
    assert dynamodb_table.create() is True
    assert upkeep(dynamodb_table, client) == UPKEEP
    assert dynamodb_table.create() is False


def test_create_turns_on_what_a_restored_table_lacks(dynamodb_table: DynamoTable, client: DynamoDBClient) -> None:
    """A table that DynamoDB restored has its items and indexes, and nothing else."""
    dynamodb_table.put(Put({"pk": "a", "sk": "a"}))
    restored = DynamoTable(f"{dynamodb_table.name}-restored", client=client, sleep=dynamodb_table._sleep)  # noqa: SLF001
    names = {"SourceTableName": dynamodb_table.name, "TargetTableName": restored.name}
    client.restore_table_to_point_in_time(**names, UseLatestRestorableTime=True)  # type: ignore[arg-type]
    assert upkeep(restored, client) == ("DISABLED", None, "DISABLED", False)
    assert restored.create() is True
    assert upkeep(restored, client) == UPKEEP
    assert restored.get(Key("a", "a")) == {"pk": "a", "sk": "a"}
    assert restored.create() is False


@pytest.mark.parametrize("lost", ["broom", "backups", "protection"])
def test_create_turns_on_what_was_turned_off(dynamodb_table: DynamoTable, client: DynamoDBClient, lost: str) -> None:
    """Each by itself is seen to, and a second look finds nothing to do."""
    name = dynamodb_table.name
    if lost == "broom":
        off: Any = {"Enabled": False, "AttributeName": "expires"}
        client.update_time_to_live(TableName=name, TimeToLiveSpecification=off)
    if lost == "backups":
        none: Any = {"PointInTimeRecoveryEnabled": False}
        client.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=none)
    if lost == "protection":
        client.update_table(TableName=name, DeletionProtectionEnabled=False)
    assert dynamodb_table.create() is True
    assert upkeep(dynamodb_table, client) == UPKEEP
    assert dynamodb_table.create() is False


def test_only_drop_lifts_the_protection(dynamodb_table: DynamoTable, client: DynamoDBClient) -> None:
    """Deleting the table by any other means is refused."""
    with pytest.raises(ClientError, match="DeletionProtectionEnabled"):
        client.delete_table(TableName=dynamodb_table.name)
    assert dynamodb_table.drop() is True
    assert dynamodb_table.name not in client.list_tables()["TableNames"]

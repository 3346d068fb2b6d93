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
    """On demand, with two keys-only indexes, a broom, point-in-time recovery, and nothing that forbids to drop it."""
    made = client.describe_table(TableName=dynamodb_table.name)["Table"]
    assert made["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert made["DeletionProtectionEnabled"] is False
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


def upkeep(table: DynamoTable, client: DynamoDBClient) -> tuple[str, str | None, str]:
    broom = client.describe_time_to_live(TableName=table.name)["TimeToLiveDescription"]
    backups = client.describe_continuous_backups(TableName=table.name)["ContinuousBackupsDescription"]
    recovery = backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"]
    return broom["TimeToLiveStatus"], broom.get("AttributeName"), recovery


def test_create_turns_on_the_broom_and_the_backups(dynamodb_table: DynamoTable, client: DynamoDBClient) -> None:
    """Expired items go by themselves, and any moment of the last weeks can be restored."""
    assert upkeep(dynamodb_table, client) == ("ENABLED", "expires", "ENABLED")


def test_create_waits_until_backups_can_be_turned_on(
    dynamodb_table: DynamoTable, client: DynamoDBClient, wire: Wire, pauses: list[float]
) -> None:
    """A table that was just made refuses them for a while."""
    dynamodb_table.drop()
    wire.refuse("UpdateContinuousBackups", "ContinuousBackupsUnavailableException", times=20)
    assert dynamodb_table.create() is True
    assert upkeep(dynamodb_table, client) == ("ENABLED", "expires", "ENABLED")
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
    assert upkeep(dynamodb_table, client) == ("ENABLED", "expires", "ENABLED")
    assert dynamodb_table.create() is False

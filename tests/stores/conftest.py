"""The engines of the table port: `table` runs a test once over each of them. `wire` is what DynamoDB gets to hear."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

import botocore.session
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict
from moto import mock_aws

from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.sqlite import SqliteTable
from tocsin.stores.table import Table

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from mypy_boto3_dynamodb import DynamoDBClient


@pytest.fixture(params=["sqlite", "dynamodb"])
def table(request: pytest.FixtureRequest) -> Table:
    return cast("Table", request.getfixturevalue(f"{request.param}_table"))


@pytest.fixture
def sqlite_table(tmp_path: Path) -> Iterator[SqliteTable]:
    table = SqliteTable(str(tmp_path / "tocsin.db"))
    table.create()
    yield table
    table.close()


@pytest.fixture
def dynamodb_table(client: DynamoDBClient, pauses: list[float]) -> DynamoTable:
    table = DynamoTable(f"tocsin-{uuid4().hex}", client=client, sleep=pauses.append)
    table.create()
    return table


@pytest.fixture
def pauses() -> list[float]:
    """The seconds that the DynamoDB engine would have slept between attempts."""
    return []


@pytest.fixture
def client(aws: botocore.session.Session) -> Iterator[DynamoDBClient]:
    client = aws.create_client("dynamodb")
    yield cast("DynamoDBClient", client)
    client.close()


@pytest.fixture(scope="module")
def aws() -> Iterator[botocore.session.Session]:
    """A session that meets moto instead of AWS. A module shares it, and each test has a table of its own there."""
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            environment.setenv(name, "testing")
        environment.setenv("AWS_DEFAULT_REGION", "eu-west-1")
        environment.delenv("AWS_ENDPOINT_URL", raising=False)
        with mock_aws():
            yield botocore.session.Session()


class Wire:
    """Hears every call that the engine makes, and may answer it in DynamoDB's stead."""

    def __init__(self, client: DynamoDBClient) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self._answers: dict[str, list[Any]] = {}
        hear: Any = self._hear
        client.meta.events.register("before-call.dynamodb", hear)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.calls]

    def answer(self, operation: str, answer: dict[str, Any] | Exception, *, times: int = 1) -> None:
        """Give this answer, or raise this error, instead of asking DynamoDB the next times."""
        self._answers[operation] = [answer] * times

    def refuse(self, operation: str, code: str, *, times: int = 1) -> None:
        self.answer(operation, {"Error": {"Code": code, "Message": "no"}}, times=times)

    def cancel(self, *codes: str, times: int = 1) -> None:
        """Cancel transactions for these reasons, one an action."""
        reasons = [{"Code": code} for code in codes]
        error = {"Code": "TransactionCanceledException", "Message": "no"}
        self.answer("TransactWriteItems", {"Error": error, "CancellationReasons": reasons}, times=times)

    def _hear(self, model: OperationModel, params: dict[str, Any], **_: object) -> object:
        self.calls.append((model.name, json.loads(params["body"])))
        if not self._answers.get(model.name):
            return None
        answer = self._answers[model.name].pop(0)
        if isinstance(answer, Exception):
            raise answer
        headers: Any = HeadersDict()
        status = 400 if "Error" in answer else 200
        return AWSResponse("", status, headers, None), answer | {"ResponseMetadata": {}}


@pytest.fixture
def wire(dynamodb_table: DynamoTable, client: DynamoDBClient) -> Wire:
    """Hears what is said after the table was made."""
    return Wire(client)

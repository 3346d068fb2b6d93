"""The role's rights: for what a stage uses, and for nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from moto import mock_aws

from deploy.policy import policy
from tests.deploy.stages import stage

HERE = "eu-central-1:123456789012"


@pytest.fixture(autouse=True)
def _account() -> Iterator[None]:
    with mock_aws():
        yield


def granted(**settings: Any) -> dict[str, Any]:
    """The statements, by what they are for."""
    document = msgspec.json.decode(policy(stage(**settings)))
    assert all(statement["Effect"] == "Allow" for statement in document["Statement"])
    return {statement["Sid"]: statement for statement in document["Statement"]}


def test_plain_stage_gets_table_log_topics_and_its_secret() -> None:
    """Nothing of mail, of buckets or of tracing while nothing uses it."""
    rights = granted()
    assert {sid: each["Resource"] for sid, each in rights.items()} == {
        "Table": [f"arn:aws:dynamodb:{HERE}:table/tocsin-dev", f"arn:aws:dynamodb:{HERE}:table/tocsin-dev/index/*"],
        "OwnLogs": [
            f"arn:aws:logs:{HERE}:log-group:/aws/lambda/tocsin-dev",
            f"arn:aws:logs:{HERE}:log-group:/aws/lambda/tocsin-dev:*",
        ],
        "InvocationByItsRestApi": [
            f"arn:aws:lambda:{HERE}:function:tocsin-dev",
            f"arn:aws:lambda:{HERE}:function:tocsin-dev:*",
        ],
        "TopicsOfItsName": [f"arn:aws:sns:{HERE}:tocsin-dev-*"],
        "Parameters": [f"arn:aws:ssm:{HERE}:parameter/tocsin/dev/secret-key"],
    }


def test_mail_may_leave_as_one_sender_in_one_region() -> None:
    """Whatever identity SES finds for it, and for recipients in its sandbox."""
    sender = {"TOCSIN_MAIL": "ses://eu-west-1", "TOCSIN_MAIL_FROM": "Tocsin <tocsin@example.org>"}
    mail = granted(variables=sender)["MailFromOneSender"]
    assert mail["Resource"] == ["arn:aws:ses:eu-west-1:123456789012:identity/*"]
    assert mail["Condition"] == {"StringEquals": {"ses:FromAddress": "tocsin@example.org"}}


def test_named_values_may_be_read_each_by_its_name() -> None:
    """A version of a parameter and a key inside a secret are no part of what may be read."""
    rights = granted(
        variables={
            "TOCSIN_MAIL": "ssm:/tocsin/mail:3",
            "TOCSIN_HEARTBEAT_URL": "secretsmanager:tocsin/dev#heartbeat",
        }
    )
    parameters = f"arn:aws:ssm:{HERE}:parameter/tocsin"
    assert rights["Parameters"]["Resource"] == [f"{parameters}/dev/secret-key", f"{parameters}/mail"]
    assert rights["Secrets"]["Resource"] == [f"arn:aws:secretsmanager:{HERE}:secret:tocsin/dev-??????"]
    assert "MailFromOneSender" not in rights


@pytest.mark.parametrize(
    ("setting", "objects"),
    [("s3://inbox", "arn:aws:s3:::inbox/*"), ("s3://inbox/pings/", "arn:aws:s3:::inbox/pings/*")],
)
def test_mail_that_came_in_may_be_read(setting: str, objects: str) -> None:
    """In the one bucket, below the prefix."""
    rights = granted(variables={"TOCSIN_INBOUND_MAIL": setting})
    assert rights["MailThatCameIn"]["Resource"] == [objects]
    assert rights["WhetherMailIsStillThere"]["Resource"] == ["arn:aws:s3:::inbox"]


@pytest.mark.parametrize("way", [{"apigateway_version": "v2"}, {"apigateway_enabled": False}])
def test_function_may_not_call_itself_but_for_a_rest_api(way: dict[str, Any]) -> None:
    """Zappa lets REST APIs come in with the function's own role; all else asks the function."""
    assert "InvocationByItsRestApi" not in granted(**way)


def test_tracing_is_allowed_when_it_is_on() -> None:
    """X-Ray has no resources to name."""
    assert granted(xray_tracing=True)["Tracing"]["Resource"] == ["*"]

"""What would go wrong after a deployment is said before it, in a sentence that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from deploy.checks import check
from deploy.stage import CannotDeploy
from tests.deploy.stages import answering, stage

SENDER = {"TOCSIN_MAIL": "ses://eu-central-1", "TOCSIN_MAIL_FROM": "tocsin@example.org"}


@pytest.fixture(autouse=True)
def _account() -> Iterator[None]:
    """With the secret key, which is made before anything is checked."""
    with mock_aws():
        boto3.client("ssm").put_parameter(Name="/tocsin/dev/secret-key", Value="s" * 32, Type="SecureString")
        yield


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"variables": {"TOCSIN_STORE": "sqlite:///tmp/x"}}, "TOCSIN_STORE must name a table"),
        ({"variables": {"TOCSIN_LOG_DAYS": "0"}}, "TOCSIN_LOG_DAYS must be a whole number"),
        ({"variables": {"TOCSIN_SECRET_KEY": "ssm:/nowhere"}}, "no such parameter"),
        ({"variables": {"TOCSIN_MAIL": "ses://eu-central-1"}}, "TOCSIN_MAIL_FROM must name the sender"),
        ({"variables": {"TOCSIN_MAIL": "smtp://"}}, "TOCSIN_MAIL can't be used"),
        ({"variables": {"TOCSIN_MAIL": "ses://moon-1/x", "TOCSIN_MAIL_FROM": "t@example.org"}}, "must name a region"),
        ({"aws_environment_variables": {"TOCSIN_STORE": "dynamodb://t", "TOCSIN_LOG_DAYS": 30}}, "in quotes"),
        ({"aws_environment_variables": ["TOCSIN_STORE"]}, "must hold texts by name"),
        ({"events": None}, "nothing would look for silence"),
        ({"lambda_handler": "handler.lambda_handler"}, "lambda_handler must be"),
        ({"debug": True}, "debug must be false"),
        ({"without": "debug"}, "debug must be false"),
        ({"events": []}, "nothing would look for silence"),
    ],
)
def test_useless_deployment_is_refused(changed: dict[str, Any], sentence: str) -> None:
    """Before anything was made."""
    with pytest.raises(CannotDeploy, match=sentence):
        list(check(stage(**changed)))


def test_misspelt_variable_is_warned_of() -> None:
    """Nothing would read it, and nothing say so."""
    misspelt = {"TOCSIN_MIAL": "smtp://mail.example.org", "TOCSIN_MAIL": "smtp://mail.example.org", "OTHER": "x"}
    assert list(check(stage(variables=misspelt))) == ["nothing reads TOCSIN_MIAL. Is it misspelt?"]


def test_secret_key_in_the_settings_is_warned_of() -> None:
    """The file is in a repository."""
    open_key = {"TOCSIN_SECRET_KEY": "s" * 32, "TOCSIN_MAIL": "smtp://mail.example.org"}
    (warning,) = check(stage(variables=open_key))
    assert warning.startswith("the secret key stands in zappa_settings.json")


def test_function_without_mail_is_warned_of() -> None:
    """It works, for webhooks."""
    assert [warning.partition(".")[0] for warning in check(stage())] == ["no mail can leave"]


def test_mail_server_needs_no_warning() -> None:
    """Nothing about it can be known from here."""
    assert list(check(stage(variables={"TOCSIN_MAIL": "smtp://mail.example.org"}))) == []


def test_sender_that_ses_does_not_know_is_warned_of() -> None:
    """Its mails would be refused one by one; and so would mails to strangers, in the sandbox."""
    unknown, sandbox = check(stage(variables=SENDER))
    assert unknown.startswith("SES has verified neither tocsin@example.org nor its domain")
    assert sandbox.startswith("SES keeps this account in its sandbox")


def test_verified_sender_outside_the_sandbox_is_fine() -> None:
    """It is enough that the domain was verified."""
    ready = stage(variables=SENDER, sandbox=False)
    answering(ready, "GetEmailIdentity", {"VerifiedForSendingStatus": True})
    assert list(check(ready)) == []


def test_checks_do_without_the_right_to_ask() -> None:
    """Who deploys need not be allowed to look into SES."""
    refused = stage(variables=SENDER)
    refused.cli.zappa.boto_session.events.register("before-call.sesv2.GetEmailIdentity", _refuse)
    (warning,) = check(refused)
    assert warning.startswith("SES does not say whether it would send mail as tocsin@example.org")


def _refuse(**_: object) -> None:
    raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": "no"}}, "GetEmailIdentity")

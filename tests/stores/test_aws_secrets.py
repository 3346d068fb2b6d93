"""Settings that AWS keeps, in a simulated Parameter Store and Secrets Manager."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from moto import mock_aws

from app import create_app
from tests.channels.receivers import closed_port
from tests.fakes import ROOT, own_environ
from tocsin.settings import SettingsError
from tocsin.stores.aws_secrets import fetch

KEY, MAIL = "TOCSIN_SECRET_KEY", "TOCSIN_MAIL"
VALUE = "nobody may see this in a log"


class Calls:
    """What AWS is asked; an operation may be answered by an error or a text of the test's own."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.answers: dict[str, Any] = {}
        self._send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def call(self, client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        self.names.append(operation)
        if operation in self.answers:
            return self.answers[operation]
        return self._send(client, operation, request)

    def refuse(self, code: str) -> None:
        error = ClientError({"Error": {"Code": code, "Message": "No such luck."}}, "GetParameters")

        def raising(*_: object) -> None:
            raise error

        self._send = raising


@pytest.fixture(autouse=True)
def _aws() -> Iterator[None]:
    with mock_aws():
        for name in ("/tocsin/key", "/tocsin/mail"):
            boto3.client("ssm").put_parameter(Name=name, Value=f"{VALUE}{name}", Type="SecureString")
        secrets = {"tocsin/key": VALUE, "tocsin/all": json.dumps({"key": VALUE, "n": 1}), "tocsin/list": f'["{VALUE}"]'}
        for name, text in secrets.items():
            boto3.client("secretsmanager").create_secret(Name=name, SecretString=text)
        boto3.client("secretsmanager").create_secret(Name="tocsin/bytes", SecretBinary=b"\xff")
        yield


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    calls = Calls()
    # A function, so that it becomes a method of each client.
    monkeypatch.setattr(BaseClient, "_make_api_call", lambda *call: calls.call(*call))  # noqa: PLW0108
    return calls


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("ssm:/tocsin/key", f"{VALUE}/tocsin/key"),
        ("ssm: /tocsin/key", f"{VALUE}/tocsin/key"),
        ("secretsmanager:tocsin/key", VALUE),
        ("secretsmanager:tocsin/all#key", VALUE),
    ],
)
def test_value_is_fetched(reference: str, value: str) -> None:
    """A parameter is decrypted, a secret taken whole or by a key of its JSON."""
    assert fetch({KEY: reference}) == {KEY: value}


def test_parameters_come_ten_a_call(calls: Calls) -> None:
    """Cold starts wait for each; two settings may share one parameter."""
    references = {f"TOCSIN_{n}": f"ssm:/tocsin/{n}" for n in range(12)}
    for n in range(12):
        boto3.client("ssm").put_parameter(Name=f"/tocsin/{n}", Value=str(n), Type="String")
    calls.names.clear()
    found = fetch(references | {KEY: "ssm:/tocsin/3"})
    assert found == {f"TOCSIN_{n}": str(n) for n in range(12)} | {KEY: "3"}
    assert calls.names == ["GetParameters", "GetParameters"]


def test_secret_with_many_keys_is_asked_for_once(calls: Calls) -> None:
    """One secret may hold all the settings there are."""
    assert fetch({KEY: "secretsmanager:tocsin/all#key", MAIL: "secretsmanager:tocsin/all#key"})[MAIL] == VALUE
    assert calls.names == ["GetSecretValue"]


def test_version_of_a_parameter_can_be_asked_for(calls: Calls) -> None:
    """Parameter Store hands the version back apart from the name."""
    versions = [{"Name": "/tocsin/key", "Selector": f":{n}", "Value": f"v{n}"} for n in (1, 2)]
    calls.answers["GetParameters"] = {"Parameters": versions, "InvalidParameters": []}
    assert fetch({KEY: "ssm:/tocsin/key:2", MAIL: "ssm:/tocsin/key:1"}) == {KEY: "v2", MAIL: "v1"}


@pytest.mark.parametrize(
    ("reference", "trouble"),
    [
        ("ssm:", "names nothing: write ssm: and the name"),
        ("secretsmanager:#key", "names nothing: write secretsmanager: and the name"),
        ("ssm:/tocsin/none", "fetched: no such parameter is in this account and region"),
        ("secretsmanager:tocsin/none#key", "fetched: no such secret is in this account and region"),
        ("secretsmanager:tocsin/all#none", "used: the secret has no text under this key"),
        ("secretsmanager:tocsin/all#n", "used: the secret has no text under this key"),
        ("secretsmanager:tocsin/key#key", "used: the secret is no JSON object, so it has no keys"),
        ("secretsmanager:tocsin/list#key", "used: the secret is no JSON object, so it has no keys"),
        ("secretsmanager:tocsin/bytes", "used: the secret is binary, and must be text"),
    ],
)
def test_what_is_not_there_stops_the_start(reference: str, trouble: str) -> None:
    """One sentence names setting and reference, and quotes nothing of a secret."""
    with pytest.raises(SettingsError, match=rf"^{KEY} .*{trouble}.*\.$") as raised:
        fetch({MAIL: "ssm:/tocsin/mail", KEY: reference})
    assert reference in str(raised.value) or reference.startswith(("ssm:", "secretsmanager:#"))
    assert VALUE not in str(raised.value) + str(raised.value.__cause__)


@pytest.mark.parametrize(
    ("code", "mending"),
    [
        ("AccessDeniedException", "give the role the right {right}, and kms:Decrypt if its key is one of your own"),
        ("ThrottlingException", "too many processes ask at once: start again later"),
        ("ExpiredTokenException", "the AWS credentials have expired"),
        ("InternalFailure", "AWS answers InternalFailure: No such luck"),
    ],
)
def test_refusal_is_explained(calls: Calls, code: str, mending: str) -> None:
    """With the settings that it kept from their values, and what to do."""
    calls.refuse(code)
    wanted = mending.format(right="ssm:GetParameters")
    with pytest.raises(SettingsError) as raised:
        fetch({KEY: "ssm:/tocsin/key", MAIL: "ssm:/tocsin/mail"})
    told = f"{KEY} (ssm:/tocsin/key), {MAIL} (ssm:/tocsin/mail) can't be fetched: {wanted}."
    assert str(raised.value) == told
    wanted = mending.format(right="secretsmanager:GetSecretValue")
    with pytest.raises(SettingsError) as raised:
        fetch({KEY: "secretsmanager:tocsin/all#key"})
    assert str(raised.value) == f"{KEY} (secretsmanager:tocsin/all#key) can't be fetched: {wanted}."


def test_address_that_does_not_answer_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence carries it, whether nobody is there or it is no address."""
    for address in (f"http://127.0.0.1:{closed_port()}", "nonsense"):
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(SettingsError, match=rf"{KEY} .*see to the network and AWS_ENDPOINT_URL .*{address}"):
            fetch({KEY: "ssm:/tocsin/key"})


def test_missing_credentials_are_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The first call says what to set."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=f"{KEY} .*set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a role"):
        fetch({KEY: "ssm:/tocsin/key"})


def test_app_starts_with_settings_that_aws_keeps(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Read from the environment, fetched, cast and used like any other."""
    boto3.client("ssm").put_parameter(Name="/tocsin/proxies", Value="2", Type="String")
    settings = {
        "STORE": f"sqlite://{tmp_path}/tocsin.sqlite3",
        "MAIL": f"file://{tmp_path}",
        "SECRET_KEY": " secretsmanager:tocsin/all#key ",
        "TRUSTED_PROXIES": "ssm:/tocsin/proxies",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    app = create_app()
    assert app.config["SECRET_KEY"] == VALUE
    assert app.extensions["tocsin"].settings.trusted_proxies == 2
    app.extensions["tocsin"].table.close()


def test_start_that_lacks_a_region_says_so(tmp_path: Path) -> None:
    """One sentence on standard error, no traceback."""
    environ = own_environ(tmp_path, SECRET_KEY="ssm:/tocsin/key") | {"AWS_CONFIG_FILE": str(tmp_path / "none")}
    command = [sys.executable, "-c", "from app import app"]
    start = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    told = f"Tocsin can't start. {KEY} (ssm:/tocsin/key) can't be fetched: set AWS_DEFAULT_REGION.\n"
    assert (start.returncode, start.stderr) == (1, told)


@pytest.mark.parametrize("answer", [{}, {"Parameters": []}, {"Parameters": [{"Name": "/other"}]}])
def test_answer_without_what_was_asked_is_a_sentence(calls: Calls, answer: dict[str, Any]) -> None:
    """A proxy in between may answer anything."""
    calls.answers["GetParameters"] = answer
    with pytest.raises(SettingsError, match="no such parameter is in this account"):
        fetch({KEY: "ssm:/tocsin/key"})

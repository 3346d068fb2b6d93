"""The function runs what was installed: what would not start there is refused here."""

from __future__ import annotations

import platform
import sys
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import boto3
import pytest
from moto import mock_aws

from deploy.back import back
from deploy.runtime import settle_runtime
from deploy.stage import CannotDeploy
from tests.deploy.stages import stage

ADDRESS = {"TOCSIN_SITE_ROOT": "https://t.example.org"}
HERE = f"python3.{sys.version_info.minor}"


@pytest.fixture(autouse=True)
def _account() -> Iterator[None]:
    with mock_aws():
        yield


def code(text: str) -> bytes:
    package = BytesIO()
    with ZipFile(package, "w") as archive:
        archive.writestr("app.py", text)
    return package.getvalue()


def deployed(**settings: Any) -> Any:
    """A function that was published once; returns the client."""
    boto3.client("iam").create_role(RoleName="role", AssumeRolePolicyDocument="{}")
    functions: Any = boto3.client("lambda")
    functions.create_function(
        FunctionName="tocsin-dev",
        Role="arn:aws:iam::123456789012:role/role",
        Handler="handlers.gateway.lambda_handler",
        Code={"ZipFile": code("first")},
        Publish=True,
        **{"Runtime": HERE, **settings},
    )
    return functions


def test_runtime_and_processor_are_those_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it is, the settings need not say it."""
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    settled = stage()
    settle_runtime(settled)
    assert (settled.cli.runtime, settled.cli.architecture) == (HERE, "arm64")
    assert settled.cli.zappa.architecture == "arm64"


@pytest.mark.parametrize(("asked", "there"), [("runtime", "python3.9"), ("architecture", "riscv")])
def test_other_platform_that_the_settings_ask_for_is_refused(asked: str, there: str) -> None:
    """It would get what was installed for this one."""
    settings: dict[str, Any] = {asked: there}
    with pytest.raises(CannotDeploy, match=f"asks for {asked} {there}"):
        settle_runtime(stage(**settings))


def test_machine_that_lambda_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its compiled packages would not load."""
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(CannotDeploy, match="deploy from Linux"):
        settle_runtime(stage())


def test_function_of_another_processor_is_not_updated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Zappa would change its code, and leave its processor."""
    deployed(Architectures=["arm64"])
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")
    with pytest.raises(CannotDeploy, match="made for arm64"):
        settle_runtime(stage())


@pytest.mark.parametrize(
    ("told", "minor", "snapshot"),
    [({}, 13, "None"), (ADDRESS, 13, "PublishedVersions"), (ADDRESS, 12, "PublishedVersions"), (ADDRESS, 11, "None")],
)
def test_snapshot_waits_for_the_address_and_the_python(
    monkeypatch: pytest.MonkeyPatch, told: dict[str, str], minor: int, snapshot: str
) -> None:
    """A version is started when it is published, and can't start without the one; Lambda needs the other."""
    monkeypatch.setattr("deploy.runtime.MINOR", minor)
    settled = stage(variables=told, snap_start="PublishedVersions")
    settled.cli.snap_start = "PublishedVersions"
    settle_runtime(settled)
    assert settled.cli.snap_start == snapshot


def test_going_back_needs_a_function() -> None:
    """The sentence says which one was looked for, and where."""
    with pytest.raises(CannotDeploy, match="There is no tocsin-dev in eu-central-1"):
        back(stage())


def test_going_back_needs_other_code() -> None:
    """One version, or two of the same code, are nothing to go back to."""
    functions = deployed()
    functions.update_function_configuration(FunctionName="tocsin-dev", Description="another")
    functions.publish_version(FunctionName="tocsin-dev")
    with pytest.raises(CannotDeploy, match="No other code is kept"):
        back(stage())


def test_going_back_leaves_code_for_another_python_alone() -> None:
    """Zappa puts back the code and not the runtime, and then nothing would start."""
    functions = deployed(Runtime="python3.9")
    functions.update_function_code(FunctionName="tocsin-dev", ZipFile=code("second"), Publish=False)
    functions.update_function_configuration(FunctionName="tocsin-dev", Runtime=HERE)
    with pytest.raises(CannotDeploy, match="No other code is kept"):
        back(stage())

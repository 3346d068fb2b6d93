"""`make deploy` and Zappa's commands against a simulated AWS, and the package that they leave there, at work.

They run in the environment that `make test` makes beside that of the tests: it has Zappa, and what is shipped.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest

from deploy.package import OURS
from tests.channels.receivers import Receiver, serving
from tests.e2e.aws import ACCOUNT, REGION, Aws, code_of, simulated_aws
from tests.e2e.lambda_runtime import RuntimeApi, running
from tests.fakes import ROOT
from tests.handlers.events import rest_event, scheduled_event

DEPLOYER = ROOT / ".venv-deploy"
NEEDED = (*OURS, "deploy", "requirements.txt", "zappa_settings.json")


@dataclass(frozen=True)
class Project:
    """A copy of the project that is deployed from; its settings may be changed."""

    folder: Path
    aws: Aws

    def run(self, *command: str, **variables: str) -> str:
        """Run a command of the deploying environment, and return all that it said."""
        own = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "VIRTUAL_ENV": str(DEPLOYER)}
        environ = own | self.aws.environ | variables
        program = [str(DEPLOYER / "bin" / "python"), "-m", *command]
        ended = subprocess.run(
            program,
            cwd=self.folder,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stdout
        return ended.stdout

    def settings(self, stage: str, **changed: Any) -> None:
        path = self.folder / "zappa_settings.json"
        settings = msgspec.json.decode(path.read_bytes(), type=dict[str, dict[str, Any]])
        settings[stage] |= changed
        path.write_bytes(msgspec.json.encode(settings))


@pytest.fixture
def aws() -> Iterator[Aws]:
    with simulated_aws() as aws:
        yield aws


@pytest.fixture
def project(aws: Aws, tmp_path: Path) -> Project:
    assert DEPLOYER.exists(), ".venv-deploy is not there: `make test` makes it, pytest alone does not."
    folder = tmp_path / "project"
    folder.mkdir()
    for name in NEEDED:
        source = ROOT / name
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, folder / name, ignore=ignored) if source.is_dir() else shutil.copy(source, folder)
    return Project(folder, aws)


def test_deployed_package_does_the_main_job(project: Project, tmp_path: Path) -> None:
    """What `make deploy` put on AWS takes pings, notices silence, tells, and tells again that all is well."""
    project.settings("dev", aws_environment_variables=_variables("dev", TOCSIN_ALLOW_PRIVATE_TARGETS="1"))
    said = project.run("deploy", "up", "dev", "--email", "ops@example.org")
    address = re.search(r"Tocsin is at (https://\S+/dev)$", said, re.MULTILINE)
    assert address, said
    assert re.search(r"Sign in as ops@example.org with the password \S{16} ", said)

    lambdas = project.aws.client("lambda")
    function = lambdas.get_function_configuration(FunctionName="tocsin-dev")
    assert function["Environment"]["Variables"]["TOCSIN_SITE_ROOT"] == address[1]
    assert (function["Handler"], function["MemorySize"], function["Timeout"]) == (
        "handlers.gateway.lambda_handler",
        512,
        60,
    )
    assert function["Runtime"] == f"python{_version_of(DEPLOYER)}"
    _assert_role_is_narrow(project.aws)
    _assert_rule_ticks(project.aws)
    _assert_table_is_safe(project.aws, "tocsin-dev")
    resources = project.aws.client("cloudformation").list_stack_resources(StackName="tocsin-dev")
    assert "AWS::ApiGateway::RestApi" in {each["ResourceType"] for each in resources["StackResourceSummaries"]}

    package = _unpacked(code_of("tocsin-dev"), tmp_path / "task")
    shipped = sorted(package.rglob("*"))
    environ = project.aws.environ | function["Environment"]["Variables"]
    with (
        serving(Receiver()) as receiver,
        running(package, DEPLOYER / "bin" / "python", function["Handler"], environ, tmp_path / "client") as api,
    ):
        _main_job(api, project, receiver)
    assert sorted(package.rglob("*")) == shipped


def test_update_rollback_and_undeploy_keep_the_data(project: Project) -> None:
    """An HTTP API with SnapStart: a second version, the first one again, and away; the table stays until told."""
    said = project.run("deploy", "up", "production")
    assert "To make an account: make deploy STAGE=production EMAIL=" in said
    first = code_of("tocsin-production")
    lambdas = project.aws.client("lambda")
    if _version_of(DEPLOYER) >= "3.12":
        alias = lambdas.get_alias(FunctionName="tocsin-production", Name="snapstart")
        assert lambdas.get_function(FunctionName="tocsin-production", Qualifier=alias["FunctionVersion"])

    made = project.run("deploy", "flask", "production", "user", "create", "two@example.org")
    assert '"email": "two@example.org"' in made
    project.aws.client("cloudformation").delete_stack(StackName="tocsin-production")
    assert "An earlier deployment broke off" in project.run("deploy", "up", "production")
    assert code_of("tocsin-production") == first

    (project.folder / "tocsin" / "__init__.py").write_text('"""Another version."""\n')
    project.run("deploy", "up", "production")
    assert code_of("tocsin-production") != first
    project.run("deploy", "back", "production")
    assert code_of("tocsin-production") == first

    assert "DATA=delete" in project.run("deploy", "down", "production")
    assert lambdas.list_functions()["Functions"] == []
    assert project.aws.client("events").list_rules()["Rules"] == []
    assert project.aws.client("iam").list_roles()["Roles"] == []
    _assert_table_is_safe(project.aws, "tocsin-production")
    project.run("deploy", "down", "production", "--data", "delete")
    assert project.aws.client("dynamodb").list_tables()["TableNames"] == []
    assert project.aws.client("ssm").describe_parameters()["Parameters"] == []


def _main_job(api: RuntimeApi, project: Project, receiver: Receiver) -> None:
    variables = _variables("dev", TOCSIN_SITE_ROOT="https://example.org")
    made = project.run("flask", "project", "create", "Backups", "--owner", "ops@example.org", **variables)
    keys = msgspec.json.decode(made)
    value = {"url_down": receiver.url("/down"), "method_down": "GET", "url_up": receiver.url("/up"), "method_up": "GET"}
    text = msgspec.json.encode(value).decode()
    channel = ("flask", "channel", "create", keys["uuid"], "webhook", "--name", "ops", "--value", text)
    project.run(*channel, TOCSIN_ALLOW_PRIVATE_TARGETS="1", **variables)

    wanted = msgspec.json.encode({"name": "nightly", "timeout": 60, "grace": 60, "channels": "*"})
    answer = api.invoke(rest_event("POST", "/api/v3/checks/", headers={"X-Api-Key": [keys["api_key"]]}, body=wanted))
    assert answer["statusCode"] == 201, answer
    ping = "/ping/" + re.findall(r"/ping/([0-9a-f-]{36})", answer["body"])[0]
    assert api.invoke(rest_event(path=ping))["body"] == "OK"
    assert _tick(api)["down"] == 0

    _pass_a_day(project.aws, "tocsin-dev", ping.removeprefix("/ping/"))
    assert _tick(api)["down"] == 1
    assert [call.path for call in receiver.calls] == ["/down"]
    assert api.invoke(rest_event(path=ping))["body"] == "OK"
    _tick(api)
    assert [call.path for call in receiver.calls] == ["/down", "/up"]


def _tick(api: RuntimeApi) -> Any:
    ticked = api.invoke(scheduled_event())
    assert ticked["complete"] is True
    return ticked


def _pass_a_day(aws: Aws, table: str, check: str) -> None:
    """Let all that the check remembers be a day older: the function's clock is the machine's."""
    aws.client("dynamodb").update_item(
        TableName=table,
        Key={"pk": {"S": f"check#{check}"}, "sk": {"S": "state"}},
        UpdateExpression="SET last_ping = last_ping - :day, due_at = due_at - :day",
        ExpressionAttributeValues={":day": {"N": str(24 * 60 * 60 * 1_000_000)}},
    )


def _variables(stage: str, **more: str) -> dict[str, str]:
    own = {"TOCSIN_STORE": f"dynamodb://tocsin-{stage}", "TOCSIN_SECRET_KEY": f"ssm:/tocsin/{stage}/secret-key"}
    return own | more


def _version_of(environment: Path) -> str:
    found = re.search(r"^version = (3\.\d+)", (environment / "pyvenv.cfg").read_text(), re.MULTILINE)
    assert found
    return found[1]


def _assert_role_is_narrow(aws: Aws) -> None:
    policy = aws.client("iam").get_role_policy(
        RoleName="tocsin-dev-ZappaLambdaExecutionRole", PolicyName="zappa-permissions"
    )["PolicyDocument"]
    allowed = {statement["Sid"]: statement for statement in policy["Statement"]}
    assert set(allowed) == {"Table", "OwnLogs", "InvocationByItsRestApi", "TopicsOfItsName", "Parameters"}
    table = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/tocsin-dev"
    assert allowed["Table"]["Resource"] == [table, f"{table}/index/*"]
    assert all("*" not in action for each in policy["Statement"] for action in each["Action"])


def _assert_rule_ticks(aws: Aws) -> None:
    events = aws.client("events")
    (rule,) = events.list_rules()["Rules"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:tocsin-dev"


def _assert_table_is_safe(aws: Aws, name: str) -> None:
    database = aws.client("dynamodb")
    table = database.describe_table(TableName=name)["Table"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["DeletionProtectionEnabled"] is True
    expiry = database.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert expiry == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}
    backups = database.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def _unpacked(code: bytes, folder: Path) -> Path:
    """As Lambda does it: nothing in there can be written."""
    with zipfile.ZipFile(BytesIO(code)) as package:
        package.extractall(folder)
    for path in (*folder.rglob("*"), folder):
        path.chmod(stat.S_IRUSR | (stat.S_IXUSR if path.is_dir() else 0))
    return folder

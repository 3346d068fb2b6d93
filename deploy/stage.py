"""One deployment as zappa_settings.json describes it, and the account that it lives in."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import click
from botocore.exceptions import BotoCoreError, ClientError, NoRegionError

_NEVER_COMPLETE = ("CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
"""What CloudFormation calls a stack that never was, or is no more. Any other one may have an API that people call."""


class CannotDeploy(click.ClickException):
    """A sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Stage:
    name: str
    cli: Any
    """Zappa's own reading of its settings (zappa.cli.ZappaCLI), settings loaded."""

    @classmethod
    def read(cls, name: str) -> Stage:
        """Read the stage's settings from the folder that this runs in. Raises CannotDeploy."""
        from zappa.cli import ZappaCLI

        logging.getLogger("zappa").setLevel(logging.ERROR)  # its warnings are repeated when it is at work
        cli = ZappaCLI()
        cli.api_stage = name
        try:
            cli.load_settings()
        except NoRegionError:
            raise CannotDeploy("No region is named: set AWS_DEFAULT_REGION, for example to eu-central-1.") from None
        except (AttributeError, TypeError, ValueError, BotoCoreError) as error:  # whatever JSON has at its top
            raise CannotDeploy(f"zappa_settings.json can't be used for the stage {name}: {error}") from error
        stage = cls(name, cli)
        # Zappa's settings may name them; whatever else speaks to AWS from here looks into the environment.
        os.environ["AWS_DEFAULT_REGION"] = stage.region
        if profile := stage.config.get("profile_name"):
            os.environ["AWS_PROFILE"] = profile
        return stage

    def announce(self) -> None:
        """Say what is worked on: the account is as easily the wrong one as the stage. Raises CannotDeploy."""
        click.echo(f"{self.function} in {self.region}, account {self.caller['Account']}")

    @property
    def function(self) -> str:
        """The name of the Lambda function."""
        return str(self.cli.lambda_name)

    @property
    def config(self) -> Mapping[str, Any]:
        """The stage's settings, with those of the stage that it extends."""
        config: Mapping[str, Any] = self.cli.stage_config
        return config

    @property
    def variables(self) -> dict[str, str]:
        """The function's environment as far as the settings say it. Raises CannotDeploy."""
        return self._variables_of(self.config)

    def neighbours(self) -> dict[str, dict[str, str]]:
        """The variables of the other stages in the settings, by the names of the stages."""
        stages: Mapping[str, Mapping[str, Any]] = self.cli.zappa_settings
        found = {}
        for name in stages.keys() - {self.name}:
            config = stages[name]
            while "aws_environment_variables" not in config and "extends" in config:
                config = stages[config["extends"]]
            found[name] = self._variables_of(config)
        return found

    @staticmethod
    def _variables_of(config: Mapping[str, Any]) -> dict[str, str]:
        variables = config.get("aws_environment_variables") or {}
        if not isinstance(variables, dict) or not all(isinstance(value, str) for value in variables.values()):
            raise CannotDeploy('aws_environment_variables must hold texts by name: write numbers in quotes, as "30".')
        return dict(variables)

    def named(self, prefix: str) -> dict[str, str]:
        """What AWS keeps, by the variables that name it; `prefix` is settings.PARAMETER or settings.SECRET."""
        variables = self.variables.items()
        return {name: value.removeprefix(prefix) for name, value in variables if value.startswith(prefix)}

    @property
    def table(self) -> str:
        """The name of the DynamoDB table; empty where the settings name none."""
        scheme, _, name = self.variables.get("TOCSIN_STORE", "").partition("://")
        return name if scheme == "dynamodb" else ""

    @property
    def has_api(self) -> bool:
        """An API Gateway is in front."""
        return bool(self.config.get("apigateway_enabled", True))

    def client(self, service: str, *, region: str | None = None) -> Any:
        return self.cli.zappa.boto_session.client(service, region_name=region)

    @property
    def region(self) -> str:
        return str(self.cli.zappa.boto_session.region_name)

    @cached_property
    def caller(self) -> Mapping[str, str]:
        """Who deploys: `Account` and `Arn`. Raises CannotDeploy."""
        try:
            caller: Mapping[str, str] = self.client("sts").get_caller_identity()
        except (BotoCoreError, ClientError) as error:
            raise CannotDeploy(f"AWS does not take your credentials: {error}") from error
        return caller

    def configuration(self) -> Mapping[str, Any] | None:
        """The function's configuration at AWS; None while there is no such function."""
        functions = self.client("lambda")
        try:
            found: Mapping[str, Any] = functions.get_function_configuration(FunctionName=self.function)
        except functions.exceptions.ResourceNotFoundException:
            return None
        return found

    def variables_there(self) -> dict[str, str]:
        """The variables that the function has at AWS; none while there is no such function."""
        return dict((self.configuration() or {}).get("Environment", {}).get("Variables", {}))

    def is_whole(self) -> bool:
        """Its API is there as well, if it shall have one: a first deployment may have broken off before.

        Raises CannotDeploy while CloudFormation is at work, and where it does not tell.
        """
        if not self.has_api:
            return True
        status = self._stack_status()
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            raise CannotDeploy(f"AWS is still at work on the stack {self.function} ({status}): try again after that.")
        return status not in _NEVER_COMPLETE

    def _stack_status(self) -> str:
        """In CloudFormation's words; DELETE_COMPLETE where there is no stack."""
        stacks = self.client("cloudformation")
        try:
            (found,) = stacks.describe_stacks(StackName=self.function)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":  # as it says that there is none
                return "DELETE_COMPLETE"
            raise CannotDeploy(f"AWS does not tell whether the stack {self.function} is there: {error}") from error
        return str(found["StackStatus"])

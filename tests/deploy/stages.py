"""Stages to look at: settings as Zappa hands them over, in an account that is simulated."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import boto3
import msgspec

from deploy.stage import Stage
from tests.fakes import ROOT

DEV: dict[str, Any] = msgspec.json.decode((ROOT / "zappa_settings.json").read_bytes())["dev"]


def stage(
    *,
    variables: dict[str, str] | None = None,
    without: str = "",
    sandbox: bool = True,
    others: dict[str, Any] | None = None,
    **changed: Any,
) -> Stage:
    """`dev` as it is shipped, but for some variables and settings.

    SES may have let the account out of its sandbox, and `others` are the settings' other stages.
    """
    config = DEV | {"aws_environment_variables": DEV["aws_environment_variables"] | (variables or {})} | changed
    config.pop(without, None)
    zappa = SimpleNamespace(boto_session=boto3.Session(), architecture="x86_64")
    cli = SimpleNamespace(stage_config=config, lambda_name="tocsin-dev", zappa=zappa)
    cli.zappa_settings = {"dev": config, **(others or {})}
    made = Stage("dev", cli)
    answering(made, "GetAccount", {"ProductionAccessEnabled": not sandbox})
    return made


def answering(stage: Stage, operation: str, answer: dict[str, Any]) -> None:
    """Let SES answer as moto can't."""
    response: Any = lambda **_: (SimpleNamespace(status_code=200), answer)  # noqa: E731 (typed, for botocore's sake)
    stage.cli.zappa.boto_session.events.register(f"before-call.sesv2.{operation}", response)

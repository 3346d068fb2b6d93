"""What the function runs on: this Python and this processor, since what is installed for them is what is shipped."""

from __future__ import annotations

import platform
import sys

from deploy.stage import CannotDeploy, Stage

MINOR = sys.version_info.minor
"""Of Python 3."""
_PROCESSORS = {"x86_64": "x86_64", "aarch64": "arm64"}
"""As Linux calls them, and as Lambda does."""


def settle_runtime(stage: Stage) -> None:
    """Set runtime, architecture and SnapStart. Raises CannotDeploy where something else is asked for, or is there."""
    _settle(stage, "runtime", f"python3.{MINOR}")
    _settle(stage, "architecture", _processor())
    stage.cli.zappa.architecture = stage.cli.architecture
    there = (stage.configuration() or {}).get("Architectures", [stage.cli.architecture])
    if there != [stage.cli.architecture]:
        raise CannotDeploy(
            f"{stage.function} was made for {there[0]}, and this machine installs for {stage.cli.architecture}: "
            f"deploy from a machine of the former kind, or `make undeploy` first."
        )
    # A snapshot is taken with a version, variables and all: a function that has yet to be told its address can't start.
    if not starts_from_snapshot(stage) or "TOCSIN_SITE_ROOT" not in {*stage.variables, *stage.variables_there()}:
        stage.cli.snap_start = "None"
        stage.cli.apigateway_lambda_qualifier = stage.config.get("apigateway_lambda_qualifier")


def starts_from_snapshot(stage: Stage) -> bool:
    """Whether SnapStart is asked for and to be had: for Python 3.12 and newer, and by an API's requests."""
    wished = stage.config.get("snap_start", "None") != "None"
    return wished and stage.has_api and MINOR >= 12


def _settle(stage: Stage, name: str, installed: str) -> None:
    if stage.config.get(name, installed) != installed:
        raise CannotDeploy(
            f"zappa_settings.json asks for {name} {stage.config[name]}, but what is shipped was installed for "
            f"{installed}: deploy from there, or take {name} out of the settings."
        )
    setattr(stage.cli, name, installed)


def _processor() -> str:
    found = _PROCESSORS.get(platform.machine())
    if sys.platform != "linux" or found is None:
        raise CannotDeploy("What is installed here doesn't run on Lambda: deploy from Linux, such as a container.")
    return found

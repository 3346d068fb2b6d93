"""What the function runs on: this Python and this processor, since what is installed for them is what is shipped."""

from __future__ import annotations

import platform
import sys

from deploy.stage import CannotDeploy, Stage

_PROCESSORS = {"x86_64": "x86_64", "aarch64": "arm64"}
"""As Linux calls them, and as Lambda does."""


def settle_runtime(stage: Stage) -> None:
    """Set runtime, architecture and SnapStart. Raises CannotDeploy if the settings ask for another runtime."""
    _settle(stage, "runtime", f"python3.{sys.version_info.minor}")
    _settle(stage, "architecture", _processor())
    stage.cli.zappa.architecture = stage.cli.architecture
    # A snapshot is taken with the version, and the first one, which has yet to be told its own address, can't start.
    if not starts_from_snapshot(stage) or stage.configuration() is None:
        stage.cli.snap_start = "None"
        stage.cli.apigateway_lambda_qualifier = stage.config.get("apigateway_lambda_qualifier")


def starts_from_snapshot(stage: Stage) -> bool:
    """Whether SnapStart is asked for and to be had: for Python 3.12 and newer."""
    return stage.config.get("snap_start", "None") != "None" and sys.version_info >= (3, 12)


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

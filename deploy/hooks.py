"""What Zappa calls while it works: `callbacks` in zappa_settings.json."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # Zappa loads this file by itself, as a module of its own


def prepare(cli: Any) -> None:
    """Before anything is made: the role's rights, the bucket, the runtime, and which commit it is."""
    if cli.command not in ("deploy", "update", "rollback"):
        return
    from deploy.policy import policy
    from deploy.runtime import settle_runtime
    from deploy.stage import Stage

    stage = Stage(cli.api_stage, cli)
    settle_runtime(stage)
    if cli.command == "rollback":
        return
    cli.zappa.attach_policy = policy(stage)
    cli.s3_bucket_name = stage.config.get("s3_bucket") or f"{stage.function}-{stage.caller['Account']}-{stage.region}"
    cli.lambda_description = f"{cli.lambda_description} ({_revision()})"


def pack(cli: Any) -> None:
    """Put our own package in the place of the one that Zappa made."""
    from deploy.package import NotInstalled, build
    from deploy.stage import CannotDeploy

    try:
        build(Path(cli.zip_path), root=ROOT)
    except NotInstalled as error:
        raise CannotDeploy(str(error)) from None


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return asked.stdout.strip() or "no commit"

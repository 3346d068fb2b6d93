"""Put back the code that ran before."""

from __future__ import annotations

import click

from deploy.stage import CannotDeploy, Stage
from deploy.up import zappa


def back(stage: Stage) -> None:
    """Run the newest code that is another one than today's. Raises CannotDeploy if none is kept."""
    configuration = stage.configuration()
    if configuration is None:
        raise CannotDeploy(f"There is no {stage.function} in {stage.region}.")
    # Zappa counts versions, and with SnapStart one deployment makes two of them: what counts is the code.
    for steps, code in enumerate(_codes(stage)):
        if code != configuration["CodeSha256"]:
            zappa("rollback", stage.name, "--num-rollback", str(steps))
            click.echo("The code of the version before runs again, with today's settings.")
            return
    raise CannotDeploy("No other code is kept: num_retained_versions says how many versions are.")


def _codes(stage: Stage) -> list[str]:
    """What each version that is kept runs, the newest first."""
    pages = stage.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=stage.function)
    versions = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
    return [version["CodeSha256"] for version in sorted(versions, key=lambda each: -int(each["Version"]))]

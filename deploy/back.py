"""Put back the code that ran before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from deploy.stage import CannotDeploy, Stage
from deploy.up import zappa

_PLATFORM = "Runtime", "Architectures"


def back(stage: Stage) -> None:
    """Run the newest code that is another one than today's. Raises CannotDeploy if none is kept that would run."""
    stage.announce()
    now = stage.configuration()
    if now is None:
        raise CannotDeploy(f"There is no {stage.function} in {stage.region}.")
    # Zappa counts versions, and with SnapStart one deployment makes two of them: what counts is the code.
    steps = next((steps for steps, then in enumerate(_versions(stage)) if _is_other(then, now)), None)
    if steps is None:
        raise CannotDeploy(
            f"No other code is kept that runs on {now['Runtime']}: num_retained_versions says how many versions are. "
            "Deploy the commit that you want."
        )
    zappa("rollback", stage.name, "--num-rollback", str(steps))
    if (stage.configuration() or now)["CodeSha256"] == now["CodeSha256"]:
        raise CannotDeploy("Zappa left the code as it was. Deploy the commit that you want.")
    click.echo("The code of the version before runs again, with today's settings.")


def _is_other(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """Code that was installed for another Python or processor would not start: rolling back leaves these alone."""
    return then["CodeSha256"] != now["CodeSha256"] and all(then.get(key) == now.get(key) for key in _PLATFORM)


def _versions(stage: Stage) -> list[Mapping[str, Any]]:
    """All that are kept, the newest first."""
    pages = stage.client("lambda").get_paginator("list_versions_by_function").paginate(FunctionName=stage.function)
    versions = [version for page in pages for version in page["Versions"] if version["Version"] != "$LATEST"]
    return sorted(versions, key=lambda each: -int(each["Version"]))

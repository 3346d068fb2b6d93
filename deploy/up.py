"""From settings to an address that answers: each step makes what is missing and leaves alone what is there."""

from __future__ import annotations

import os
import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen

import click

from deploy.checks import check
from deploy.data import check_email, check_own, check_same, make_account, make_secret, make_table
from deploy.runtime import settle_runtime, starts_from_snapshot
from deploy.stage import CannotDeploy, Stage


def up(stage: Stage, *, email: str | None, switch_data: bool = False) -> None:
    """Deploy or update a stage. Raises CannotDeploy and StoreUnavailable.

    What was done until then stays, and need not be done again. Another table or secret key than the function has is
    refused, unless it is to switch to it.
    """
    stage.announce()
    check_own(stage)
    if not switch_data:
        check_same(stage)
    settle_runtime(stage)
    first = stage.configuration() is None
    if first and not email and sys.stdin.isatty():
        email = click.prompt("E-mail address of the first account (none: Enter)", default="", show_default=False)
    if email:
        check_email(email)
    make_secret(stage)
    for warning in check(stage):
        click.secho(f"Mind: {warning}", fg="yellow")
    make_table(stage)
    if not first and not stage.is_whole():
        click.echo("An earlier deployment broke off. What is there of it is taken away first; the data stays.")
        zappa("undeploy", stage.name, "--yes")
        first = True
    zappa("deploy" if first else "update", stage.name)
    address = _address(stage)
    if _tell_address(stage, address) and starts_from_snapshot(stage):
        zappa("update", stage.name, "--no-upload", "yes")
    _report(stage, address, email)


def zappa(*arguments: str) -> None:
    """Raises CannotDeploy if Zappa fails; it has said why by then."""
    # --json: it does not look for a newer Zappa, since requirements-deploy.txt says which one it is.
    python = [sys.executable, "-W", "ignore:Setuptools is replacing distutils"]
    command = [*python, "-m", "zappa.cli", *arguments, "--json", "--disable_progress"]
    if subprocess.run(command, check=False).returncode:
        raise CannotDeploy(f"zappa {' '.join(arguments)} ended in the error above. Mend its cause, and run this again.")


def _address(stage: Stage) -> str:
    """Where the site is, without a slash at its end."""
    if told := stage.variables.get("TOCSIN_SITE_ROOT"):
        return told
    if not stage.has_api:
        url: str = stage.client("lambda").get_function_url_config(FunctionName=stage.function)["FunctionUrl"]
        return url.rstrip("/")
    version = stage.config.get("apigateway_version", "v1")
    found = stage.cli.zappa.get_api_url(stage.function, stage.name, apigateway_version=version)
    if not found:
        raise CannotDeploy("Nothing tells the site's address: name it in TOCSIN_SITE_ROOT.")
    return str(found)


def _tell_address(stage: Stage, address: str) -> bool:
    """Tell the function its own address; False if it knew it."""
    variables = stage.variables_there()
    if variables.get("TOCSIN_SITE_ROOT") == address:
        return False
    functions = stage.client("lambda")
    functions.update_function_configuration(
        FunctionName=stage.function, Environment={"Variables": {**variables, "TOCSIN_SITE_ROOT": address}}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=stage.function)
    return True


def _report(stage: Stage, address: str, email: str | None) -> None:
    click.secho(f"\nTocsin is at {address}", bold=True)
    if not email:
        click.echo(f"To make an account: make deploy STAGE={stage.name} EMAIL=you@example.org")
    else:
        make_account(stage, email)
    # A simulated AWS has no such address.
    if "AWS_ENDPOINT_URL" not in os.environ:
        _knock(address)


def _knock(address: str) -> None:
    try:
        with urlopen(address, timeout=30):
            click.echo("It answers.")
    except (URLError, TimeoutError) as error:
        why = "a new name takes its time to spread; otherwise see what `zappa tail` shows of the log."
        click.secho(f"It does not answer yet ({error}): {why}", fg="yellow")

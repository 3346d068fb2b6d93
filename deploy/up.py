"""From settings to an address that answers: each step makes what is missing and leaves alone what is there."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from urllib.error import URLError
from urllib.request import urlopen

import click

from deploy.checks import UNKNOWN_ADDRESS, check
from deploy.runtime import settle_runtime, starts_from_snapshot
from deploy.stage import CannotDeploy, Stage


def up(stage: Stage, *, email: str | None) -> None:
    """Deploy or update a stage. Raises CannotDeploy; what was done until then stays, and need not be done again."""
    click.echo(f"{stage.function} in {stage.region}, account {stage.caller['Account']}")
    settle_runtime(stage)
    first = stage.configuration() is None
    if first and not email and sys.stdin.isatty():
        email = click.prompt("E-mail address of the first account (none: Enter)", default="", show_default=False)
    _make_secret(stage)
    for warning in check(stage):
        click.secho(f"Mind: {warning}", fg="yellow")
    flask(stage, "table", "create")
    zappa("deploy" if first else "update", stage.name)
    address = _address(stage)
    if _tell_address(stage, address) and starts_from_snapshot(stage):
        # A snapshot has the variables of its time, and a first deploy takes none (see runtime.py).
        zappa("update", stage.name, "--no-upload", "yes")
    password = _make_account(stage, email) if email else None
    _report(address, email, password)


def zappa(*arguments: str) -> None:
    """Raises CannotDeploy if Zappa fails; it has said why by then."""
    # --json: it does not look for a newer Zappa, since requirements-deploy.txt says which one it is.
    python = [sys.executable, "-W", "ignore:Setuptools is replacing distutils"]
    command = [*python, "-m", "zappa.cli", *arguments, "--json", "--disable_progress"]
    if subprocess.run(command, check=False).returncode:
        raise CannotDeploy(f"zappa {' '.join(arguments)} ended in the error above.")


def _make_secret(stage: Stage) -> None:
    """Put a new secret key where TOCSIN_SECRET_KEY says that it is kept, if that is a parameter that is not there."""
    service, _, name = stage.variables.get("TOCSIN_SECRET_KEY", "").partition(":")
    if service != "ssm":
        return
    parameters = stage.client("ssm")
    try:
        parameters.put_parameter(Name=name, Value=secrets.token_hex(32), Type="SecureString", Overwrite=False)
        click.echo(f"A secret key was made and put into the parameter {name}.")
    except parameters.exceptions.ParameterAlreadyExists:
        pass


def flask(stage: Stage, *arguments: str, stdin: str = "", **variables: str) -> None:
    """Run one of Tocsin's commands on the stage's table. Raises CannotDeploy with what it complained of."""
    known = {"TOCSIN_SITE_ROOT": UNKNOWN_ADDRESS, "AWS_DEFAULT_REGION": stage.region}
    environ = os.environ | known | stage.variables | variables
    command = [sys.executable, "-m", "flask", *arguments]
    ended = subprocess.run(command, env=environ, input=stdin, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CannotDeploy(ended.stderr.strip().removeprefix("Error: "))


def _address(stage: Stage) -> str:
    """Where the site is, without a slash at its end."""
    config = stage.config
    if told := stage.variables.get("TOCSIN_SITE_ROOT"):
        return told
    if "domain" in config:
        return f"https://{config['domain']}/{config.get('base_path', '')}".rstrip("/")
    if config.get("function_url_enabled") and not config.get("apigateway_enabled", True):
        url: str = stage.client("lambda").get_function_url_config(FunctionName=stage.function)["FunctionUrl"]
        return url.rstrip("/")
    version = config.get("apigateway_version", "v1")
    found = stage.cli.zappa.get_api_url(stage.function, stage.name, apigateway_version=version)
    if not found:
        raise CannotDeploy("Nothing tells the site's address: name it in TOCSIN_SITE_ROOT.")
    return str(found)


def _tell_address(stage: Stage, address: str) -> bool:
    """Tell the function its own address; False if it knew it."""
    configuration = stage.configuration() or {}
    variables = configuration.get("Environment", {}).get("Variables", {})
    if variables.get("TOCSIN_SITE_ROOT") == address:
        return False
    functions = stage.client("lambda")
    functions.update_function_configuration(
        FunctionName=stage.function, Environment={"Variables": {**variables, "TOCSIN_SITE_ROOT": address}}
    )
    functions.get_waiter("function_updated_v2").wait(FunctionName=stage.function)
    return True


def _make_account(stage: Stage, email: str) -> str | None:
    """Its password; None if there was such an account."""
    password = secrets.token_urlsafe(12)
    try:
        flask(stage, "user", "create", email, "--password-stdin", stdin=password)
    except CannotDeploy as refusal:
        if "already" not in str(refusal):
            raise
        click.echo(str(refusal))
        return None
    return password


def _report(address: str, email: str | None, password: str | None) -> None:
    click.secho(f"\nTocsin is at {address}", bold=True)
    if password:
        click.echo(f"Sign in as {email} with the password {password} – it is shown this once.")
    elif not email:
        click.echo("Accounts are made by command: make deploy … EMAIL=you@example.org")
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

"""Take a stage off AWS. The data stays, unless its end was asked for."""

from __future__ import annotations

from contextlib import suppress

import click

from deploy.stage import Stage
from deploy.up import flask, zappa


def down(stage: Stage, *, delete_data: bool) -> None:
    if stage.configuration() is not None:
        zappa("undeploy", stage.name, "--yes")
    _remove_role(stage)
    if delete_data:
        # The key may be gone already, and no command on the table as a whole uses it.
        flask(stage, "table", "drop", TOCSIN_SECRET_KEY="of no use to this command")  # noqa: S106 (a filler)
        _remove_secret(stage)
        return
    click.echo(f"The table {stage.table} and the secret key stay: `make deploy STAGE={stage.name}` goes on with them.")
    click.echo(f"To delete them as well: make undeploy STAGE={stage.name} DATA=delete")


def _remove_role(stage: Stage) -> None:
    """Zappa makes the role and leaves it behind."""
    if not stage.config.get("manage_roles", True):
        return
    roles, name = stage.client("iam"), f"{stage.function}-ZappaLambdaExecutionRole"
    with suppress(roles.exceptions.NoSuchEntityException):
        roles.delete_role_policy(RoleName=name, PolicyName="zappa-permissions")
        roles.delete_role(RoleName=name)


def _remove_secret(stage: Stage) -> None:
    service, _, name = stage.variables.get("TOCSIN_SECRET_KEY", "").partition(":")
    if service == "ssm":
        parameters = stage.client("ssm")
        with suppress(parameters.exceptions.ParameterNotFound):
            parameters.delete_parameter(Name=name)

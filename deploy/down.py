"""Take a stage off AWS. The data stays, unless its end was asked for."""

from __future__ import annotations

from contextlib import suppress

import click

from deploy.data import check_own, delete_secret, delete_table
from deploy.stage import Stage
from deploy.up import zappa


def down(stage: Stage, *, delete_data: bool) -> None:
    """Raises CannotDeploy and StoreUnavailable."""
    stage.announce()
    if delete_data:
        check_own(stage)
    if stage.configuration() is None:
        click.echo(f"There is no function {stage.function}.")
    else:
        zappa("undeploy", stage.name, "--yes")
    _remove_role(stage)
    if delete_data:
        delete_table(stage)
        delete_secret(stage)
        click.echo(f"The table {stage.table}, all that was in it and the secret key are gone.")
        return
    click.echo(
        f"Left alone: the table {stage.table} and the secret key. `make deploy STAGE={stage.name}` goes on with them."
    )
    click.echo(f"To delete them as well: make undeploy STAGE={stage.name} DATA=delete")


def _remove_role(stage: Stage) -> None:
    """Zappa makes the role and leaves it behind."""
    if not stage.config.get("manage_roles", True):
        return
    roles, name = stage.client("iam"), f"{stage.function}-ZappaLambdaExecutionRole"
    with suppress(roles.exceptions.NoSuchEntityException):
        roles.delete_role_policy(RoleName=name, PolicyName="zappa-permissions")
    try:
        roles.delete_role(RoleName=name)
    except roles.exceptions.NoSuchEntityException:
        pass
    except roles.exceptions.DeleteConflictException:
        click.echo(f"The role {name} stays: somebody gave it more rights, which are not ours to take.")

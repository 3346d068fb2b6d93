"""What outlives deployments: the table, the account of whoever runs the place, and the secret key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click

from deploy.stage import CannotDeploy, Stage
from tocsin.services.accounts import InvalidAccount, create_user, validate
from tocsin.settings import PARAMETER
from tocsin.stores.accounts import Accounts, EmailTaken
from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.table import StoreUnavailable

_DATA = "TOCSIN_STORE", "TOCSIN_SECRET_KEY"


def check_own(stage: Stage) -> None:
    """Raises CannotDeploy if the settings give another stage the same table or secret key."""
    for name, theirs in stage.neighbours().items():
        for variable in _DATA:
            if variable in theirs and theirs[variable] == stage.variables.get(variable):
                raise CannotDeploy(f"{variable} is that of the stage {name}: give {stage.name} one of its own.")


def check_same(stage: Stage) -> None:
    """Raises CannotDeploy if the function at AWS uses another table or secret key than the settings say."""
    there = stage.variables_there()
    for variable in _DATA:
        if variable in there and there[variable] != stage.variables.get(variable):
            raise CannotDeploy(
                f"{variable} is not what {stage.function} uses: it would go on without its data. "
                f"If that is meant: make deploy STAGE={stage.name} DATA=switch"
            )


def make_secret(stage: Stage) -> None:
    """Put a new secret key where TOCSIN_SECRET_KEY says that it is kept, if that is a parameter that is not there."""
    if name := _parameter(stage):
        if ":" in name:
            raise CannotDeploy("TOCSIN_SECRET_KEY must name a parameter without a version: `make deploy` keeps it.")
        parameters = stage.client("ssm")
        try:
            parameters.put_parameter(Name=name, Value=secrets.token_hex(32), Type="SecureString", Overwrite=False)
        except parameters.exceptions.ParameterAlreadyExists:
            return
        click.echo(f"A secret key was made and put into the parameter {name}.")


def delete_secret(stage: Stage) -> None:
    if name := _parameter(stage):
        stage.client("ssm").delete_parameters(Names=[name])


def make_table(stage: Stage) -> None:
    """Make it, or give it what it lacks. Raises StoreUnavailable."""
    if DynamoTable(stage.table).create():
        click.echo(f"The table {stage.table} was made, or given what it lacked.")


def delete_table(stage: Stage) -> None:
    """Its items go with it, though it is protected. Raises StoreUnavailable."""
    DynamoTable(stage.table).drop()


def check_email(email: str) -> None:
    """Raises CannotDeploy for what is none."""
    try:
        validate(email, None)
    except InvalidAccount as error:
        raise CannotDeploy(f"EMAIL: {error}") from error


def make_account(stage: Stage, email: str) -> None:
    """Say its password, and make it, unless there is one. Raises CannotDeploy."""
    password = secrets.token_urlsafe(12)
    try:
        accounts = Accounts(DynamoTable(stage.table))
        if accounts.by_email(email.strip().lower()):
            click.echo(f"{email} has an account already, and keeps its password.")
            return
        # Said first: whoever breaks off in between has a password too many, and not one too few.
        click.echo(f"Sign in as {email} with the password {password} – it is shown this once.")
        create_user(accounts, email=email, password=password, now=datetime.now(UTC))
    except (EmailTaken, StoreUnavailable) as error:
        raise CannotDeploy(f"The account was not made: {error}") from error


def _parameter(stage: Stage) -> str | None:
    """Which parameter holds the secret key; None if the settings keep it elsewhere."""
    return stage.named(PARAMETER).get("TOCSIN_SECRET_KEY")

"""What outlives deployments: the table, the account of whoever runs the place, and the secret key."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import click

from deploy.stage import CannotDeploy, Stage
from tocsin.services.accounts import InvalidAccount, create_user, validate
from tocsin.stores.accounts import Accounts, EmailTaken
from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.table import StoreUnavailable


def make_secret(stage: Stage) -> None:
    """Put a new secret key where TOCSIN_SECRET_KEY says that it is kept, if that is a parameter that is not there."""
    if name := _parameter(stage):
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
    """Make it, or give it what it lacks. Raises CannotDeploy."""
    try:
        DynamoTable(stage.table).create()
    except StoreUnavailable as error:
        raise CannotDeploy(str(error)) from error


def delete_table(stage: Stage) -> None:
    """Its items go with it, though it is protected. Raises CannotDeploy."""
    try:
        DynamoTable(stage.table).drop()
    except StoreUnavailable as error:
        raise CannotDeploy(str(error)) from error


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
    service, _, name = stage.variables.get("TOCSIN_SECRET_KEY", "").partition(":")
    return name if service == "ssm" else None

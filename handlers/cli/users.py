"""`flask user …`: people who sign in."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.current import house
from tocsin.services import accounts
from tocsin.stores.accounts import EmailTaken, User

user = AppGroup("user", help="People who sign in.")


def person_with(email: str) -> User:
    found = house().accounts.by_email(email.strip().lower())
    if found is None:
        raise click.ClickException(f"There is no account for {email}: make one with `flask user create {email}`.")
    return found


@user.command("create")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@says_json
def create_user(email: str, password_stdin: bool) -> dict[str, object]:
    """Make an account."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        made = accounts.create_user(house().accounts, email=email, password=password, now=house().clock())
    except EmailTaken:
        raise click.ClickException(f"There is an account for {email} already.") from None
    return {"uuid": made.id, "email": made.email}

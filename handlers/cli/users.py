"""`flask user …`: people who sign in."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.current import house
from tocsin.channels.alert_text import moment_words
from tocsin.services import accounts, factors
from tocsin.services.keys import random_text
from tocsin.stores.accounts import EmailTaken, User, UserChanged
from tocsin.stores.sessions import Caller

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


@user.command("password")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@says_json
def set_password(email: str, password_stdin: bool) -> dict[str, object]:
    """Give an account another password, and sign it out everywhere."""
    person = person_with(email)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else random_text(16)
    try:
        accounts.reset_password(house().accounts, house().sessions, user=person, password=password, now=house().clock())
    except UserChanged:
        raise click.ClickException("The account was changed at the same moment: try again.") from None
    _tell(person, "Your password was changed by the operator", "user password")
    told = {} if password_stdin else {"password": password}
    return {"uuid": person.id, "email": person.email, **told}


@user.command("reset-factors")
@click.argument("email")
@says_json
def reset_factors(email: str) -> dict[str, object]:
    """Take away somebody's passkeys, authenticator app and recovery codes: they have lost them."""
    person, now = person_with(email), house().clock()
    removed = factors.remove_all(house().accounts, user=person, caller=Caller(agent="flask"), now=now)
    if removed:
        _tell(person, "Your passkeys and authenticator app were removed by the operator", "user reset-factors")
    return {"email": person.email, "removed": removed}


def _tell(person: User, what: str, command: str) -> None:
    """Send the owner word of what was done to their account from here, and of keys that go on working."""
    root = house().settings.links_root
    house().post.tell(
        "security",
        to=person.email,
        what=what,
        at=moment_words(house().clock()),
        addr="the server itself",
        device=f"flask {command}",
        link=f"{root}/account/security/",
        keys=f"{root}/account/keys/" if house().keys.of_user(person.id) else "",
    )

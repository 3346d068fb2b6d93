"""`flask …` commands for operators and scripts: JSON on standard output, all else on standard error.

Exit status 1: it could not be done; 2: the command line is wrong.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import ParamSpec

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from handlers.current import house
from tocsin.channels.port import InvalidConfig
from tocsin.channels.registry import UnknownKind
from tocsin.services import accounts, channels, projects, retention
from tocsin.stores.accounts import EmailTaken
from tocsin.stores.projects import KeyKind, KeyTaken
from tocsin.stores.table import StoreUnavailable

P = ParamSpec("P")

_REFUSALS = (
    accounts.InvalidAccount,
    projects.InvalidProject,
    retention.InvalidRetention,
    channels.TooManyChannels,
    InvalidConfig,
    UnknownKind,
    StoreUnavailable,
)


def register(app: Flask) -> None:
    for command in (user, project, channel, table, tick, mail_listener):
        app.cli.add_command(command)


def _says_json(command: Callable[P, dict[str, object]]) -> Callable[P, None]:
    """Print what the command returns; turn what the services refuse into a sentence and exit status 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            for typed in (*args, *kwargs.values()):
                str(typed).encode()
            click.echo(json.dumps(command(*args, **kwargs)))
        except _REFUSALS as refusal:
            raise click.ClickException(str(refusal)) from None
        except UnicodeError:
            raise click.ClickException("Something in this command is not text in UTF-8.") from None

    return run


user = AppGroup("user", help="People who sign in.")
project = AppGroup("project", help="Projects: checks, channels and keys that belong together.")
channel = AppGroup("channel", help="The ways to tell people.")
table = AppGroup("table", help="The place where everything is kept.")


@user.command("create")
@click.argument("email")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@_says_json
def create_user(email: str, password_stdin: bool) -> dict[str, object]:
    """Make an account."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else None
    try:
        made = accounts.create_user(house().accounts, email=email, password=password, now=house().clock())
    except EmailTaken:
        raise click.ClickException(f"There is an account for {email} already.") from None
    return {"uuid": made.id, "email": made.email}


@project.command("create")
@click.argument("name")
@click.option("--owner", required=True, metavar="EMAIL", help="Whose project it is.")
@click.option("--api-key", metavar="K", help="The read-write API key, 32 characters; made up if not given.")
@click.option("--api-key-readonly", metavar="K", help="The read-only API key, 32 characters; made up if not given.")
@click.option("--ping-key", metavar="K", help="The key in ping URLs by slug; made up if not given.")
@_says_json
def create_project(
    name: str, owner: str, api_key: str | None, api_key_readonly: str | None, ping_key: str | None
) -> dict[str, object]:
    """Make a project. This is the only time that its API keys are shown."""
    person = house().accounts.by_email(owner.strip().lower())
    if person is None:
        raise click.ClickException(f"There is no account for {owner}: make one with `flask user create {owner}`.")
    try:
        made = projects.create_project(
            house().projects,
            name=name,
            owner=person.id,
            secret_key=house().settings.secret_key,
            now=house().clock(),
            api_key=api_key if api_key is not None else projects.new_api_key(KeyKind.READ_WRITE),
            api_key_readonly=(
                api_key_readonly if api_key_readonly is not None else projects.new_api_key(KeyKind.READ_ONLY)
            ),
            ping_key=ping_key,
        )
    except KeyTaken as taken:
        raise click.ClickException(f"Another project has this {taken.kind.words} already.") from None
    return {
        "uuid": made.id,
        "name": made.name,
        "api_key": made.api_key,
        "api_key_readonly": made.api_key_readonly,
        "ping_key": made.ping_key,
    }


@project.command("retention")
@click.argument("project")
@click.option("--days", type=int, metavar="N", help="Keep pings so many days; without it, as TOCSIN_LOG_DAYS says.")
@click.option("--count", type=int, metavar="N", help="Keep so many pings of each check; without it, any number.")
@_says_json
def set_log_retention(project: str, days: int | None, count: int | None) -> dict[str, object]:
    """Say how much of the logs of its checks the project with the id PROJECT keeps."""
    try:
        retention.set_retention(house().checks, house().projects, project=project, days=days, count=count)
    except retention.UnknownProject:
        raise click.ClickException(f"There is no project {project}.") from None
    return {"uuid": project, "log_days": days, "log_count": count}


@channel.command("create")
@click.argument("project")
@click.argument("kind")
@click.option("--name", default="", help="What people call it.")
@click.option("--value", required=True, metavar="JSON", help="Its configuration, an object: see docs/channels.md.")
@_says_json
def create_channel(project: str, kind: str, name: str, value: str) -> dict[str, object]:
    """Hang up a channel in the project with the id PROJECT; all its checks will ring it."""
    if house().projects.get(project) is None:
        raise click.ClickException(f"There is no project {project}.")
    made = channels.create_channel(
        house().checks,
        house().channels,
        house().kinds,
        project=project,
        kind=kind,
        name=name,
        config=_json_object(value),
        now=house().clock(),
    )
    return {"id": made}


@table.command("create")
@_says_json
def create_table() -> dict[str, object]:
    """Make the table, unless it is there."""
    return {"store": house().settings.store, "created": house().table.create()}


@table.command("drop")
@_says_json
def drop_table() -> dict[str, object]:
    """Delete the table and everything in it, at once and for good."""
    return {"store": house().settings.store, "dropped": house().table.drop()}


@click.command("tick")
@click.option("--now", metavar="TIME", help="Act as if it were this moment, such as 2026-01-31T12:00:00Z.")
@with_appcontext
@_says_json
def tick(now: str | None) -> dict[str, object]:
    """Look for silence and deliver what waits: one pass, as a cron line would run it."""
    return dict(house().tick(now=None if now is None else _moment(now)).as_dict())


@click.command("mail-listener")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=2525, show_default=True, help="0: whichever is free.")
@with_appcontext
def mail_listener(host: str, port: int) -> None:
    """Take pings by mail: an SMTP server for TOCSIN_PING_MAIL_DOMAIN, until it is told to stop."""
    # A mail server is nothing that a web request should wait for.
    from handlers.mail_listener import CannotListen, run

    domain = house().settings.ping_mail_domain
    if domain is None:
        raise click.ClickException("TOCSIN_PING_MAIL_DOMAIN is not set, so no address pings: set it to a domain.")

    def ready(port: int) -> None:
        click.echo(f"Listening for mail to {domain} on {host}, port {port}.", err=True)

    try:
        run(house(), domain, host, port, ready=ready)
    except CannotListen as error:
        raise click.ClickException(f"Can't listen on {host}, port {port}: {error}.") from None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is not a moment such as 2026-01-31T12:00:00Z", param_hint="--now") from None


def _json_object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise click.BadParameter("this is not JSON", param_hint="--value") from None
    if not isinstance(value, dict):
        raise click.BadParameter("this is not a JSON object", param_hint="--value")
    return value

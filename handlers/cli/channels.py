"""`flask channel …`: the ways to tell people."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.cli.projects import project_with
from handlers.current import house
from tocsin.services import channels
from tocsin.stores.audit import COMMAND

channel = AppGroup("channel", help="The ways to tell people.")


@channel.command("create")
@click.argument("project")
@click.argument("kind")
@click.option("--name", default="", help="What people call it.")
@click.option("--value", required=True, metavar="JSON", help="Its configuration, an object: see docs/channels.md.")
@says_json
def create_channel(project: str, kind: str, name: str, value: str) -> dict[str, object]:
    """Hang up a channel in the project with the id PROJECT; all its checks will ring it."""
    made = channels.create_channel(
        house().checks,
        house().kinds,
        project=project_with(project).id,
        kind=kind,
        name=name,
        config=_json_object(value),
        by=COMMAND,
        now=house().clock(),
    )
    return {"id": made}


def _json_object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise click.BadParameter("this is not JSON", param_hint="--value") from None
    if not isinstance(value, dict):
        raise click.BadParameter("this is not a JSON object", param_hint="--value")
    return value

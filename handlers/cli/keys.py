"""`flask project key …` and `flask user key …`: API keys."""

from __future__ import annotations

from collections.abc import Sequence

import click
from flask.cli import AppGroup

from handlers.cli.answers import says_json
from handlers.cli.projects import project_with
from handlers.cli.users import person_with
from handlers.current import house
from tocsin.services.keys import UnknownKey, create_key, revoke_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind, StoredKey
from tocsin.stores.sessions import Caller

project_key = AppGroup("key", help="API keys that open one project.")
user_key = AppGroup("key", help="API keys that open all projects of one person.")


@project_key.command("create")
@click.argument("project")
@click.option("--read-only", is_flag=True, help="A key that changes nothing.")
@click.option("--name", default="", help="What people call it.")
@says_json
def create_for_project(project: str, read_only: bool, name: str) -> dict[str, object]:
    """Make an API key of the project with the id PROJECT. This is the only time that it is shown."""
    kind = KeyKind.READ_ONLY if read_only else KeyKind.READ_WRITE
    return _create(kind, project_with(project).id, name)


@project_key.command("list")
@click.argument("project")
@says_json
def list_of_project(project: str) -> dict[str, object]:
    """Tell which API keys the project with the id PROJECT has."""
    return _list(house().keys.of_project(project_with(project).id))


@project_key.command("revoke")
@click.argument("project")
@click.argument("key_id", metavar="ID")
@says_json
def revoke_of_project(project: str, key_id: str) -> dict[str, object]:
    """Let the API key with this id open nothing any more, from now on and for good."""
    keys = house().keys.of_project(project_with(project).id)
    return _revoke(keys, key_id, listing=f"flask project key list {project}")


@user_key.command("create")
@click.argument("email")
@click.option("--read-only", is_flag=True, help="A key that changes nothing.")
@click.option("--name", default="", help="What people call it.")
@says_json
def create_for_user(email: str, read_only: bool, name: str) -> dict[str, object]:
    """Make an API key that opens every project of this person. This is the only time that it is shown."""
    kind = KeyKind.ACCOUNT_READ_ONLY if read_only else KeyKind.ACCOUNT
    return _create(kind, person_with(email).id, name)


@user_key.command("list")
@click.argument("email")
@says_json
def list_of_user(email: str) -> dict[str, object]:
    """Tell which API keys open every project of this person."""
    return _list(house().keys.of_user(person_with(email).id))


@user_key.command("revoke")
@click.argument("email")
@click.argument("key_id", metavar="ID")
@says_json
def revoke_of_user(email: str, key_id: str) -> dict[str, object]:
    """Let the API key with this id open nothing any more, from now on and for good."""
    keys = house().keys.of_user(person_with(email).id)
    return _revoke(keys, key_id, listing=f"flask user key list {email}")


def _create(kind: KeyKind, owner: str, name: str) -> dict[str, object]:
    made, text = create_key(
        house().keys,
        kind=kind,
        owner=owner,
        name=name,
        secret_key=house().settings.secret_key,
        by=COMMAND,
        caller=Caller(agent="flask"),
        now=house().clock(),
    )
    return {**_face(made), "key": text}


def _list(keys: Sequence[StoredKey]) -> dict[str, object]:
    return {"keys": [_face(key) for key in keys]}


def _revoke(keys: Sequence[StoredKey], key_id: str, *, listing: str) -> dict[str, object]:
    try:
        key = next(key for key in keys if key.id == key_id)
        revoke_key(house().keys, key=key, by=COMMAND, caller=Caller(agent="flask"), now=house().clock())
    except (StopIteration, UnknownKey):
        raise click.ClickException(f"There is no key {key_id}: `{listing}` tells which there are.") from None
    return {"id": key_id, "revoked": True}


def _face(key: StoredKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "read_only": key.kind.read_only,
        "begins": key.shown,
        "created": key.created.isoformat(),
    }

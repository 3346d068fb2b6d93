"""Projects: make one, change it, delete it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.visible import visible
from tocsin.services.audit import noted
from tocsin.services.changing import TRIES, Busy, UnknownCheck
from tocsin.services.channels import delete_channel
from tocsin.services.checks import delete_check
from tocsin.services.edits import project_changes
from tocsin.services.keys import UnknownKey, random_text, revoke_key, stored_key
from tocsin.stores.audit import Actor
from tocsin.stores.channels import Channels
from tocsin.stores.checks import Checks
from tocsin.stores.keys import KeyKind, Keys, StoredKey
from tocsin.stores.projects import Project, ProjectChanged, Projects

MAX_NAME = 100
_PING_KEY = re.compile(r"[-a-zA-Z0-9_]{10,100}")


class InvalidProject(ValueError):
    """The message is a sentence for whoever asked."""


class UnknownProject(Exception):
    """No project has this id."""


class NewProject(Struct, frozen=True):
    """A project just made, with its keys: the API keys can't be read again. None: it has no such key."""

    id: str
    name: str
    ping_key: str
    api_key: str | None = None
    api_key_readonly: str | None = None


class GivenKeys(Struct, frozen=True):
    """Keys that somebody brings along. None: a ping key is made up, and there is no such API key."""

    ping_key: str | None = None
    api_key: str | None = None
    api_key_readonly: str | None = None


_NO_KEYS = GivenKeys()


def create_project(
    projects: Projects,
    *,
    name: str,
    owner: str,
    secret_key: str,
    by: Actor,
    now: datetime,
    given: GivenKeys = _NO_KEYS,
) -> NewProject:
    """Make a project that belongs to the user with the id `owner`.

    Raises InvalidProject, keys.InvalidKey, stores.keys.KeyTaken.
    """
    made = NewProject(
        id=str(uuid4()),
        name=valid_name(name),
        ping_key=given.ping_key or random_text(22),
        api_key=given.api_key,
        api_key_readonly=given.api_key_readonly,
    )
    _validate_keys(made)
    keys = _keys(made, secret_key=secret_key, now=now)
    project = Project(made.id, made.name, made.ping_key, str(uuid4()), now)
    note = noted(made.id, "project.create", subject=made.id, name=made.name, by=by, now=now)
    projects.create(project, owner=owner, keys=keys, also=[note])
    return made


def _keys(made: NewProject, *, secret_key: str, now: datetime) -> list[StoredKey]:
    texts = {KeyKind.READ_WRITE: made.api_key, KeyKind.READ_ONLY: made.api_key_readonly}
    return [
        stored_key(text, kind=kind, owner=made.id, name="", secret_key=secret_key, now=now)
        for kind, text in texts.items()
        if text is not None
    ]


def edit_project(projects: Projects, *, project: str, name: str, by: Actor, now: datetime) -> None:
    """Call it otherwise. Raises InvalidProject, UnknownProject, changing.Busy."""
    valid = valid_name(name)
    revise_project(projects, project=project, revise=lambda old: replace(old, name=valid), by=by, now=now)


def delete_project(
    checks: Checks,
    channels: Channels,
    projects: Projects,
    keys: Keys,
    *,
    project: str,
    owner: str | None,
    by: Actor,
    now: datetime,
) -> None:
    """Delete it with all that is in it; what was cut off in the middle can be done again, and goes on.

    `owner` is the id of the user who asked and must own it at that moment; None for an operator. First nothing can be
    added to it any more, then no program gets in, then nobody is rung. Entries of logs go when they expire.
    Raises UnknownProject, stores.projects.NotOwner, changing.Busy, table.TransactionLost.
    """
    found = projects.get(project)
    if found is None:
        raise UnknownProject(project)
    projects.shut(found, owner=owner)
    for key in keys.of_project(project):
        with suppress(UnknownKey):
            revoke_key(keys, key=key, by=by, now=now)
    for channel in channels.of_project(project):
        delete_channel(channels, channel=channel, by=by, now=now)
    _delete_checks(checks, project, by=by, now=now)
    with suppress(ProjectChanged):
        projects.delete(
            found, also=[noted(project, "project.delete", subject=project, name=found.name, by=by, now=now)]
        )


def _delete_checks(checks: Checks, project: str, *, by: Actor, now: datetime) -> None:
    """Those too that somebody was making when the project was shut; not those that have moved elsewhere meanwhile."""
    while there := checks.listing(project):
        for stored, _ in there:
            with suppress(UnknownCheck):
                delete_check(checks, check_id=stored.check.id, project=project, by=by, now=now, final=True)


def revise_project(
    projects: Projects, *, project: str, revise: Callable[[Project], Project], by: Actor, now: datetime
) -> None:
    """Write what `revise` makes of the project; it is asked again if somebody came between.

    Raises UnknownProject, changing.Busy.
    """
    for _ in range(TRIES):
        old = projects.get(project)
        if old is None:
            raise UnknownProject(project)
        new = revise(old)
        changes = project_changes(old, new)
        if not changes:
            return
        note = noted(project, "project.edit", subject=project, name=old.name, by=by, now=now, changes=changes)
        with suppress(ProjectChanged):
            projects.edit(old, new, also=[note])
            return
    raise Busy(project)


def valid_name(name: str) -> str:
    """Raises InvalidProject."""
    stripped = visible(name)
    if not 1 <= len(stripped) <= MAX_NAME:
        raise InvalidProject(f"A project's name has 1 to {MAX_NAME} characters.")
    return stripped


def _validate_keys(project: NewProject) -> None:
    if not _PING_KEY.fullmatch(project.ping_key):
        raise InvalidProject("A ping key has 10 to 100 characters out of a-z, A-Z, 0-9, - and _.")
    if project.api_key is not None and project.api_key == project.api_key_readonly:
        raise InvalidProject("The read-write key and the read-only key must differ.")

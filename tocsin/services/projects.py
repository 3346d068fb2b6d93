"""Projects and the keys that programs open them with."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from tocsin.stores.projects import KeyKind, Project, Projects

_ALPHABET = string.ascii_lowercase + string.digits
_PING_KEY = re.compile(r"[-a-zA-Z0-9_]{10,100}")
_API_KEY = re.compile(r"[!-~]{32}")


class InvalidProject(ValueError):
    """The message is a sentence for whoever asked."""


@dataclass(frozen=True, slots=True)
class NewProject:
    """A project just made, with its keys: the API keys can't be read again. None: it has no such key."""

    id: str
    name: str
    ping_key: str
    api_key: str | None = None
    api_key_readonly: str | None = None


def create_project(
    projects: Projects,
    *,
    name: str,
    owner: str,
    secret_key: str,
    now: datetime,
    api_key: str | None = None,
    api_key_readonly: str | None = None,
    ping_key: str | None = None,
) -> NewProject:
    """Make a project that belongs to the user with the id `owner`; a ping key is made up if none is given.

    Raises InvalidProject, stores.projects.KeyTaken.
    """
    made = NewProject(
        id=str(uuid4()),
        name=name.strip(),
        ping_key=ping_key or _random(22),
        api_key=api_key,
        api_key_readonly=api_key_readonly,
    )
    _validate(made)
    api_keys = {KeyKind.READ_WRITE: api_key, KeyKind.READ_ONLY: api_key_readonly}
    digests = {kind: key_digest(key, secret_key) for kind, key in api_keys.items() if key}
    keys = {KeyKind.PING: made.ping_key, **digests}
    projects.create(Project(made.id, made.name, made.ping_key, now), owner=owner, keys=keys)
    return made


def new_api_key(kind: KeyKind) -> str:
    """Make up an API key of the form that clients know (protocol 3.1)."""
    return {KeyKind.READ_WRITE: "hcw_", KeyKind.READ_ONLY: "hcr_"}[kind] + _random(28)


def key_digest(api_key: str, secret_key: str) -> str:
    """What is stored of an API key: whoever reads the table can't use it."""
    return hmac.new(secret_key.encode(), api_key.encode(), hashlib.sha256).hexdigest()


def _validate(project: NewProject) -> None:
    if not 1 <= len(project.name) <= 100:
        raise InvalidProject("A project's name has 1 to 100 characters.")
    if not _PING_KEY.fullmatch(project.ping_key):
        raise InvalidProject("A ping key has 10 to 100 characters out of a-z, A-Z, 0-9, - and _.")
    given = [key for key in (project.api_key, project.api_key_readonly) if key is not None]
    for key in given:
        if not _API_KEY.fullmatch(key):
            raise InvalidProject("An API key has exactly 32 characters, none of them a space.")
    if len(set(given)) < len(given):
        raise InvalidProject("The read-write key and the read-only key must differ.")


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))

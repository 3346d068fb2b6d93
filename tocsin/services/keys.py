"""API keys: make one, open with one, revoke one. A key itself is told to its maker and kept nowhere."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from datetime import datetime
from typing import Literal
from uuid import uuid4

from msgspec import Struct

from tocsin.services import activity
from tocsin.services.audit import noted
from tocsin.stores.audit import Actor
from tocsin.stores.keys import KeyGone, KeyKind, Keys, StoredKey
from tocsin.stores.projects import Projects
from tocsin.stores.sessions import Caller
from tocsin.stores.table import MAX_ACTIONS, Action

MAX_NAME = 100
_SOMEWHERE = Caller()
_ALPHABET = string.ascii_lowercase + string.digits
_FORM = re.compile(r"[!-~]{32}")
_PREFIXES = {
    KeyKind.READ_WRITE: "hcw_",
    KeyKind.READ_ONLY: "hcr_",
    KeyKind.ACCOUNT: "tca_",
    KeyKind.ACCOUNT_READ_ONLY: "tcr_",
}


class InvalidKey(ValueError):
    """The message is a sentence for whoever asked."""


class UnknownKey(Exception):
    """The project or the user has no key with this id."""


class OpenedBy(Struct, frozen=True):
    """What let a program in."""

    kind: KeyKind
    owner: str
    """The id of a project; for an account key that of a user."""
    id: str
    name: str
    shown: str

    @property
    def account(self) -> bool:
        return self.kind.account

    @property
    def read_only(self) -> bool:
        return self.kind.read_only

    @property
    def actor(self) -> Actor:
        return Actor("key", key_words(self.name, self.shown))


def open_with(keys: Keys, key: str, *, secret_key: str) -> OpenedBy | None:
    """What the key opens, by one consistent read: one that was revoked opens nothing from then on."""
    found = keys.find(_digest(key, secret_key))
    return OpenedBy(found.kind, found.owner, found.id, found.name, found.shown) if found else None


def create_key(
    keys: Keys,
    *,
    kind: KeyKind,
    owner: str,
    name: str = "",
    secret_key: str,
    by: Actor,
    caller: Caller = _SOMEWHERE,
    now: datetime,
) -> tuple[StoredKey, str]:
    """Make up a key, and return what is kept of it and the key itself, which can't be read again.

    `owner` is the id of a project, or of a user for an account key, whose log has it and the `caller`.
    Raises InvalidKey.
    """
    text = new_key_text(kind)
    key = stored_key(text, kind=kind, owner=owner, name=name, secret_key=secret_key, now=now)
    keys.create(key, also=_noted(keys, key, "key.create", by=by, caller=caller, now=now))
    return key, text


def revoke_key(keys: Keys, *, key: StoredKey, by: Actor, caller: Caller = _SOMEWHERE, now: datetime) -> None:
    """Let it open nothing from now on. Raises UnknownKey where somebody else has revoked it."""
    try:
        keys.delete(key, also=_noted(keys, key, "key.revoke", by=by, caller=caller, now=now))
    except KeyGone:
        raise UnknownKey(key.id) from None


def new_key_text(kind: KeyKind) -> str:
    """Make up an API key of the form that clients know (protocol 3.1), or one of ours for an account."""
    return _PREFIXES[kind] + random_text(28)


def stored_key(text: str, *, kind: KeyKind, owner: str, name: str, secret_key: str, now: datetime) -> StoredKey:
    """What is kept of a key. Raises InvalidKey."""
    if not _FORM.fullmatch(text):
        raise InvalidKey("An API key has exactly 32 characters, none of them a space.")
    if len(name.strip()) > MAX_NAME:
        raise InvalidKey(f"A key's name has at most {MAX_NAME} characters.")
    return StoredKey(str(uuid4()), kind, owner, name.strip(), _shown(text), now, _digest(text, secret_key))


def random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def _shown(text: str) -> str:
    """Four characters of the secret: enough to tell keys apart, too few to help with guessing one."""
    return text[:8] if text.startswith(tuple(_PREFIXES.values())) else text[:4]


def _digest(text: str, secret_key: str) -> str:
    """Whoever reads the table can't use a key."""
    return hmac.new(secret_key.encode(), text.encode(), hashlib.sha256).hexdigest()


def _noted(
    keys: Keys, key: StoredKey, act: Literal["key.create", "key.revoke"], *, by: Actor, caller: Caller, now: datetime
) -> list[Action]:
    """An account key concerns its owner, and every project of theirs: as many are told as fit beside what is written.

    What is written is the key, its line in the list, and the owner's entry.
    """
    name = key_words(key.name, key.shown)
    if not key.kind.account:
        return [noted(key.owner, act, subject=key.id, name=name, by=by, now=now)]
    projects = [found.id for found in Projects(keys.table).of_user(key.owner)][: MAX_ACTIONS - 3]
    told = [noted(project, act, subject=key.id, name=name, by=by, now=now) for project in projects]
    return [activity.noted(key.owner, act, caller=caller, now=now, detail=name), *told]


def key_words(name: str, shown: str) -> str:
    """What a key is called, and what it begins with: `deploy (hcw_AbCd…)`."""
    return f"{name} ({shown}…)" if name else f"{shown}…"

"""API keys of a project, and of an account: list, make, revoke."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, TypeAlias, cast

from flask import Response
from msgspec import UNSET, Meta, Struct
from msgspec.structs import asdict

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_KEY, NO_PROJECT
from handlers.api.v4.fields import Shown
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Next, Paging, cut
from handlers.api.v4.scope import project_in_path
from handlers.current import house
from handlers.web.letters import tell_owner
from handlers.web.session import caller
from tocsin.services.check_fields import Name
from tocsin.services.keys import UnknownKey, create_key, key_words, revoke_key
from tocsin.stores.keys import KeyKind, StoredKey
from tocsin.stores.projects import Role

KeyWord: TypeAlias = Literal["rw", "ro", "account", "account-ro"]


class KeyObject(Struct, kw_only=True):
    id: str
    kind: KeyWord
    name: str
    shown: Annotated[str, Meta(description="What it begins with, to tell keys apart.")]
    created: Moment


class MadeKey(KeyObject, kw_only=True):
    key: Annotated[str, Meta(description="The key itself. Keep it: it is not shown again.")]


class _Named(Struct, kw_only=True, forbid_unknown_fields=True):
    name: Name = ""
    id: Shown = UNSET
    shown: Shown = UNSET
    created: Shown = UNSET


class NewProjectKey(_Named, kw_only=True):
    kind: Annotated[Literal["rw", "ro"], Meta(description="Reads and writes, or only reads.")]


class NewAccountKey(_Named, kw_only=True):
    kind: Annotated[Literal["account", "account-ro"], Meta(description="Reads and writes, or only reads.")]


class Keys(Struct):
    keys: list[KeyObject]
    next: Next


def of_project(call: Call) -> Response:
    project = project_in_path(call).id
    return _list(call, project, house().keys.of_project(project))


def of_account(call: Call) -> Response:
    owner = call.by.opened.owner
    return _list(call, owner, house().keys.of_user(owner))


def create_for_project(call: Call) -> Response:
    return _create(call, project_in_path(call).id, call.said(NewProjectKey))


def create_for_account(call: Call) -> Response:
    return _create(call, call.by.opened.owner, call.said(NewAccountKey))


def revoke_of_project(call: Call) -> Response:
    return _revoke(call, house().keys.of_project(project_in_path(call).id))


def revoke_of_account(call: Call) -> Response:
    return _revoke(call, house().keys.of_user(call.by.opened.owner))


def _list(call: Call, owner: str, found: Sequence[StoredKey]) -> Response:
    asked = call.asked(Paging)
    page, following = cut(found, f"keys {owner}", _place, limit=asked.limit, cursor=asked.cursor)
    return reply(Keys([_object(key) for key in page], following))


def _place(key: StoredKey) -> str:
    return f"{iso(key.created)} {key.id}"


def _create(call: Call, owner: str, said: NewProjectKey | NewAccountKey) -> Response:
    key, text = create_key(
        house().keys,
        kind=KeyKind(said.kind),
        owner=owner,
        name=said.name,
        secret_key=house().settings.secret_key,
        by=call.by.actor,
        caller=caller(),
        now=house().clock(),
    )
    _tell(key, "made: it opens your projects")
    return reply(MadeKey(**asdict(_object(key)), key=text), 201)


def _revoke(call: Call, found: Sequence[StoredKey]) -> Response:
    key = next((key for key in found if key.id == call.path["key"]), None)
    if key is None:
        raise UnknownKey(call.path["key"])
    revoke_key(house().keys, key=key, by=call.by.actor, caller=caller(), now=house().clock())
    _tell(key, "revoked")
    return Response(status=204)


def _tell(key: StoredKey, what: str) -> None:
    """An account's owner hears of its keys, whoever makes them."""
    owner = house().accounts.get(key.owner) if key.kind.account else None
    if owner:
        tell_owner(f"The API key {key_words(key.name, key.shown)} was {what}", to=owner.email)


def _object(key: StoredKey) -> KeyObject:
    return KeyObject(id=key.id, kind=key_word(key.kind), name=key.name, shown=key.shown, created=iso(key.created))


def key_word(kind: KeyKind) -> KeyWord:
    """What opens the API is no ping key."""
    return cast("KeyWord", kind.value)


_SHOWN_ONCE = Answer("The key, this once.", MadeKey)
_GONE = {204: Answer("It opens nothing any more, from now on."), 404: NO_KEY}
_NOTE = "What is kept of a key does not open anything: this is the only time that it is shown."

ROUTES = (
    Route(
        ("GET",),
        "/projects/<id:project>/keys/",
        of_project,
        Needs.ACCOUNT_READ,
        "List the API keys of a project, the oldest first",
        {200: Answer("The keys.", Keys), 404: NO_PROJECT},
        query=Paging,
        role=Role.MANAGER,
    ),
    Route(
        ("POST",),
        "/projects/<id:project>/keys/",
        create_for_project,
        Needs.ACCOUNT_WRITE,
        "Make an API key of a project",
        {201: _SHOWN_ONCE, 404: NO_PROJECT},
        body=NewProjectKey,
        note=_NOTE,
        role=Role.MANAGER,
    ),
    Route(
        ("DELETE",),
        "/projects/<id:project>/keys/<id:key>",
        revoke_of_project,
        Needs.ACCOUNT_WRITE,
        "Revoke an API key of a project",
        _GONE,
        role=Role.MANAGER,
    ),
    Route(
        ("GET",),
        "/keys/",
        of_account,
        Needs.ACCOUNT_READ,
        "List the API keys of the account, the oldest first",
        {200: Answer("The keys.", Keys)},
        query=Paging,
    ),
    Route(
        ("POST",),
        "/keys/",
        create_for_account,
        Needs.ACCOUNT_WRITE,
        "Make an API key of the account",
        {201: _SHOWN_ONCE},
        body=NewAccountKey,
        note=f"It opens all projects of the account, in the role that its owner has there. {_NOTE}",
    ),
    Route(
        ("DELETE",),
        "/keys/<id:key>",
        revoke_of_account,
        Needs.ACCOUNT_WRITE,
        "Revoke an API key of the account",
        _GONE,
        note="A key may revoke itself.",
    ),
)

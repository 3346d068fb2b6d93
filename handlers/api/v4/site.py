"""Whether the site works, and what a key opens."""

from __future__ import annotations

from typing import Annotated, Literal

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.keys import KeyWord, key_word
from handlers.api.v4.manner import reply
from handlers.current import house


class SiteStatus(Struct):
    status: Literal["ok"]


def status(call: Call) -> Response:
    """Say so once the store has answered. Raises StoreUnavailable."""
    house().accounts.any()
    return reply(SiteStatus("ok"))


class OwnKey(Struct, kw_only=True):
    kind: KeyWord
    name: str
    shown: Annotated[str, Meta(description="What it begins with.")]
    read_only: bool
    project: Annotated[str | None, Meta(description="The id of the project that it opens.")]
    account: Annotated[str | None, Meta(description="Whose projects it opens, if it is an account's.")]


def key(call: Call) -> Response:
    opened = call.by.opened
    user = house().accounts.get(opened.owner) if opened.account else None
    return reply(
        OwnKey(
            kind=key_word(opened.kind),
            name=opened.name,
            shown=opened.shown,
            read_only=opened.read_only,
            project=None if opened.account else opened.owner,
            account=user.email if user else None,
        )
    )


ROUTES = (
    Route(
        ("GET",),
        "/status/",
        status,
        Needs.NOTHING,
        "Ask whether the site and its store work",
        {200: Answer("They do.", SiteStatus)},
    ),
    Route(("GET",), "/key", key, Needs.READ, "Ask what the key is and opens", {200: Answer("The key.", OwnKey)}),
)

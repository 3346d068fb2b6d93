"""The API keys of an account: they open all its projects."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.key_pages import Ring, add_page, list_page, revoke_page
from handlers.web.session import the_user
from tocsin.stores.keys import KeyKind


def listing() -> ResponseReturnValue:
    return list_page(_ring())


def add() -> ResponseReturnValue:
    return add_page(_ring())


def revoke(key_id: str) -> ResponseReturnValue:
    return revoke_page(_ring(), key_id)


def _ring() -> Ring:
    user = the_user()
    return Ring(
        owner=user.id,
        keys=house().keys.of_user(user.id),
        writing=KeyKind.ACCOUNT,
        reading=KeyKind.ACCOUNT_READ_ONLY,
        url=url_for("web.account_keys"),
    )

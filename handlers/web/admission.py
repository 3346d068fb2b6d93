"""Letting somebody in whose first step of signing in has gone well, by whatever way."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from flask import g, redirect, session, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.current import house
from handlers.web.session import begin, end, safe_next
from tocsin.stores import fields
from tocsin.stores.accounts import User
from tocsin.stores.sessions import Way

HALF_LIFE = timedelta(minutes=5)
"""For so long the second step can follow the first."""


class Half(Struct, frozen=True):
    """Somebody who has done the first step of two."""

    user: User
    by: Way
    next: str | None


def admit(user: User, *, by: Way, next: str | None = None) -> ResponseReturnValue:
    """Sign the user in and lead to `next`, or to the second step if they have one.

    `user` as they were read when they showed who they are.
    """
    target = safe_next(next or "")
    if user.two_step and by != "passkey":
        _remember(user, by, target)
        return redirect(url_for("web.second_step"))
    begin(user, by)
    return redirect(target or url_for("web.home"))


def halfway() -> Half | None:
    """Who is between the two steps; None once it took too long, or what they showed first holds no more."""
    half = session.get("half")
    if not isinstance(half, dict) or half["until"] < fields.moment(house().clock()):
        return None
    user = house().accounts.get(half["user"])
    if user is None or user.generation != half["generation"]:
        return None
    return Half(user, cast("Way", half["by"]), half["next"])


def finish(half: Half) -> ResponseReturnValue:
    """Let them in: the second step has gone well too."""
    begin(half.user, half.by)
    return redirect(half.next or url_for("web.home"))


def _remember(user: User, by: Way, target: str | None) -> None:
    end()
    until = fields.moment(house().clock() + HALF_LIFE)
    session["half"] = {
        "user": user.id,
        "generation": user.generation,
        "by": by,
        "until": until,
        "next": target,
    }
    g.visit = None

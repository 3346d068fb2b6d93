"""Who is signed in: an id in a signed cookie, looked up once a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from handlers.current import house

if TYPE_CHECKING:
    from tocsin.stores.accounts import User
    from tocsin.stores.audit import Actor

_PROGRAMS = ("/ping/", "/api/", "/badge/", "/b/")


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages only: a ping has no cookie worth reading, and comes too often to look for one.

    Programs show a key, and badges stand on other people's pages.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        return None if request.path.startswith(_PROGRAMS) else super().open_session(app, request)


def current_user() -> User | None:
    """The user who is signed in. Somebody deleted meanwhile is signed out."""
    if "user" not in g:
        user_id = session.get("user")
        g.user = house().accounts.get(user_id) if isinstance(user_id, str) else None
        if user_id and g.user is None:
            session.clear()
    return cast("User | None", g.user)


def the_user() -> User:
    """The user, on pages that nobody else gets to see."""
    user = current_user()
    assert user is not None
    return user


def actor() -> Actor:
    """The user, as the audit log names them."""
    from tocsin.stores.audit import Actor

    return Actor("user", the_user().email)


def sign_in(user: User) -> None:
    """Start a session of its own: nothing that was planted in the cookie before stays."""
    session.clear()
    session.permanent = True
    session["user"] = user.id
    g.user = user


def sign_out() -> None:
    session.clear()
    g.user = None


def here() -> str:
    """The page asked for, as a link within this site."""
    query = request.query_string.decode("ascii", "ignore")
    return request.script_root + request.path + (f"?{query}" if query else "")


def safe_next(target: str) -> str | None:
    """The target if it is a path of this site; browsers read backslashes and control characters in odd ways."""
    odd = any(character <= " " or character == "\\" for character in target)
    return None if odd or not target.startswith("/") or target.startswith("//") else target

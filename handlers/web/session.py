"""Who is signed in: a user's id and the secret of a session in a signed cookie, looked up once a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from flask import Flask, Request, g, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

from handlers.current import house

if TYPE_CHECKING:
    from tocsin.services.sessions import Visit
    from tocsin.stores.accounts import User
    from tocsin.stores.audit import Actor
    from tocsin.stores.sessions import Caller, Way

_PROGRAMS = ("/ping/", "/api/", "/badge/", "/b/")
_MAX_TARGET = 2000
_REFERENCE = "/api/"
"""Where programs call as well, but a page for people."""


class PageSessions(SecureCookieSessionInterface):
    """Sessions for pages only: a ping has no cookie worth reading, and comes too often to look for one.

    Programs show a key, and badges stand on other people's pages.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        programs = request.path.startswith(_PROGRAMS) and request.path != _REFERENCE
        return None if programs else super().open_session(app, request)


def current_visit() -> Visit | None:
    """The session under way, with its user. Whose session has ended, wherever that was done, is signed out."""
    if "visit" not in g:
        g.visit = _recognised() if "user" in session else None
        if "user" in session and g.visit is None:
            session.clear()
    return cast("Visit | None", g.visit)


def current_user() -> User | None:
    """The user who is signed in."""
    visit = current_visit()
    return visit.user if visit else None


def the_visit() -> Visit:
    """The session, on pages that nobody else gets to see."""
    visit = current_visit()
    assert visit is not None
    return visit


def the_user() -> User:
    return the_visit().user


def actor() -> Actor:
    """The user, as the audit log names them."""
    from tocsin.stores.audit import Actor

    return Actor("user", the_user().email)


def begin(user: User, by: Way) -> None:
    """Sign in: with a session of its own, so that nothing which was planted in the cookie before stays.

    `user` as they were read when they showed who they are. Ways of signing in call admission.admit, which asks for a
    second factor where one is due.
    """
    from tocsin.services import sessions

    secret, visit = sessions.begin(house().sessions, user=user, by=by, caller=caller(), now=house().clock())
    end()
    session.permanent = True
    session["user"], session["secret"] = user.id, secret
    g.visit = visit


def end() -> None:
    """Sign out, for good: a copy of the cookie opens nothing from then on."""
    visit = current_visit()
    if visit:
        house().sessions.end(visit.user.id, visit.session.id)
    session.clear()
    g.visit = None


def caller() -> Caller:
    """Who sends the request under way."""
    from tocsin.stores.sessions import Caller

    return Caller(request.remote_addr or "", request.user_agent.string)


def here() -> str:
    """The page asked for, as a link within this site."""
    query = request.query_string.decode("ascii", "ignore")
    return request.script_root + request.path + (f"?{query}" if query else "")


def safe_next(target: str) -> str | None:
    """The target if it is a path of this site, and no longer than ours are.

    Browsers read backslashes and control characters in odd ways.
    """
    if len(target) > _MAX_TARGET:
        return None
    odd = any(character <= " " or character == "\\" for character in target)
    return None if odd or not target.startswith("/") or target.startswith("//") else target


def _recognised() -> Visit | None:
    from tocsin.services import sessions

    user_id, secret = session.get("user"), session.get("secret")
    if not isinstance(user_id, str) or not isinstance(secret, str):
        return None
    now = house().clock()
    visit = sessions.recognise(house().accounts, house().sessions, user_id=user_id, secret=secret, now=now)
    if visit and (seen := sessions.see(house().sessions, visit=visit, caller=caller(), now=now)):
        # So that the browser keeps the cookie for as long as the session lasts from now on.
        session.modified = True
        return seen
    return visit

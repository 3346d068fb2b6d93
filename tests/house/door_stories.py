"""What people do about their accounts, each with its name in docs/access-patterns.md; nameless acts set the scene."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask.testing import FlaskClient
from msgspec.structs import replace

from tests.fakes import Scene
from tocsin.services import sessions, tokens
from tocsin.services.rate_limits import ENTRIES
from tocsin.stores.sessions import Caller

HOUR = timedelta(hours=1)


def accounts_of_people(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house, now = scene.house, scene.clock()
    careful = house.accounts.get(scene.owner)
    assert careful is not None
    user = replace(careful, factors=1)
    house.accounts.edit(careful, user)
    yield ""
    _, visit = sessions.begin(house.sessions, user=user, by="password", caller=Caller("192.0.2.7", "Firefox"), now=now)
    yield "begin a session"
    sessions.listed(house.sessions, user=user, now=now)
    yield "list the sessions of a person"
    visit = sessions.end_others(house.accounts, house.sessions, visit=visit, caller=Caller(), now=now)
    yield "end all other sessions, one of them"
    _, other = sessions.begin(house.sessions, user=visit.user, by="link", caller=Caller(), now=now)
    yield ""
    sessions.end_one(house.sessions, user=user, session_id=other.session.id, caller=Caller(), now=now)
    yield "end one session of a person"
    house.sessions.ask(visit.session, "digest", now + HOUR)
    house.sessions.answer(visit.session, "digest")
    yield "mail a code, and prove it"
    house.activity.page(user.id, now=now, limit=50)
    yield "a page of what happened to an account"
    house.sessions.ask(visit.session, "digest", now + HOUR)
    yield ""
    house.sessions.end(user.id, visit.session.id)
    yield "sign out"


def links_of_people(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """Links in mails, and how often they are asked for."""
    house, now = scene.house, scene.clock()
    user = house.accounts.get(scene.owner)
    assert user is not None
    yield ""
    token = tokens.issue(house.tokens, purpose="sign-in", payload={"user": user.id}, ttl=HOUR, now=now)
    yield "issue a link"
    tokens.peek(house.tokens, purpose="sign-in", text=token, now=now)
    yield "look at a link"
    tokens.redeem(house.tokens, purpose="sign-in", text=token, now=now)
    yield "redeem a link"
    tokens.issue(house.tokens, purpose="sign-in", payload={"user": user.id}, ttl=HOUR, now=now)
    _, last = sessions.begin(house.sessions, user=user, by="link", caller=Caller(), now=now)
    house.sessions.ask(last.session, "digest", now + HOUR)
    yield ""
    house.rate_limits.take(ENTRIES, "192.0.2.7")
    yield "a rate limit, first time"
    house.rate_limits.take(ENTRIES, "192.0.2.7")
    yield "a rate limit, again"

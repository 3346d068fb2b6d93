"""Browsers in which somebody is signed in, without the door in between: hashing a password takes longer than a test."""

from __future__ import annotations

from flask.testing import FlaskClient

from tocsin.house import House
from tocsin.services import sessions
from tocsin.stores.sessions import Caller, Way


def sign_in(client: FlaskClient, user_id: str, *, by: Way = "password", base_url: str = "http://localhost") -> None:
    house: House = client.application.extensions["tocsin"]
    user = house.accounts.get(user_id)
    assert user is not None
    caller = Caller("127.0.0.1", "Werkzeug")
    secret, _ = sessions.begin(house.sessions, user=user, by=by, caller=caller, now=house.clock())
    with client.session_transaction(base_url=base_url) as cookie:
        cookie.permanent = True
        cookie["user"], cookie["secret"] = user_id, secret

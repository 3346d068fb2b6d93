"""What people do with second factors, each with its name in docs/access-patterns.md; nameless acts set the scene."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from flask.testing import FlaskClient

from tests.authenticator import Authenticator
from tests.fakes import SECRET, Scene
from tocsin.services import factors, passkeys, totp
from tocsin.services.passkey_party import party_of
from tocsin.stores.identities import Identity
from tocsin.stores.sessions import Caller

FIREFOX = Caller("192.0.2.7", "Firefox")
PARTY = party_of("http://localhost", name="Tocsin")


def factors_of_people(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house, now = scene.house, scene.clock()
    user, [session] = house.accounts.get(scene.owner), house.sessions.of_user(scene.owner)
    assert user is not None
    yield ""
    secret, device = totp.new_secret(), Authenticator()
    code = totp.code_of(secret, now)
    added = factors.add_totp(
        house.accounts, user=user, secret=secret, code=code, secret_key=SECRET, caller=FIREFOX, now=now, kept=session
    )
    yield "add an authenticator app, the first factor"
    options, question = passkeys.ask_for_new(PARTY, user=user, known=[], now=now)
    made = passkeys.read_new(
        house.factors, PARTY, question=question, answer=device.create(options), name="Laptop", now=now
    )
    user = factors.add_passkey(house.accounts, user=added.user, passkey=made, caller=FIREFOX, now=now).user
    yield "add a passkey"
    later = now + timedelta(minutes=1)
    factors.use_totp(house.factors, user=user, code=totp.code_of(secret, later), secret_key=SECRET, now=later)
    yield "second step by an app's code"
    options, question = passkeys.ask(PARTY, now=now)
    passkeys.check(house.factors, PARTY, question=question, answer=device.get(options), now=now)
    yield "recognise somebody by a passkey"
    factors.use_recovery_code(house.factors, user=user, code=added.codes[0])
    yield "second step by a recovery code"
    mine = Identity(user.id, "https://id.example.org", "alice-7", user.email, now)
    house.identities.connect(mine)
    yield "connect an identity provider"
    assert house.identities.find(issuer=mine.issuer, subject=mine.subject)
    yield "find somebody by who they are there"
    user = factors.remove_totp(house.accounts, user=user, caller=FIREFOX, now=now)
    yield "remove a factor, not the last one"
    yield from _seen(scene, client)
    factors.remove_passkey(house.accounts, user=user, passkey_id=made.id, caller=FIREFOX, now=now)
    yield "remove the last factor"


def _seen(scene: Scene, client: FlaskClient) -> Iterator[str]:
    assert client.get("/account/security/").status_code == 200
    yield "the page Security"


def factors_kept(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """For the items as they stand before anything is removed."""
    for done in factors_of_people(scene, client):
        yield done
        if done == "find somebody by who they are there":
            return

"""What the owner of the site that is looked at shows who they are by."""

from __future__ import annotations

from datetime import timedelta

from tests.fakes import SECRET
from tocsin.house import House
from tocsin.services import factors, totp
from tocsin.stores.accounts import User
from tocsin.stores.factors import Passkey
from tocsin.stores.identities import Identity
from tocsin.stores.sessions import Caller

ISSUER = "https://id.example.org/staff"
LAPTOP = "b1" * 32
"""The id of a passkey."""


def secure(house: House, owner: User) -> None:
    """Two passkeys, an app, recovery codes of which one was used, and a place at the identity provider."""
    now = house.clock() - timedelta(days=40)
    house.identities.connect(identity_of(owner, house))
    secret = totp.new_secret()
    added = factors.add_totp(
        house.accounts,
        user=owner,
        secret=secret,
        code=totp.code_of(secret, now),
        secret_key=SECRET,
        caller=Caller(),
        now=now,
    )
    user = added.user
    for passkey in (
        Passkey(LAPTOP, b"1", b"", "Laptop", now, alone=True, used=now + timedelta(days=39)),
        Passkey("b2" * 32, b"2", b"", "The blue key on the keyring", now, alone=False),
    ):
        user = factors.add_passkey(house.accounts, user=user, passkey=passkey, caller=Caller(), now=now).user
    factors.use_recovery_code(house.factors, user=user, code=added.codes[0])


def identity_of(owner: User, house: House) -> Identity:
    return Identity(owner.id, ISSUER, "248289761001", owner.email, house.clock())

"""Passwords: that somebody is not there must not show in time."""

from __future__ import annotations

from argon2 import PasswordHasher, extract_parameters

from tests.fakes import START
from tocsin.services import accounts
from tocsin.stores.accounts import User


def test_nobody_takes_as_long_as_somebody() -> None:
    """What a password is compared with for unknown people costs what a real hash does, from the first time on."""
    nobody = accounts._HASH_OF_NOBODY  # noqa: SLF001
    assert extract_parameters(nobody) == extract_parameters(PasswordHasher().hash("a sentence of mine"))


def test_no_password_opens_an_account_without_one() -> None:
    """Not even the one whose hash stands in for it."""
    user = User("alice", "alice@example.org", START)
    assert not accounts.knows_password(user, "a sentence of mine")

"""Accounts: who may sign in."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from tocsin.stores.accounts import Accounts, User

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_PASSWORD = 8
MAX_PASSWORD = 1000
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


class InvalidAccount(ValueError):
    """A sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def create_user(accounts: Accounts, *, email: str, password: str | None, now: datetime, first: bool = False) -> User:
    """Make an account. `first` insists that it is the first one here.

    Raises InvalidAccount, stores.accounts.EmailTaken, stores.accounts.NotFirst.
    """
    validate(email.strip(), password)
    user = User(
        id=str(uuid4()),
        email=email.strip().lower(),
        created=now,
        password=None if password is None else _hash(password),
    )
    accounts.create(user, first=first)
    return user


def sign_in(accounts: Accounts, *, email: str, password: str) -> User | None:
    """The user with this address and password, or None: whether the address is known shows neither here nor in time."""
    address = email.strip().lower()
    user = accounts.by_email(address) if _EMAIL.fullmatch(address) else None
    stored = user.password if user and user.password else _hash_of_nobody()
    return user if _matches(stored, password) else None


def validate(email: str, password: str | None) -> None:
    """Raises InvalidAccount for what could be no account."""
    errors = {}
    if not _EMAIL.fullmatch(email):
        errors["email"] = "This is not an e-mail address."
    if password is not None and not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        errors["password"] = f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."
    if errors:
        raise InvalidAccount(errors)


def _hash(password: str) -> str:
    return _hasher().hash(password)


def _matches(stored: str, password: str) -> bool:
    # Here and not at the top: Argon2 brings cffi along, which a process that only takes pings never needs.
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return _hasher().verify(stored, password[:MAX_PASSWORD])
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _hash_of_nobody() -> str:
    return _hash(str(uuid4()))

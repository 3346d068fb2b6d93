"""Accounts: who may sign in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec.structs import replace

from tocsin.services.activity import noted
from tocsin.services.sessions import Visit, clear_ended, renew
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.sessions import Caller, Sessions
from tocsin.stores.table import Action

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_PASSWORD = 8
MAX_PASSWORD = 1000
_HASH_OF_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$0AUAG71D4Z3HNYaaF0bVdw$GcmZh7LLXw7z1RiVwFrXy9IRUILmo0ZpmB45AY8+Ywc"
"""Of a password that was made up and thrown away. Not hashed at the first need: whom it is needed for would show."""
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}")


class InvalidAccount(ValueError):
    """A sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def create_user(
    accounts: Accounts,
    *,
    email: str,
    password: str | None,
    now: datetime,
    first: bool = False,
    also: Sequence[Action] = (),
) -> User:
    """Make an account, and do the actions in `also` with that. `first` insists that it is the first one here.

    Raises InvalidAccount, stores.accounts.EmailTaken, stores.accounts.NotFirst, and table.TransactionLost where one
    of the other actions is in the way.
    """
    user = new_user(email=email, password=password, now=now)
    accounts.create(user, first=first, also=also)
    return user


def new_user(*, email: str, password: str | None, now: datetime) -> User:
    """Somebody who has no account yet; nothing is written. Raises InvalidAccount."""
    validate(email.strip(), password)
    hashed = None if password is None else _hash(password)
    return User(id=str(uuid4()), email=email.strip().lower(), created=now, password=hashed)


def knows_password(user: User, password: str) -> bool:
    """Takes the same time for somebody who has none."""
    matches = _matches(user.password or _HASH_OF_NOBODY, password)
    return matches and user.password is not None


def set_password(
    accounts: Accounts, sessions: Sessions, *, visit: Visit, password: str, caller: Caller, now: datetime
) -> Visit:
    """Give the user of the visit this password, and end all their other sessions.

    Raises InvalidAccount, changing.Busy.
    """
    validate(visit.user.email, password)
    note = noted(visit.user.id, "password.set", caller=caller, now=now)
    new = replace(visit.user, password=_hash(password))
    return renew(accounts, sessions, old=visit, new=new, also=[note])


def reset_password(accounts: Accounts, sessions: Sessions, *, user: User, password: str, now: datetime) -> None:
    """Give the user this password by an operator's hand, and end all their sessions.

    Raises InvalidAccount, stores.accounts.UserChanged.
    """
    validate(user.email, password)
    note = noted(user.id, "password.set", caller=Caller(agent="flask"), now=now)
    accounts.edit(user, replace(user, password=_hash(password), generation=user.generation + 1), also=[note])
    clear_ended(sessions, user_id=user.id, generation=user.generation + 1)


def sign_in(accounts: Accounts, *, email: str, password: str) -> User | None:
    """The user with this address and password, or None: whether the address is known shows neither here nor in time."""
    address = email.strip().lower()
    user = accounts.by_email(address) if _EMAIL.fullmatch(address) else None
    if user:
        return user if knows_password(user, password) else None
    _matches(_HASH_OF_NOBODY, password)
    return None


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

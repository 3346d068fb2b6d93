"""Recovery codes: ten, shown once, each good for one sign-in.

They are long and random, so a plain hash keeps them; it is not keyed, so that they go on working where the site's
secret key was lost and with it what was sealed.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from tocsin.stores.factors import Recovery

COUNT = 10
_LENGTH, _GROUP = 16, 4
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
"""Nothing that is taken for something else when it was written down by hand."""


def new_codes() -> list[str]:
    return [_new_code() for _ in range(COUNT)]


def kept(codes: list[str], *, user_id: str, now: datetime) -> Recovery:
    """What is kept of codes."""
    return Recovery(frozenset(digest(code, user_id) for code in codes), now)


def digest(code: str, user_id: str) -> str:
    """However the code was typed: with dashes or spaces, in capitals."""
    bare = "".join(character for character in code.lower() if character.isalnum())
    return hashlib.sha256(f"{user_id}:{bare}".encode()).hexdigest()


def _new_code() -> str:
    text = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return "-".join(text[start : start + _GROUP] for start in range(0, _LENGTH, _GROUP))

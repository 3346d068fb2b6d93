"""Secrets that must be read again, kept so that whoever reads the table can't: sealed with a key of the site's own."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


class Unreadable(Exception):
    """It was sealed for something else, or TOCSIN_SECRET_KEY was another one then."""


def seal(plain: str, *, purpose: str, secret_key: str) -> bytes:
    """`purpose` says what it is and whose: what was sealed for one thing can't be put in the place of another."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(secret_key).encrypt(nonce, plain.encode(), purpose.encode())


def unseal(sealed: bytes, *, purpose: str, secret_key: str) -> str:
    """Raises Unreadable."""
    from cryptography.exceptions import InvalidTag

    try:
        return _cipher(secret_key).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable from None


def _cipher(secret_key: str) -> AESGCM:
    # Here, since little of what people do needs it, and it takes its time to import.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"tocsin: sealing").derive(secret_key.encode()))

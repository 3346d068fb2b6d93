"""Secrets in mailed links: each is for one purpose, works once, and only for a while.

Following a link must not use it up, since mail scanners follow links too: a GET peeks, the POST of its page redeems.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

from tocsin.stores.tokens import Token, Tokens, TokenSpent


class BadToken(Exception):
    """It was used, has expired, was revoked, is for something else, or never was."""


def issue(tokens: Tokens, *, purpose: str, payload: Mapping[str, str], ttl: timedelta, now: datetime) -> str:
    """Make one; the text returned goes into a link, and is kept nowhere else."""
    text = secrets.token_urlsafe(32)
    tokens.put(Token(digest_of(text), purpose, payload, now + ttl))
    return text


def peek(tokens: Tokens, *, purpose: str, text: str, now: datetime) -> Mapping[str, str]:
    """What it stands for; it stays as it is. Raises BadToken."""
    token = tokens.get(digest_of(text))
    if token is None or token.purpose != purpose or token.expires <= now:
        raise BadToken(purpose)
    return token.payload


def redeem(tokens: Tokens, *, purpose: str, text: str, now: datetime) -> Mapping[str, str]:
    """What it stood for: nobody can redeem it after this. Raises BadToken.

    Where what it allows is one transaction, peek, and put stores.tokens.spending into that: then a crash in between
    can't use it up for nothing.
    """
    payload = peek(tokens, purpose=purpose, text=text, now=now)
    try:
        tokens.spend(digest_of(text))
    except TokenSpent:
        raise BadToken(purpose) from None
    return payload


def digest_of(text: str) -> str:
    """By which it can be revoked. The text is long and random, so a plain hash does."""
    return hashlib.sha256(text.encode()).hexdigest()

"""Showing again who one is, before something sensitive: by the password, or by a code that was mailed."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.services import accounts
from tocsin.services.post import Post
from tocsin.services.sessions import Visit, prove
from tocsin.stores.sessions import Session, Sessions

CODE_LIFE = timedelta(minutes=15)


def mail_code(sessions: Sessions, post: Post, *, visit: Visit, secret_key: str, link: str, now: datetime) -> None:
    """Mail six digits to the user, for this session only. Raises channels.port.DeliveryFailed."""
    code = f"{secrets.randbelow(1_000_000):06}"
    sessions.ask(visit.session, _digest(visit.session, code, secret_key), now + CODE_LIFE)
    post.send("code", to=visit.user.email, code=f"{code[:3]} {code[3:]}", link=link)


def prove_by_code(sessions: Sessions, *, visit: Visit, code: str, secret_key: str, now: datetime) -> bool:
    """Whether it is the code that was mailed; it works once, and holds for half an hour then.

    A million are possible: whoever calls this limits how often it is tried.
    """
    session = visit.session
    digits = "".join(code.split())
    if session.code is None or session.code_until is None or session.code_until <= now:
        return False
    return sessions.answer(replace(session, proved=now), _digest(session, digits, secret_key))


def prove_by_password(sessions: Sessions, *, visit: Visit, password: str, now: datetime) -> bool:
    """Whether it is the user's password; it holds for half an hour then."""
    if visit.user.password is None or not accounts.knows_password(visit.user, password):
        return False
    prove(sessions, visit=visit, now=now)
    return True


def _digest(session: Session, code: str, secret_key: str) -> str:
    """With a key: of a plain hash all codes could be tried by whoever reads the table."""
    return hmac.new(secret_key.encode(), f"code\n{session.id}\n{code}".encode(), hashlib.sha256).hexdigest()[:32]

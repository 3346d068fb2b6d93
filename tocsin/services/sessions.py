"""Sessions: how one begins, how it is recognised, how long it lasts, how it ends."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tocsin.services.activity import noted, shortened
from tocsin.services.changing import Busy
from tocsin.stores.accounts import Accounts, User, UserChanged
from tocsin.stores.sessions import Caller, Session, Sessions, Way, promoted
from tocsin.stores.table import Action

IDLE = timedelta(days=30)
"""A session that nobody uses for so long has ended."""
LIFE = timedelta(days=180)
"""And none lasts longer, however much it is used."""
SEEN_EVERY = timedelta(hours=1)
"""How exactly is known when a session was used last: each time it is written down costs a write."""
PROOF = timedelta(minutes=30)
"""For so long whoever signed in, or confirmed who they are, may do what is sensitive."""


class Visit(Struct, frozen=True):
    """Somebody who is signed in, and the session by which they are."""

    user: User
    session: Session

    def proved(self, now: datetime) -> bool:
        return now - self.session.proved < PROOF


def begin(sessions: Sessions, *, user: User, by: Way, caller: Caller, now: datetime) -> tuple[str, Visit]:
    """Begin a session; returns its secret, which is kept nowhere else, and the visit.

    `user` as they were read when they showed who they are: if their sessions were ended since, so is this one.
    """
    secret = secrets.token_urlsafe(32)
    session = Session(
        user=user.id,
        id=_digest(secret),
        generation=user.generation,
        by=by,
        began=now,
        seen=now,
        proved=now,
        expires=now + IDLE,
        caller=shortened(caller),
    )
    sessions.begin(session, also=[noted(user.id, "sign-in", caller=caller, now=now, detail=by)])
    return secret, Visit(user, session)


def recognise(accounts: Accounts, sessions: Sessions, *, user_id: str, secret: str, now: datetime) -> Visit | None:
    """Whose session this is; None if it has expired, was ended, or never was."""
    session = sessions.get(user_id, _digest(secret))
    user = accounts.get(user_id) if session else None
    return Visit(user, session) if user and session and _lives(session, user, now) else None


def see(sessions: Sessions, *, visit: Visit, caller: Caller, now: datetime) -> Visit | None:
    """Note that the session is in use; None if that was noted less than an hour ago."""
    if now - visit.session.seen < SEEN_EVERY:
        return None
    expires = min(now + IDLE, visit.session.began + LIFE)
    session = replace(visit.session, seen=now, expires=expires, caller=shortened(caller))
    sessions.see(session)
    return Visit(visit.user, session)


def end_one(sessions: Sessions, *, user: User, session_id: str, caller: Caller, now: datetime) -> None:
    """End one of the user's sessions; one that has ended stays so."""
    found = sessions.get(user.id, session_id)
    if found:
        device = found.caller.agent or found.caller.addr
        note = noted(user.id, "sign-out.session", caller=caller, now=now, detail=device)
        sessions.end(user.id, session_id, also=[note])


def end_others(accounts: Accounts, sessions: Sessions, *, visit: Visit, caller: Caller, now: datetime) -> Visit:
    """End all sessions of the user but this one, at once. Raises changing.Busy."""
    note = noted(visit.user.id, "sign-out.others", caller=caller, now=now)
    return renew(accounts, sessions, old=visit, new=visit.user, also=[note])


def renew(accounts: Accounts, sessions: Sessions, *, old: Visit, new: User, also: Sequence[Action] = ()) -> Visit:
    """Write the user of a visit as `new`, in a new generation, which ends all their sessions but this one.

    That is one transaction, with the actions in `also`; the items of the others are cleared away after it. Raises
    changing.Busy.
    """
    new = replace(new, generation=old.user.generation + 1)
    try:
        accounts.edit(old.user, new, also=[promoted(old.session, new.generation), *also])
    except UserChanged:
        raise Busy(new.id) from None
    clear_ended(sessions, user_id=new.id, generation=new.generation)
    return Visit(new, replace(old.session, generation=new.generation))


def clear_ended(sessions: Sessions, *, user_id: str, generation: int) -> None:
    """Delete the items of sessions that a new generation of the user's has ended."""
    for session in sessions.of_user(user_id):
        if session.generation < generation:
            sessions.end(user_id, session.id)


def prove(sessions: Sessions, *, visit: Visit, now: datetime) -> None:
    """Note that the person has just shown again who they are."""
    sessions.prove(replace(visit.session, proved=now))


def listed(sessions: Sessions, *, user: User, now: datetime) -> list[Session]:
    """Those that live, the one used last first."""
    living = [session for session in sessions.of_user(user.id) if _lives(session, user, now)]
    return sorted(living, key=lambda session: (session.seen, session.id), reverse=True)


def _lives(session: Session, user: User, now: datetime) -> bool:
    return session.expires > now and session.generation == user.generation


def _digest(secret: str) -> str:
    """It is long and random, so a plain hash does; half of one can't be guessed either."""
    return hashlib.sha256(secret.encode()).hexdigest()[:32]

"""The ways in that lead through a mailbox: a link to sign in by, which also stands in for a lost password, and sign-up.

One mail is sent whoever asks, for whatever address: the answer to who has an account here comes by mail, to the one
whom it concerns. The same work is done for everybody, so that time does not tell either.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from tocsin.services import accounts as people
from tocsin.services import tokens
from tocsin.services.activity import noted
from tocsin.services.post import Post
from tocsin.services.sessions import Visit, clear_ended
from tocsin.services.tokens import BadToken
from tocsin.stores.accounts import Accounts, User, UserChanged
from tocsin.stores.sessions import Caller, Sessions, promoted
from tocsin.stores.table import TransactionLost
from tocsin.stores.tokens import Tokens, spending

LINK_LIFE = timedelta(hours=1)
MOVE_LIFE = timedelta(days=1)
Wish: TypeAlias = Literal["sign-in", "sign-up"]
_NOTHING = "nothing"
"""The purpose of a link that nobody gets: it is made for its time."""
_NOBODY = "00000000-0000-4000-8000-000000000000"
"""No user has this id."""


class Door(Struct, frozen=True):
    """What it takes to let people in by mail."""

    accounts: Accounts
    tokens: Tokens
    post: Post
    open: bool
    """Strangers may make accounts."""
    link: Callable[[Wish, str], str]
    """The address of a page, for a token."""


def mail_way_in(door: Door, *, email: str, wish: Wish, next: str, addr: str, now: datetime) -> None:
    """Send one mail to whoever has this address; what is in it depends on whether they have an account.

    Raises channels.port.DeliveryFailed.
    """
    address = email.strip().lower()
    user = door.accounts.by_email(address)
    if user:
        kind = "sign_in" if wish == "sign-in" else "account_exists"
        purpose = "sign-in"
    else:
        kind, purpose = ("sign_up", "sign-up") if door.open else ("nobody_here", _NOTHING)
    payload = {"email": address, "next": next, **_as_they_are(user)}
    text = tokens.issue(door.tokens, purpose=purpose, payload=payload, ttl=LINK_LIFE, now=now)
    door.post.send(kind, to=address, link=door.link("sign-up" if purpose == "sign-up" else "sign-in", text), addr=addr)


def linked_user(accounts: Accounts, store: Tokens, *, text: str, now: datetime) -> tuple[User, str]:
    """Whom a link would sign in, and where it leads then. Raises BadToken."""
    payload = tokens.peek(store, purpose="sign-in", text=text, now=now)
    user = accounts.get(payload["user"])
    if user is None or user.email != payload["email"] or str(user.generation) != payload["generation"]:
        # The address is another one by now, and who reads the mail of the old one need not be the same person; or all
        # sessions were ended, and who had one before may have this link as well.
        raise BadToken("sign-in")
    return user, payload["next"]


def use_link(accounts: Accounts, store: Tokens, *, text: str, now: datetime) -> tuple[User, str]:
    """The same, and the link is used up. Raises BadToken."""
    found = linked_user(accounts, store, text=text, now=now)
    tokens.redeem(store, purpose="sign-in", text=text, now=now)
    return found


def promised_address(store: Tokens, *, text: str, now: datetime) -> str:
    """For whom a link would make an account. Raises BadToken."""
    return tokens.peek(store, purpose="sign-up", text=text, now=now)["email"]


def make_account(accounts: Accounts, store: Tokens, *, text: str, password: str | None, now: datetime) -> User:
    """Make the account that a link promises, which is used up by that.

    Raises BadToken, accounts.InvalidAccount, stores.accounts.EmailTaken.
    """
    email = promised_address(store, text=text, now=now)
    try:
        return people.create_user(
            accounts, email=email, password=password, now=now, also=[spending(tokens.digest_of(text))]
        )
    except TransactionLost:
        raise BadToken("sign-up") from None


def ask_to_move(
    door: Door, *, user: User, email: str, link: Callable[[str], str], caller: Caller, now: datetime
) -> None:
    """Mail a link to a new address of the user's, which moves the account there, and word of it to the old one.

    The answer is the same where somebody else has that address: they are told, and nothing moves. Raises
    accounts.InvalidAccount, channels.port.DeliveryFailed.
    """
    address = email.strip().lower()
    people.validate(address, None)
    taken = door.accounts.by_email(address) is not None
    payload = {"from": user.email, "to": address, **_as_they_are(user)}
    text = tokens.issue(door.tokens, purpose=_NOTHING if taken else "move", payload=payload, ttl=MOVE_LIFE, now=now)
    door.post.send("address_taken" if taken else "move", to=address, link=link(text), addr=caller.addr)


def asked_move(store: Tokens, *, user: User, text: str, now: datetime) -> str:
    """To which address a link would move the user's account.

    Raises BadToken, for links that are about somebody else too: the letter may have gone to a stranger, by a slip of
    whoever typed the address. Whoever ends all sessions, as a new password does, cancels what was asked before.
    """
    payload = tokens.peek(store, purpose="move", text=text, now=now)
    if payload != {"from": user.email, "to": payload["to"], **_as_they_are(user)}:
        raise BadToken("move")
    return payload["to"]


def move(accounts: Accounts, store: Tokens, *, visit: Visit, text: str, caller: Caller, now: datetime) -> str:
    """Move the visitor's account as a link says, which is used up by that; returns the address.

    That ends all their other sessions. Raises BadToken, stores.accounts.EmailTaken.
    """
    user = visit.user
    email = asked_move(store, user=user, text=text, now=now)
    note = noted(user.id, "email.change", caller=caller, now=now, detail=email)
    kept = promoted(visit.session, user.generation + 1)
    try:
        accounts.move(user, email, also=[spending(tokens.digest_of(text)), kept, note])
    except UserChanged:
        raise BadToken("move") from None
    clear_ended(Sessions(accounts.table), user_id=user.id, generation=user.generation + 1)
    return email


def _as_they_are(user: User | None) -> dict[str, str]:
    """What a link holds of whom it is for; as long for nobody."""
    return {"user": user.id if user else _NOBODY, "generation": str(user.generation if user else 0)}

"""Signing in by an identity provider: off to it, back with a code, and who that is here.

An account is known by the provider's issuer and the person's subject there, never by an address: those change hands.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from msgspec import Struct

from tocsin.channels.addressee import InvalidAddress, checked_address
from tocsin.services.activity import noted
from tocsin.stores.accounts import Accounts, EmailTaken, User
from tocsin.stores.identities import Identities, Identity, put_identity
from tocsin.stores.sessions import Caller
from tocsin.stores.table import TransactionLost

if TYPE_CHECKING:
    from tocsin.services.oidc_provider import Provider

PATIENCE = timedelta(minutes=10)
"""How long somebody may take at the provider."""


class Errand(Struct, frozen=True):
    """What a browser was sent to the provider for, to be remembered in it until it comes back."""

    state: str
    nonce: str
    verifier: str
    until: int
    """Epoch seconds."""
    user: str = ""
    """Who wants to connect their account; empty where somebody wants to sign in."""
    next: str = ""


class Known(Struct, frozen=True):
    """Who somebody is at the provider."""

    issuer: str
    subject: str
    email: str | None
    """Their address, if the provider has verified that it is theirs."""


class Strayed(Exception):
    """The browser came back with an answer that it was not sent for, or too late."""


class Declined(Exception):
    """The provider did not let them through. The message is what it said, which may be nobody's words."""


class NoAccount(Exception):
    """They are known to the provider, and nobody here. The message is a sentence on what to do."""


def begin(
    provider: Provider, *, redirect_uri: str, user: str = "", next: str = "", now: datetime
) -> tuple[str, Errand]:
    """Where to send the browser, and what to remember. Raises oidc_provider.ProviderFailed."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    address = provider.address(redirect_uri=redirect_uri, state=state, nonce=nonce, verifier=verifier)
    return address, Errand(state, nonce, verifier, int((now + PATIENCE).timestamp()), user, next)


def finish(
    provider: Provider, *, errand: Errand | None, answer: Mapping[str, str], redirect_uri: str, now: datetime
) -> Known:
    """Who came back. Raises Strayed, Declined, oidc_provider.ProviderFailed."""
    if errand is None or now.timestamp() > errand.until:
        raise Strayed
    if not hmac.compare_digest(answer.get("state", "").encode(), errand.state.encode()):
        raise Strayed
    # RFC 9207: an answer that says by whom it is, and is not by ours, is for somebody else.
    told, must_tell = answer.get("iss"), provider.document().authorization_response_iss_parameter_supported
    if told != provider.settings.issuer and (told is not None or must_tell):
        raise Strayed
    if "code" not in answer:
        raise Declined(answer.get("error_description") or answer.get("error") or "")
    claims = provider.claims(
        code=answer["code"], redirect_uri=redirect_uri, nonce=errand.nonce, verifier=errand.verifier, now=now
    )
    email = claims.get("email")
    verified = isinstance(email, str) and claims.get("email_verified") is True
    return Known(str(claims["iss"]), str(claims["sub"]), email.strip().lower() if verified and email else None)


def find_user(accounts: Accounts, identities: Identities, known: Known) -> User | None:
    user_id = identities.find(issuer=known.issuer, subject=known.subject)
    user = accounts.get(user_id) if user_id else None
    if user_id and user is None:  # the account was closed
        identities.forget(issuer=known.issuer, subject=known.subject, user_id=user_id)
    return user


def make_user(accounts: Accounts, *, known: Known, open: bool, now: datetime) -> User:
    """An account for somebody who is new here, `open` if just anybody may have one.

    Who has an account with this address is not let into it: the provider's word on an address is too little for that.
    Raises NoAccount.
    """
    if known.email is None:
        raise NoAccount("It did not tell a verified e-mail address of yours. Verify your address there, and try again.")
    taken = (
        f"{known.email} has an account here that is not connected. Sign in to it as you did so far, and connect it "
        "on the page Security of your account."
    )
    if accounts.by_email(known.email):
        raise NoAccount(taken)
    if not open:
        raise NoAccount("You have no account here, and new ones are not open to all. Ask whoever runs this site.")
    _check_address(known.email)
    try:
        user = User(id=str(uuid4()), email=known.email, created=now)
        identity = Identity(user.id, known.issuer, known.subject, known.email, now)
        accounts.create(user, also=put_identity(identity))
    except (EmailTaken, TransactionLost):
        raise NoAccount(taken) from None
    return user


def connect(identities: Identities, *, user: User, known: Known, caller: Caller, now: datetime) -> None:
    """Let the user sign in by the provider from now on. Raises stores.identities.IdentityTaken."""
    identity = Identity(user.id, known.issuer, known.subject, known.email or "", now)
    note = noted(user.id, "identity.connect", caller=caller, now=now, detail=identity.email or identity.subject)
    identities.connect(identity, also=[note])


def disconnect(identities: Identities, *, identity: Identity, caller: Caller, now: datetime) -> None:
    """Let it open the account no more. Raises stores.identities.IdentityGone."""
    detail = identity.email or identity.subject
    note = noted(identity.user, "identity.disconnect", caller=caller, now=now, detail=detail)
    identities.disconnect(identity.user, identity.id, also=[note])


def _check_address(email: str) -> None:
    """As channels do: the first one of an account mails its owner. Raises NoAccount."""
    try:
        checked_address(email)
    except InvalidAddress:
        raise NoAccount(
            f"It told {email} as your address, and no mail can be sent there from here. "
            "Have it changed there, or ask whoever runs this site for an account."
        ) from None

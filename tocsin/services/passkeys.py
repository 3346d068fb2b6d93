"""Passkeys (WebAuthn): what a browser is asked, and whether its answer holds. fido2 reads and checks it."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from msgspec import Struct

from tocsin.services.passkey_party import Party
from tocsin.stores.factors import Factors, Passkey, Spent

if TYPE_CHECKING:
    from fido2.server import Fido2Server

    from tocsin.stores.accounts import User

PATIENCE = timedelta(minutes=5)
"""How long an answer may take."""
MAX_ANSWER = 20_000
_TRANSPORTS = frozenset({"ble", "hybrid", "internal", "nfc", "smart-card", "usb"})


class NotProven(Exception):
    """The answer does not hold. The message is a sentence for whoever gave it."""


class Copied(NotProven):
    """Its signatures are numbered, and this number was there before: somebody has a copy of the passkey."""

    def __init__(self, user_id: str, name: str) -> None:
        super().__init__("This passkey may have been copied, so it is not taken. Sign in by other means and remove it.")
        self.user_id = user_id
        self.name = name


class Question(Struct, frozen=True):
    """What a browser was asked, to be remembered until it answers."""

    challenge: str
    user: str
    """Who is meant; empty where the passkey is to tell."""
    until: int
    """Epoch seconds."""
    alone: bool
    """The passkey is the only step, so it has to ask for a PIN, a finger or a face."""


class Answered(Struct, frozen=True):
    user: str
    passkey: Passkey


def ask_for_new(
    party: Party, *, user: User, known: Sequence[Passkey], now: datetime
) -> tuple[dict[str, Any], Question]:
    """Options for `navigator.credentials.create`. `known` are the user's passkeys: no device makes a second one."""
    from fido2.webauthn import PublicKeyCredentialUserEntity, ResidentKeyRequirement, UserVerificationRequirement

    question = _question(user.id, alone=False, now=now)
    options, _ = _server(party).register_begin(
        PublicKeyCredentialUserEntity(id=UUID(user.id).bytes, name=user.email, display_name=user.email),
        credentials=_descriptors(known),
        # Preferred, not required: a security key without memory or PIN still does for a second step.
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
        challenge=_octets(question.challenge),
    )
    return _plain(options), question


def read_new(factors: Factors, party: Party, *, question: Question, answer: str, name: str, now: datetime) -> Passkey:
    """The passkey that a browser has made. Raises NotProven."""
    given = _read(answer)
    _spend(factors, question, now)
    try:
        made = _server(party).register_complete(_state(question), given)
        assert made.credential_data is not None
        credential, public_key = made.credential_data.credential_id, made.credential_data.public_key
        response = given["response"]
        _demand_own_page(response["clientDataJSON"])
        told = response.get("transports") or ()
        transports = _TRANSPORTS.intersection(each for each in told if isinstance(each, str))
    except Exception as error:  # of what it can't read fido2 promises no errors in particular
        raise NotProven("Your browser's answer could not be checked. Try again.") from error
    return Passkey(
        id=_digest(credential),
        credential=credential,
        public_key=_encoded(public_key),
        name=name,
        created=now,
        alone=made.is_user_verified(),
        count=made.counter,
        transports=transports,
    )


def ask(
    party: Party, *, user: User | None = None, known: Sequence[Passkey] = (), now: datetime
) -> tuple[dict[str, Any], Question]:
    """Options for `navigator.credentials.get`.

    For one of the passkeys that are known of a user, or, without a user, for any that says itself whose it is.
    """
    from fido2.webauthn import UserVerificationRequirement as Verification

    question = _question(user.id if user else "", alone=user is None, now=now)
    options, _ = _server(party).authenticate_begin(
        credentials=_descriptors(known) if user else None,
        user_verification=Verification.REQUIRED if question.alone else Verification.PREFERRED,
        challenge=_octets(question.challenge),
    )
    return _plain(options), question


def check(factors: Factors, party: Party, *, question: Question, answer: str, now: datetime) -> Answered:
    """Who has answered, by which passkey. An answer is good once. Raises NotProven, and Copied."""
    given = _read(answer)
    _spend(factors, question, now)
    user_id = question.user or _told_user(given)
    passkey = factors.passkey(user_id, _digest(_credential(given))) if user_id else None
    if passkey is None:
        raise NotProven("This passkey is not known here: it may have been removed. Use another way to sign in.")
    count = _checked(party, question, given, passkey)
    _note_use(factors, user_id, passkey, count, now)
    return Answered(user_id, passkey)


def _checked(party: Party, question: Question, given: dict[str, Any], passkey: Passkey) -> int:
    """The number of the signature."""
    from fido2 import cbor
    from fido2.cose import CoseKey
    from fido2.webauthn import Aaguid, AttestedCredentialData, AuthenticationResponse

    try:
        public_key = CoseKey.parse(cast(Any, cbor.decode(passkey.public_key)))
        known = AttestedCredentialData.create(Aaguid.NONE, passkey.credential, public_key)
        _server(party).authenticate_complete(_state(question), [known], given)
        _demand_own_page(given["response"]["clientDataJSON"])
        return AuthenticationResponse.from_dict(given).response.authenticator_data.counter
    except Exception as error:  # of what it can't read fido2 promises no errors in particular
        raise NotProven("Your passkey's answer could not be checked. Try again.") from error


def _note_use(factors: Factors, user_id: str, passkey: Passkey, count: int, now: datetime) -> None:
    """Those that never count say 0 for ever."""
    if (count or passkey.count) and count <= passkey.count:
        raise Copied(user_id, passkey.name)
    try:
        factors.use_passkey(user_id, passkey, count=count, at=now)
    except Spent:
        raise NotProven("This passkey was used somewhere else at the same moment. Try again.") from None


def _spend(factors: Factors, question: Question, now: datetime) -> None:
    if now.timestamp() > question.until:
        raise NotProven("That took longer than five minutes. Try again.")
    try:
        factors.spend(_digest(question.challenge.encode()), until=now + PATIENCE)
    except Spent:
        raise NotProven("This answer was sent twice. Try again.") from None


def _question(user_id: str, *, alone: bool, now: datetime) -> Question:
    challenge = urlsafe_b64encode(secrets.token_bytes(33)).decode()
    return Question(challenge, user_id, int((now + PATIENCE).timestamp()), alone)


def _state(question: Question) -> dict[str, Any]:
    """What fido2 wants to hear again."""
    return {"challenge": question.challenge, "user_verification": "required" if question.alone else "preferred"}


def _server(party: Party) -> Fido2Server:
    from fido2.server import Fido2Server
    from fido2.webauthn import PublicKeyCredentialRpEntity

    entity = PublicKeyCredentialRpEntity(id=party.id, name=party.name)
    # fido2 would let in all pages of the host, those of other ports and of names below it too.
    return Fido2Server(entity, verify_origin=lambda origin: origin == party.origin)


def _descriptors(known: Sequence[Passkey]) -> list[Any]:
    from fido2.webauthn import PublicKeyCredentialDescriptor, PublicKeyCredentialType

    kind = PublicKeyCredentialType.PUBLIC_KEY
    return [
        PublicKeyCredentialDescriptor(type=kind, id=each.credential, transports=sorted(each.transports) or None)  # type: ignore[arg-type]
        for each in known
    ]


def _plain(options: Any) -> dict[str, Any]:
    """As the WebAuthn API's JSON forms have it."""
    plain: dict[str, Any] = json.loads(json.dumps(dict(options)))["publicKey"]
    return plain | {"timeout": int(PATIENCE.total_seconds() * 1000)}


def _read(answer: str) -> dict[str, Any]:
    try:
        given = json.loads(answer) if len(answer) <= MAX_ANSWER else None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict) or not isinstance(given.get("response"), dict):
        raise NotProven("Your browser did not answer. Try again.")
    return given


def _credential(given: dict[str, Any]) -> bytes:
    try:
        return _octets(str(given.get("rawId")))
    except ValueError:
        return b""


def _told_user(given: dict[str, Any]) -> str:
    """Whose the passkey says it is; the user's public key will tell whether that is true."""
    try:
        return str(UUID(bytes=_octets(str(given["response"]["userHandle"]))))
    except (KeyError, ValueError):
        return ""


def _demand_own_page(client_data: str) -> None:
    """Not one that stands in a frame of somebody else's."""
    if json.loads(_octets(client_data)).get("crossOrigin"):
        raise ValueError("the page was in a frame")


def _encoded(public_key: Any) -> bytes:
    from fido2 import cbor

    return cbor.encode(dict(public_key))


def _octets(text: str) -> bytes:
    """Of base64url, which WebAuthn writes without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _digest(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()

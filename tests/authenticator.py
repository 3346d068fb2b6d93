"""An authenticator in software: answers what a browser would be asked, as the JSON that pages send."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from os import urandom
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

_FLAG = AuthenticatorData.FLAG


@dataclass
class Authenticator:
    """Holds one passkey. What it does may be changed, to see that it is refused."""

    origin: str = "http://localhost"
    party: str = "localhost"
    verifies: bool = True
    """It asks for a PIN, a finger or a face."""
    counts: bool = False
    count: int = 0
    cross_origin: bool = False
    credential: bytes = field(default_factory=lambda: urandom(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    user_handle: str = ""

    def create(self, options: Mapping[str, Any]) -> str:
        """The answer to `navigator.credentials.create`."""
        self.user_handle = options["user"]["id"]
        public = ES256.from_cryptography_key(self.key.public_key())  # type: ignore[no-untyped-call]
        made = AttestedCredentialData.create(Aaguid.NONE, self.credential, public)
        data = AuthenticatorData.create(self._party_hash(), self._flags() | _FLAG.AT, self._next(), bytes(made))
        attestation = AttestationObject.create("none", data, {})
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", options),
            attestationObject=bytes(attestation),
        )

    def get(self, options: Mapping[str, Any]) -> str:
        """The answer to `navigator.credentials.get`."""
        client_data = self._client_data("webauthn.get", options)
        data = bytes(AuthenticatorData.create(self._party_hash(), self._flags(), self._next()))
        signed = data + hashlib.sha256(client_data).digest()
        return self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(SHA256())),
            userHandle=urlsafe_b64decode(self.user_handle + "=" * (-len(self.user_handle) % 4)),
        )

    def _answer(self, **response: bytes) -> str:
        given: dict[str, Any] = {name: _text(octets) for name, octets in response.items()}
        own = _text(self.credential)
        return json.dumps(
            {
                "id": own,
                "rawId": own,
                "type": "public-key",
                "clientExtensionResults": {},
                "response": {**given, "transports": ["internal", "pigeon"]},
            }
        )

    def _client_data(self, kind: str, options: Mapping[str, Any]) -> bytes:
        told = {
            "type": kind,
            "challenge": options["challenge"].rstrip("="),
            "origin": self.origin,
            "crossOrigin": self.cross_origin,
        }
        return json.dumps(told).encode()

    def _party_hash(self) -> bytes:
        return hashlib.sha256(self.party.encode()).digest()

    def _flags(self) -> AuthenticatorData.FLAG:
        return _FLAG.UP | _FLAG.UV if self.verifies else _FLAG.UP

    def _next(self) -> int:
        self.count += int(self.counts)
        return self.count


def _text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).decode().rstrip("=")

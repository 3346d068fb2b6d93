"""An identity provider (OpenID Connect): what it says of itself, its keys, and what it gives for a code."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import msgspec
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from msgspec import Struct

from tocsin.settings import OidcSettings

_log = logging.getLogger(__name__)

PATIENCE = (5, 10)
"""Seconds for a connection, and for an answer."""
FRESH = timedelta(hours=1)
"""For so long nobody asks again what the provider says of itself."""
LEEWAY = 60
"""Seconds that its clock and ours may be apart."""
SCOPE = "openid email"
_ALGORITHMS = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
"""Signatures by a key that only the provider has: neither none, nor those that whoever knows our secret could make."""


class ProviderFailed(Exception):
    """It could not be reached, or what it said can't be trusted. The message is a sentence for an operator."""


class Document(Struct, frozen=True):
    """What the provider says of itself (OpenID Connect Discovery 1.0, section 3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    id_token_signing_alg_values_supported: tuple[str, ...] = ("RS256",)
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False

    @property
    def algorithms(self) -> list[str]:
        return sorted(_ALGORITHMS.intersection(self.id_token_signing_alg_values_supported))


class Provider:
    """One for a process: it remembers what the provider says of itself. Any thread may call it."""

    def __init__(self, settings: OidcSettings) -> None:
        self.settings = settings
        self._asking = Lock()
        self._document: Document | None = None
        self._keys: KeySet | None = None
        self._asked = 0.0

    def document(self) -> Document:
        """Raises ProviderFailed. One that was had before does while the provider is out of reach."""
        with self._asking:
            if self._document is None or monotonic() - self._asked > FRESH.total_seconds():
                self._refresh()
            assert self._document is not None
            return self._document

    def address(self, *, redirect_uri: str, state: str, nonce: str, verifier: str) -> str:
        """Where the browser is sent to. Raises ProviderFailed."""
        client = self._client(redirect_uri)
        endpoint = self.document().authorization_endpoint
        address, _ = client.create_authorization_url(endpoint, state=state, nonce=nonce, code_verifier=verifier)
        return str(address)

    def claims(self, *, code: str, redirect_uri: str, nonce: str, verifier: str, now: datetime) -> Mapping[str, Any]:
        """What the id token says that the provider gives for a code, checked. Raises ProviderFailed."""
        given = self._exchange(code, redirect_uri, verifier)
        text = given.get("id_token")
        if not isinstance(text, str):
            raise ProviderFailed("It sent no id token.")
        token = self._decoded(text)
        issuer, client_id = self.settings.issuer, self.settings.client_id
        options: Any = {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client_id}}
        params = {"nonce": nonce, "client_id": client_id, "access_token": given.get("access_token")}
        claims: Any = CodeIDToken(token.claims, token.header, options, params)
        try:
            claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
        except (JoseError, TypeError, ValueError) as error:
            raise ProviderFailed(f"Its id token does not hold: {error}.") from error
        if not isinstance(claims["sub"], str) or not 0 < len(claims["sub"]) <= 255:
            raise ProviderFailed("Its id token names nobody.")
        return dict(claims)

    def _exchange(self, code: str, redirect_uri: str, verifier: str) -> Mapping[str, Any]:
        try:
            given = self._client(redirect_uri).fetch_token(
                self.document().token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                timeout=PATIENCE,
                allow_redirects=False,
            )
        except (requests.RequestException, OAuthError, ValueError) as error:
            raise ProviderFailed(f"It gave no token for the code: {error}.") from error
        if not isinstance(given, dict):
            raise ProviderFailed("It gave no token for the code.")
        return given

    def _decoded(self, text: str) -> jwt.Token:
        """By the keys that are known; by those that the provider has now, if it has changed them."""
        algorithms = self.document().algorithms
        keys = self._keys or self._fetch_keys()
        try:
            return jwt.decode(text, keys, algorithms)
        except (JoseError, ValueError):
            pass
        try:
            return jwt.decode(text, self._fetch_keys(), algorithms)
        except (JoseError, ValueError) as error:
            raise ProviderFailed(f"The signature of its id token does not hold: {error}.") from error

    def _client(self, redirect_uri: str) -> OAuth2Session:
        settings, methods = self.settings, self.document().token_endpoint_auth_methods_supported
        method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
        return OAuth2Session(
            settings.client_id,
            settings.client_secret,
            token_endpoint_auth_method=method if settings.client_secret else "none",
            scope=SCOPE,
            redirect_uri=redirect_uri,
            code_challenge_method="S256",
        )

    def _refresh(self) -> None:
        try:
            self._document = self._discovered()
        except ProviderFailed as error:
            if self._document is None:
                raise
            _log.warning("The identity provider can't be asked about itself, so what it said before holds: %s", error)
        self._asked = monotonic()

    def _discovered(self) -> Document:
        address = self.settings.issuer.removesuffix("/") + "/.well-known/openid-configuration"
        try:
            document = msgspec.json.decode(_fetched(address), type=Document)
        except msgspec.DecodeError as error:
            raise ProviderFailed(f"What {address} says is no document of an OpenID provider: {error}.") from error
        if document.issuer != self.settings.issuer:
            raise ProviderFailed(f"{address} says that its issuer is {document.issuer}, not {self.settings.issuer}.")
        for endpoint in (document.authorization_endpoint, document.token_endpoint, document.jwks_uri):
            _demand_safe(endpoint, self.settings.issuer)
        if not document.algorithms:
            raise ProviderFailed("It signs id tokens in no way that can be trusted.")
        return document

    def _fetch_keys(self) -> KeySet:
        try:
            self._keys = KeySet.import_key_set(msgspec.json.decode(_fetched(self.document().jwks_uri)))
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise ProviderFailed(f"Its keys can't be read: {error}.") from error
        return self._keys


def _fetched(address: str) -> bytes:
    try:
        answer = requests.get(address, timeout=PATIENCE, allow_redirects=False)
    except requests.RequestException as error:
        raise ProviderFailed(f"{address} can't be reached: {error}.") from error
    if answer.status_code != 200:
        raise ProviderFailed(f"{address} answers with status {answer.status_code}.")
    return answer.content


def _demand_safe(endpoint: str, issuer: str) -> None:
    """A provider that speaks HTTPS has nothing that does not."""
    scheme = urlsplit(endpoint).scheme
    if scheme != "https" and (scheme, urlsplit(issuer).scheme) != ("http", "http"):
        raise ProviderFailed(f"{endpoint} is not an https address.")

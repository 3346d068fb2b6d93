"""A small OpenID provider over HTTP on the loopback interface. It lets everybody in as `who`, at once.

What it says may be changed, to see that it is refused.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from threading import Thread
from time import time
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

CLIENT, SECRET = "tocsin-here", "s3cret/with+signs"


@dataclass
class OpenIdProvider:
    port: int = 0
    who: dict[str, object] = field(
        default_factory=lambda: {"sub": "alice-7", "email": "Alice@Example.org", "email_verified": True}
    )
    document: dict[str, object] = field(default_factory=dict)
    """Changes of what it says of itself."""
    claims: dict[str, object] = field(default_factory=dict)
    """Changes of id tokens; None leaves a claim out."""
    header: dict[str, str] = field(default_factory=dict)
    answer: dict[str, str] = field(default_factory=dict)
    """Changes of what a browser is sent back with."""
    signing: Any = field(default_factory=lambda: ECKey.generate_key("P-256", auto_kid=True))
    keys: list[Any] = field(default_factory=list)
    """Published ones; none: the one that signs."""
    broken: str = ""
    """A path that answers 503."""
    asked: list[str] = field(default_factory=list)
    clock: Any = time
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realm"

    def discovery(self) -> dict[str, object]:
        own: dict[str, object] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["ES256", "HS256", "none"],
            "authorization_response_iss_parameter_supported": True,
        }
        return own | self.document

    def authorize(self, query: str) -> str:
        """Where the browser is sent back to."""
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert set(asked["scope"].split()) == {"openid", "email"}
        assert asked["code_challenge_method"] == "S256"
        code = token_urlsafe(16)
        self._codes[code] = asked
        given = {"code": code, "state": asked["state"], "iss": self.issuer} | self.answer
        return f"{asked['redirect_uri']}?{urlencode({name: value for name, value in given.items() if value})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, object]]:
        """One code gives one token, to the client that has its secret, the verifier and the redirect address."""
        name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        asked = self._codes.pop(form.get("code", ""), None)
        if (unquote(name), unquote(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = _text(digest)
        if not asked or asked["code_challenge"] != challenge or asked["redirect_uri"] != form.get("redirect_uri"):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "opaque", "token_type": "Bearer", "id_token": self._id_token(asked["nonce"])}

    def _id_token(self, nonce: str) -> str:
        now = int(self.clock())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims = {name: value for name, value in (own | self.who | self.claims).items() if value is not None}
        told = {"alg": "ES256", "kid": self.signing.kid} | self.header
        header = {name: value for name, value in told.items() if value}
        if header["alg"] == "none":
            return ".".join([*(_text(json.dumps(part).encode()) for part in (header, claims)), ""])
        return jwt.encode(header, claims, self.signing, algorithms=[header["alg"]])

    def published(self) -> dict[str, object]:
        return KeySet(self.keys or [self.signing]).as_dict(private=False)  # type: ignore[return-value]


@contextmanager
def openid_provider(**changes: Any) -> Iterator[OpenIdProvider]:
    provider = OpenIdProvider(**changes)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"provider": provider}))
    provider.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    provider: OpenIdProvider

    def do_GET(self) -> None:
        path = self._enter()
        if path == "/realm/authorize":
            self._send(302, b"", Location=self.provider.authorize(urlsplit(self.path).query))
        elif path == "/realm/.well-known/openid-configuration":
            self._send(200, json.dumps(self.provider.discovery()).encode())
        elif path == "/realm/keys":
            self._send(200, json.dumps(self.provider.published()).encode())
        elif path:
            self._send(404, b"")

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._enter():
            form = {name: values[0] for name, values in parse_qs(body).items()}
            status, given = self.provider.token(form, self.headers.get("Authorization", ""))
            self._send(status, json.dumps(given).encode())

    def _enter(self) -> str:
        """The path; an empty one where it was answered already."""
        path = urlsplit(self.path).path
        self.provider.asked.append(path)
        if self.provider.broken and path.endswith(self.provider.broken):
            self._send(503, b"out of order")
            return ""
        return path

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Requests are no news."""


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")

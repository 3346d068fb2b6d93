"""One exchange through an adapter from Lambda's events to WSGI: what the app hears, and what the client gets."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias
from wsgiref.validate import validator

from tests.handlers.events import LambdaContext

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

Event: TypeAlias = Mapping[str, Any]
Adapter: TypeAlias = Callable[["WSGIApplication", Event, LambdaContext, "str | None"], Mapping[str, Any]]
"""Of an app, an event, its context, and the public address of the site."""
TEXT = [("Content-Type", "text/plain")]


class Listener:
    """A WSGI app that keeps the environ it was called with, reads the body, and answers as it is told."""

    def __init__(
        self, status: str = "200 OK", headers: list[tuple[str, str]] | None = None, body: bytes = b"OK"
    ) -> None:
        self.environ: WSGIEnvironment = {}
        self.received = b""
        self.status = status
        self.headers = TEXT if headers is None else headers
        self.body = body

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        self.environ = environ
        self.received = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        start_response(self.status, list(self.headers))
        return [self.body] if self.body else []


@dataclass(frozen=True)
class Seen:
    """What the service makes of the answer for the client."""

    status: int
    headers: list[tuple[str, str]]
    """Names in lower case."""
    body: bytes

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name]

    @classmethod
    def of(cls, event: Event, answer: Mapping[str, Any]) -> Seen:
        text: str = answer.get("body") or ""
        body = b64decode(text, validate=True) if answer.get("isBase64Encoded") else text.encode()
        return cls(int(answer["statusCode"]), [(name.lower(), value) for name, value in _headers(event, answer)], body)


def _headers(event: Event, answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    """REST APIs read both fields, payload version 2.0 and load balancers one, and the former has cookies apart."""
    told = event.get("requestContext") or {}
    single = list((answer.get("headers") or {}).items())
    lists = answer.get("multiValueHeaders") or {}
    several = [(name, value) for name, values in lists.items() for value in values]
    if "http" in told:
        return single + [("set-cookie", cookie) for cookie in answer.get("cookies") or ()]
    if "elb" in told:
        return several if "multiValueHeaders" in event else single
    return several + [(name, value) for name, value in single if name not in lists]


@dataclass
class Exchange:
    app: Any
    event: Event
    answer: Mapping[str, Any]

    @property
    def environ(self) -> WSGIEnvironment:
        environ: WSGIEnvironment = self.app.environ
        return environ

    @property
    def seen(self) -> Seen:
        return Seen.of(self.event, self.answer)


@dataclass(frozen=True)
class Case:
    """One thing that an adapter must get right."""

    name: str
    event: Event | Callable[[], Event]
    check: Callable[[Exchange], None]
    """Asserts it."""
    app: Callable[[], Any] = field(default=Listener)
    """Makes an app of its own for each exchange."""
    root: str | None = None
    conforming: bool = True
    """The app keeps PEP 3333."""

    def run(self, adapter: Adapter, *, validated: bool = False) -> None:
        """Raises whatever the adapter does, and AssertionError if it gets it wrong."""
        app, event = self.app(), self.event() if callable(self.event) else self.event
        wrapped = validator(app) if validated and self.conforming else app
        self.check(Exchange(app, event, adapter(wrapped, event, LambdaContext(), self.root)))

    def is_kept_by(self, adapter: Adapter) -> bool:
        try:
            self.run(adapter)
        except Exception:  # noqa: BLE001 (a wrong answer and a crash are both a fault)
            return False
        return True

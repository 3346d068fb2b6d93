"""What a route of the API is: declared once, it is served, guarded and documented from the same lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, TypeVar

from flask import Response, request
from msgspec import Struct, field

from handlers.api.caller import Caller
from handlers.api.query import read_query
from tocsin.services.declared import read
from tocsin.stores.projects import Role

S = TypeVar("S", bound=Struct)


class Needs(Enum):
    """Which key opens a route."""

    NOTHING = "no key"
    READ = "any key"
    WRITE = "a read-write key"
    ACCOUNT_READ = "an account key"
    ACCOUNT_WRITE = "a read-write account key"


class Call(Struct, frozen=True):
    """One request: the view's only argument."""

    version: int
    """0 where the address has none."""
    path: Mapping[str, Any]
    """What stands in the path, by name."""
    caller: Caller | None
    """None on routes that need no key."""
    sent: object = field(default_factory=dict)
    """The body's JSON as it came, not yet looked at."""

    @property
    def by(self) -> Caller:
        """Who calls, on routes that need a key."""
        assert self.caller is not None
        return self.caller

    def said(self, struct: type[S]) -> S:
        """The body, read as the type that the route declares. Raises Invalid."""
        return read(struct, self.sent)

    def asked(self, struct: type[S]) -> S:
        """The query, read as the type that the route declares. Raises Invalid."""
        return read_query(struct, request.args)


class Answer(Struct, frozen=True):
    """One way in which a route may answer."""

    words: str
    """When it does."""
    shape: Any = None
    """The type of its JSON; None where it has another content, or none."""
    media: str | None = None
    """The content's type where it is not JSON."""
    headers: tuple[str, ...] = ()
    also: str | None = None
    """Another type in which the same can be had."""


class Route(Struct, frozen=True, eq=False):
    methods: tuple[str, ...] | None
    """None: any, and no page of another site is meant to call it."""
    path: str
    """Below /api/v<n>, as a rule of werkzeug's."""
    view: Callable[[Call], Response]
    needs: Needs
    words: str
    """What it does, in a line."""
    answers: Mapping[int, Answer]
    """Beside those that every route with such needs may give."""
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    reads: tuple[str, ...] = ()
    """Types of the body where it need not be JSON: the view reads it by itself then."""
    note: str = ""
    """What a reader should know beyond that."""
    role: Role | None = None
    """What an account's key takes of its owner in the project; None: what follows from the needs."""

    @property
    def least(self) -> Role:
        """The least role that reaches: whoever may only look in a project has there a key that only reads."""
        writes = self.needs in (Needs.WRITE, Needs.ACCOUNT_WRITE)
        return self.role or (Role.MEMBER if writes else Role.READ_ONLY)

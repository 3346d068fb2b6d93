"""Whose key a call carries, and what that opens."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from msgspec import Struct

from handlers.current import house
from tocsin.services.keys import OpenedBy, open_with
from tocsin.stores.audit import Actor

KEY_LENGTH = 32


class Caller(Struct, frozen=True):
    opened: OpenedBy

    @property
    def actor(self) -> Actor:
        """As the audit log names it."""
        return self.opened.actor

    @property
    def read_only(self) -> bool:
        return self.opened.read_only

    def may_enter(self, project: str) -> bool:
        """Whether the key opens this project."""
        if self.opened.account:
            return house().projects.role(project, self.opened.owner) is not None
        return self.opened.owner == project


def key_of_request(body: Mapping[str, object]) -> str | None:
    """The key in the header or, where there is no such header, in the body (protocol 3.1); None unless well-formed."""
    given: object = request.headers.get("X-Api-Key")
    if given is None:
        given = body.get("api_key")
    return given if isinstance(given, str) and len(given) == KEY_LENGTH else None


def caller_with(key: str) -> Caller | None:
    opened = open_with(house().keys, key, secret_key=house().settings.secret_key)
    return Caller(opened) if opened else None

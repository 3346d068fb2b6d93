"""Whose key a call carries, and what that opens."""

from __future__ import annotations

from collections.abc import Mapping

from flask import request
from msgspec import Struct, field

from handlers.api.refusals import Refusal
from handlers.current import house
from tocsin.services.keys import OpenedBy, open_with
from tocsin.stores.audit import Actor
from tocsin.stores.projects import Role

KEY_LENGTH = 32


class Caller(Struct, frozen=True):
    opened: OpenedBy
    least: Role = Role.READ_ONLY
    """What the route takes of an account's owner, in the project that it is about."""
    roles: dict[str, Role | None] = field(default_factory=dict)
    """Of the owner by project, as far as they were read."""

    @property
    def actor(self) -> Actor:
        """As the audit log names it."""
        return self.opened.actor

    def read_only(self, project: str) -> bool:
        """Whether it may only look there: its key only reads, or its owner does."""
        return self.opened.read_only or (self.opened.account and self._role(project) is Role.READ_ONLY)

    def may_enter(self, project: str) -> bool:
        """Whether the key opens this project. Raises Refusal where the role of its owner does not reach."""
        if not self.opened.account:
            return self.opened.owner == project
        role = self._role(project)
        if role is not None and not role.reaches(self.least):
            raise Refusal(403, f"This takes the role {self.least}; the owner of this key is {role} in the project.")
        return role is not None

    def _role(self, project: str) -> Role | None:
        if project not in self.roles:
            self.roles[project] = house().projects.role(project, self.opened.owner)
        return self.roles[project]


def key_of_request(body: Mapping[str, object]) -> str | None:
    """The key in the header or, where there is no such header, in the body (protocol 3.1); None unless well-formed."""
    given: object = request.headers.get("X-Api-Key")
    if given is None:
        given = body.get("api_key")
    return given if isinstance(given, str) and len(given) == KEY_LENGTH else None


def caller_with(key: str, least: Role = Role.READ_ONLY) -> Caller | None:
    opened = open_with(house().keys, key, secret_key=house().settings.secret_key)
    return Caller(opened, least) if opened else None

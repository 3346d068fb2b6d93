"""What a page or an act takes: nobody in particular, somebody signed in, or a role in the project that it is about."""

from __future__ import annotations

from enum import Enum

from tocsin.stores.projects import Role


class Need(Enum):
    PUBLIC = "anybody"
    USER = "somebody signed in"
    LOOK = "any role in the project"
    WORK = "checks and channels: a member and up"
    MANAGE = "team, API keys, settings: a manager and up"
    OWN = "transfer and deletion: the owner"

    @property
    def role(self) -> Role | None:
        """The least role that reaches; None where no project is asked for."""
        return _LEAST.get(self)


_LEAST = {Need.LOOK: Role.READ_ONLY, Need.WORK: Role.MEMBER, Need.MANAGE: Role.MANAGER, Need.OWN: Role.OWNER}

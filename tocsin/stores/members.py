"""Who belongs to a project, and in which role: it stands with the project and with the person alike.

A project has one owner at any time: it is founded with one, and the only write that touches an owner's role hands the
project over in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import open_project
from tocsin.stores.projects import Role, member_keys
from tocsin.stores.table import (
    ABSENT,
    Action,
    Delete,
    Item,
    Put,
    Range,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
    walk,
)


class Member(Struct, frozen=True):
    user: str
    """The id of a person."""
    role: Role
    joined: datetime | None = None
    """None for whoever founded the project."""


class MemberChanged(Exception):
    """The person is not, or not in this role, what they were when they were read; nothing was written."""


class Members(Struct, frozen=True):
    table: Table

    def of_project(self, project_id: str) -> list[Member]:
        """Everybody who belongs to it, the owner first, then by role and time."""
        found = [_decode(item) for item in self._items(project_id)]
        return sorted(found, key=lambda member: (list(Role).index(member.role), str(member.joined), member.user))

    def get(self, project_id: str, user_id: str) -> Member | None:
        item = self.table.get(member_keys(project_id, user_id)[1])
        return _decode(item) if item else None

    def add(self, project_id: str, member: Member, *, also: Sequence[Action]) -> None:
        """Let somebody in, and do the actions in `also` with that.

        Raises MemberChanged where they are in already, or the project is going.
        """
        self._transact([*joining(project_id, member), *also])

    def change_role(self, project_id: str, member: Member, role: Role, *, also: Sequence[Action]) -> None:
        """Give the member, who is not the owner, another role. Raises MemberChanged."""
        assert Role.OWNER not in (member.role, role)
        self._transact([*_moved(project_id, member, role), *also])

    def remove(self, project_id: str, member: Member, *, also: Sequence[Action]) -> None:
        """Show the member, who is not the owner, the door. Raises MemberChanged."""
        assert member.role is not Role.OWNER
        as_read = _as_read(member)
        keys = member_keys(project_id, member.user)
        self._transact([*(Delete(key, where=as_read) for key in keys), *also])

    def hand_over(self, project_id: str, owner: Member, heir: Member, *, also: Sequence[Action]) -> None:
        """Make the heir the owner, and the owner a manager, at once.

        Raises MemberChanged, where the project is going as well: whoever took it over has not asked for that.
        """
        assert owner.role is Role.OWNER
        moved = [*_moved(project_id, owner, Role.MANAGER), *_moved(project_id, heir, Role.OWNER)]
        self._transact([open_project(project_id), *moved, *also])

    def _transact(self, actions: Sequence[Action]) -> None:
        try:
            self.table.transact(actions)
        except TransactionLost:
            raise MemberChanged from None

    def _items(self, project_id: str) -> Iterator[Item]:
        return walk(self.table, f"project#{project_id}", Range(prefix="member#"))


def joining(project_id: str, member: Member) -> list[Action]:
    """What lets somebody in; lost where they are in already, or the project is going."""
    return [open_project(project_id), *(Put(each, where=ABSENT) for each in _encode(project_id, member))]


def _moved(project_id: str, member: Member, role: Role) -> list[Action]:
    as_read = _as_read(member)
    return [Update(key, set={"role": role.value}, where=as_read) for key in member_keys(project_id, member.user)]


def _as_read(member: Member) -> Where:
    """Lost too for somebody who left and came back."""
    facts = _facts(member)
    return Where(equals=fields.present(facts), absent=[name for name, value in facts.items() if value is None])


def _facts(member: Member) -> dict[str, Value | None]:
    return {"role": member.role.value, "joined": fields.moment(member.joined) if member.joined else None}


def _encode(project_id: str, member: Member) -> list[Item]:
    keys = member_keys(project_id, member.user)
    return [{"pk": key.pk, "sk": key.sk, **fields.present(_facts(member))} for key in keys]


def _decode(item: Item) -> Member:
    joined = fields.optional_number(item, "joined")
    return Member(
        user=fields.text(item, "sk").removeprefix("member#"),
        role=Role(fields.text(item, "role")),
        joined=fields.moment_from(joined) if joined is not None else None,
    )

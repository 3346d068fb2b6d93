"""The team of a project: people in their roles, who can be given others, leave, or be shown the door."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from tocsin.services.audit import NO_CHANGES, noted
from tocsin.services.changing import TRIES, Busy
from tocsin.services.edits import Changes
from tocsin.stores.accounts import Accounts
from tocsin.stores.audit import Act, Actor
from tocsin.stores.members import Member, MemberChanged, Members
from tocsin.stores.projects import Role
from tocsin.stores.table import Put


class UnknownMember(Exception):
    """Nobody with this id belongs to the project."""


class OwnerStays(Exception):
    """The owner neither leaves nor has another role, until somebody else owns the project."""


class Person(Struct, frozen=True):
    """A member, as the team's page shows them."""

    id: str
    email: str
    role: Role
    joined: datetime | None


def people_of(members: Members, accounts: Accounts, *, project: str) -> list[Person]:
    """Everybody who belongs to it, the owner first."""
    found = members.of_project(project)
    known = accounts.several(member.user for member in found)
    return [
        Person(member.user, known[member.user].email, member.role, member.joined)
        for member in found
        if member.user in known
    ]


def person_of(members: Members, accounts: Accounts, *, project: str, user: str) -> Person:
    """Raises UnknownMember."""
    member, known = members.get(project, user), accounts.get(user)
    if member is None or known is None:
        raise UnknownMember(user)
    return Person(user, known.email, member.role, member.joined)


def change_role(
    members: Members, accounts: Accounts, *, project: str, user: str, role: Role, by: Actor, now: datetime
) -> None:
    """Give a member another role, other than the owner's. Raises UnknownMember, OwnerStays, changing.Busy."""
    if role is Role.OWNER:
        raise OwnerStays(user)

    def write(person: Person) -> None:
        if person.role is not role:
            note = _noted(project, "member.role", person, by, now, {"role": (person.role.value, role.value)})
            members.change_role(project, _member(person), role, also=[note])

    _retried(members, accounts, project, user, write)


def remove_member(members: Members, accounts: Accounts, *, project: str, user: str, by: Actor, now: datetime) -> None:
    """Take somebody off the team: to them the project is not there any more.

    Raises UnknownMember, OwnerStays, changing.Busy.
    """
    _take_off(members, accounts, project, user, "member.remove", by, now)


def leave_project(members: Members, accounts: Accounts, *, project: str, user: str, by: Actor, now: datetime) -> None:
    """As remove_member, by themselves."""
    _take_off(members, accounts, project, user, "member.leave", by, now)


def _take_off(
    members: Members, accounts: Accounts, project: str, user: str, act: Act, by: Actor, now: datetime
) -> None:
    def write(person: Person) -> None:
        members.remove(project, _member(person), also=[_noted(project, act, person, by, now)])

    _retried(members, accounts, project, user, write)


def _retried(members: Members, accounts: Accounts, project: str, user: str, write: Callable[[Person], None]) -> None:
    for _ in range(TRIES):
        person = person_of(members, accounts, project=project, user=user)
        if person.role is Role.OWNER:
            raise OwnerStays(user)
        with suppress(MemberChanged):
            write(person)
            return
    raise Busy(project)


def _member(person: Person) -> Member:
    return Member(person.id, person.role, person.joined)


def _noted(project: str, act: Act, person: Person, by: Actor, now: datetime, changes: Changes = NO_CHANGES) -> Put:
    return noted(project, act, subject=person.id, name=person.email, by=by, now=now, changes=changes)

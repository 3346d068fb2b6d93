"""The team of a project: list, give another role, remove."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from flask import Response
from msgspec import UNSET, Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, refused
from handlers.api.v4.fields import Shown
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Next, Paging, cut
from handlers.api.v4.scope import project_in_path
from handlers.current import house
from tocsin.services.team import Person, change_role, people_of, person_of, remove_member
from tocsin.stores.projects import Role

RoleWord: TypeAlias = Literal["owner", "manager", "member", "read-only"]
GivenRole: TypeAlias = Annotated[
    Literal["manager", "member", "read-only"], Meta(description="The owner's is handed over, on the team's page.")
]


class MemberObject(Struct, kw_only=True):
    id: str
    email: str
    role: RoleWord
    joined: Annotated[Moment | None, Meta(description="Null for whoever founded the project.")]


class MemberEdit(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was read can be edited and sent back: what nobody can set is ignored."""

    role: GivenRole
    id: Shown = UNSET
    email: Shown = UNSET
    joined: Shown = UNSET


class TeamMembers(Struct):
    members: list[MemberObject]
    next: Next


def listing(call: Call) -> Response:
    project, asked = project_in_path(call).id, call.asked(Paging)
    people = people_of(house().members, house().accounts, project=project)
    page, following = cut(people, f"members {project}", _place, limit=asked.limit, cursor=asked.cursor)
    return reply(TeamMembers([_object(person) for person in page], following))


def _place(person: Person) -> str:
    return f"{list(Role).index(person.role)} {iso(person.joined) or ''} {person.id}"


def edit(call: Call) -> Response:
    project, user, role = project_in_path(call).id, call.path["member"], Role(call.said(MemberEdit).role)
    people = (house().members, house().accounts)
    change_role(*people, project=project, user=user, role=role, by=call.by.actor, now=house().clock())
    return reply(_object(person_of(*people, project=project, user=user)))


def remove(call: Call) -> Response:
    project, people = project_in_path(call).id, (house().members, house().accounts)
    remove_member(*people, project=project, user=call.path["member"], by=call.by.actor, now=house().clock())
    return Response(status=204)


def _object(person: Person) -> MemberObject:
    return MemberObject(id=person.id, email=person.email, role=person.role.value, joined=iso(person.joined))


_ONE = "/projects/<id:project>/members/<id:member>"
_REFUSED = {
    404: refused("There is no such project, or nobody with this id belongs to it."),
    409: refused("It is the owner."),
}

ROUTES = (
    Route(
        ("GET",),
        "/projects/<id:project>/members/",
        listing,
        Needs.ACCOUNT_READ,
        "List the members of a project, the owner first",
        {200: Answer("The members, by role and then by when they joined.", TeamMembers), 404: NO_PROJECT},
        query=Paging,
        role=Role.MANAGER,
    ),
    Route(
        ("PATCH",),
        _ONE,
        edit,
        Needs.ACCOUNT_WRITE,
        "Give a member another role",
        {200: Answer("The member.", MemberObject), **_REFUSED},
        body=MemberEdit,
        role=Role.MANAGER,
    ),
    Route(
        ("DELETE",),
        _ONE,
        remove,
        Needs.ACCOUNT_WRITE,
        "Remove a member from a project",
        {204: Answer("To them the project is not there any more."), **_REFUSED},
        role=Role.MANAGER,
    ),
)

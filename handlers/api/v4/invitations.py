"""Invitations to a project: list those that wait for an answer, mail one, revoke one."""

from __future__ import annotations

from typing import Annotated, cast

from flask import Response
from msgspec import UNSET, Meta, Struct

from handlers.api.refusals import Refusal, invalid
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, refused
from handlers.api.v4.fields import Shown
from handlers.api.v4.manner import ProblemDetails, reply
from handlers.api.v4.members import GivenRole
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Next, Paging, cut
from handlers.api.v4.scope import no_project, project_in_path
from handlers.current import house
from handlers.invitation_desk import desk
from tocsin.services import invitations
from tocsin.services.declared import Invalid, Problem
from tocsin.stores.accounts import User
from tocsin.stores.invitations import Invitation
from tocsin.stores.projects import Role


class InvitationObject(Struct, kw_only=True):
    id: str
    email: str
    role: GivenRole
    by: Annotated[str, Meta(description="The address of whoever invited.")]
    sent: Moment
    expires: Moment


class NewInvitation(Struct, kw_only=True, forbid_unknown_fields=True):
    email: Annotated[str, Meta(description="Where it is mailed to.", examples=["bob@example.org"])]
    role: GivenRole
    id: Shown = UNSET
    by: Shown = UNSET
    sent: Shown = UNSET
    expires: Shown = UNSET


class Invitations(Struct):
    invitations: list[InvitationObject]
    next: Next


def listing(call: Call) -> Response:
    project, asked = project_in_path(call).id, call.asked(Paging)
    found = house().invitations.of_project(project, now=house().clock())
    page, following = cut(found, f"invitations {project}", _place, limit=asked.limit, cursor=asked.cursor)
    return reply(Invitations([_object(invitation) for invitation in page], following))


def _place(invitation: Invitation) -> str:
    return f"{iso(invitation.sent)} {invitation.id}"


def create(call: Call) -> Response:
    project, said = project_in_path(call), call.said(NewInvitation)
    try:
        made = invitations.invite(
            desk(),
            project=project,
            email=said.email,
            role=Role(said.role),
            inviter=_inviter(call),
            by=call.by.actor,
            now=house().clock(),
        )
    except invitations.InvalidInvitation as error:
        raise invalid(Invalid([Problem(name, "", sentence) for name, sentence in error.errors.items()])) from None
    except invitations.NotSent as error:
        raise Refusal(502, str(error)) from None
    return reply(_object(made), 201)


def _inviter(call: Call) -> User:
    """Whose key it is; an account takes its place in all projects with it. Raises Refusal."""
    user = house().accounts.get(call.by.opened.owner)
    if user is None:
        raise no_project()
    return user


def revoke(call: Call) -> Response:
    found = house().invitations.get(project_in_path(call).id, call.path["invitation"], now=house().clock())
    if found is None:
        raise Refusal(404, "There is no such invitation: it was accepted, revoked, or has expired.")
    invitations.revoke(desk(), invitation=found, by=call.by.actor, now=house().clock())
    return Response(status=204)


def _object(invitation: Invitation) -> InvitationObject:
    return InvitationObject(
        id=invitation.id,
        email=invitation.email,
        role=cast("GivenRole", invitation.role.value),
        by=invitation.by,
        sent=iso(invitation.sent),
        expires=iso(invitation.expires),
    )


_TOO_MANY = Answer(
    "So many were mailed by this person, or to this address, within a day.",
    ProblemDetails,
    "application/problem+json",
    ("Retry-After",),
)

ROUTES = (
    Route(
        ("GET",),
        "/projects/<id:project>/invitations/",
        listing,
        Needs.ACCOUNT_READ,
        "List the invitations to a project that wait for an answer, the oldest first",
        {200: Answer("The invitations.", Invitations), 404: NO_PROJECT},
        query=Paging,
        role=Role.MANAGER,
    ),
    Route(
        ("POST",),
        "/projects/<id:project>/invitations/",
        create,
        Needs.ACCOUNT_WRITE,
        "Invite somebody to a project, or again",
        {
            201: Answer("It is on its way, and good for 7 days.", InvitationObject),
            404: NO_PROJECT,
            429: _TOO_MANY,
            502: refused("The mail could not be sent; the invitation does not stand."),
        },
        body=NewInvitation,
        note="The link is in the mail alone. An earlier invitation to the same address is void then.",
        role=Role.MANAGER,
    ),
    Route(
        ("DELETE",),
        "/projects/<id:project>/invitations/<id:invitation>",
        revoke,
        Needs.ACCOUNT_WRITE,
        "Revoke an invitation",
        {
            204: Answer("Its link leads nowhere any more."),
            404: refused("There is no such project, or no such invitation waits for an answer."),
        },
        role=Role.MANAGER,
    ),
)

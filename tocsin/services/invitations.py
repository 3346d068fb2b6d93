"""Invitations to a team: mailed, sent again, revoked, accepted by whoever holds the link.

An account's address and the one that was written to need not be the same: people have several, and whoever reads the
mail is who was meant. The audit log has both.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.channels.addressee import InvalidAddress, checked_address
from tocsin.channels.port import DeliveryFailed
from tocsin.services import tokens as links
from tocsin.services.accounts import new_user
from tocsin.services.audit import NO_CHANGES, noted
from tocsin.services.edits import Changes
from tocsin.services.rate_limits import Limit, RateLimits, mailbox_of
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.audit import Act, Actor
from tocsin.stores.invitations import Invitation, Invitations, taking
from tocsin.stores.members import Member, MemberChanged, Members, joining
from tocsin.stores.projects import Project, Projects, Role
from tocsin.stores.table import Action, Put, TransactionLost
from tocsin.stores.tokens import Tokens, spending

LIFE = timedelta(days=7)
BY_PERSON = Limit("invite", 20, timedelta(days=1))
"""By account: invitations, and sending them again."""
BY_MAILBOX = Limit("invited", 6, timedelta(days=1))
"""By mailbox: whoever invites somebody to ever new projects must not fill it."""
_PURPOSE = "invitation"


class InvalidInvitation(ValueError):
    """A sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class NotSent(Exception):
    """The mail was not taken; the invitation does not stand. The message is a sentence for whoever asked."""


class NotInvited(Exception):
    """The link was used, revoked or has expired, the project is gone, or its sender may not invite any more."""


class AlreadyIn(Exception):
    """Whoever holds the link belongs to the project."""


class Desk(Struct, frozen=True):
    """What inviting takes: where things are kept, and how a letter leaves."""

    accounts: Accounts
    members: Members
    projects: Projects
    invitations: Invitations
    tokens: Tokens
    limits: RateLimits
    send: Callable[[Invitation, Project, str], None]
    """Mails a link for this token. Raises DeliveryFailed."""


class Invited(Struct, frozen=True):
    """What a link leads to."""

    invitation: Invitation
    project: Project


def invite(
    desk: Desk, *, project: Project, email: str, role: Role, inviter: User, now: datetime, by: Actor | None = None
) -> Invitation:
    """Mail an invitation, in place of an earlier one to this address. `by` did it for the inviter, if not they.

    Raises InvalidInvitation, NotSent, rate_limits.TooMany, ProjectClosed.
    """
    address = _address(email)
    if role is Role.OWNER:
        raise InvalidInvitation({"role": "A project has one owner: choose another role."})
    known = desk.accounts.by_email(address)
    if known and desk.members.get(project.id, known.id):
        raise InvalidInvitation({"email": f"{address} is in the team already."})
    return _mail(desk, project, address, role, inviter, by or _by(inviter), now)


def send_again(desk: Desk, *, project: Project, invitation: Invitation, inviter: User, now: datetime) -> Invitation:
    """Mail it anew, for another seven days; the old link leads nowhere then. Raises as invite."""
    return _mail(desk, project, invitation.email, invitation.role, inviter, _by(inviter), now)


def revoke(desk: Desk, *, invitation: Invitation, by: Actor, now: datetime) -> None:
    """Let its link lead nowhere. Done twice, or too late, it does no harm."""
    desk.tokens.revoke(invitation.digest)
    desk.invitations.withdraw(invitation, also=[_noted(invitation, "invitation.revoke", by=by, now=now)])


def behind(desk: Desk, *, token: str, now: datetime) -> Invited:
    """What the link leads to; it stays as it is. Raises NotInvited."""
    try:
        payload = links.peek(desk.tokens, purpose=_PURPOSE, text=token, now=now)
    except links.BadToken:
        raise NotInvited from None
    invitation = desk.invitations.get(payload["project"], payload["invitation"], now=now)
    project = desk.projects.get(payload["project"])
    if invitation is None or project is None or invitation.digest != links.digest_of(token):
        raise NotInvited
    if not _stands(desk, invitation):
        raise NotInvited
    return Invited(invitation, project)


def accept(desk: Desk, *, token: str, user: User, now: datetime) -> Project:
    """Let the user in: the link is used up with that. Raises NotInvited, and AlreadyIn, which leaves it as it is."""
    invited = behind(desk, token=token, now=now)
    invitation, project = invited.invitation, invited.project
    if desk.members.get(project.id, user.id):
        raise AlreadyIn
    try:
        desk.members.add(project.id, Member(user.id, invitation.role, now), also=_answered(invitation, user, now))
    except MemberChanged:
        raise NotInvited from None
    return project


def accept_as_new(desk: Desk, *, token: str, now: datetime) -> User:
    """Make an account for the address that was written to, and let it in with that.

    Without a password: they sign in by mailed links, until they set one. Raises NotInvited, EmailTaken.
    """
    invitation = behind(desk, token=token, now=now).invitation
    user = new_user(email=invitation.email, password=None, now=now)
    joined = joining(invitation.project, Member(user.id, invitation.role, now))
    try:
        desk.accounts.create(user, also=[*joined, *_answered(invitation, user, now)])
    except TransactionLost as lost:
        if not lost.lost:
            raise
        raise NotInvited from None
    return user


def _answered(invitation: Invitation, user: User, now: datetime) -> list[Action]:
    """What goes with joining: the link leads nowhere then, and the log of the project tells of it."""
    written_to = {} if user.email == invitation.email else {"invited": ("", invitation.email)}
    note = noted(
        invitation.project,
        "member.join",
        subject=user.id,
        name=user.email,
        by=Actor("user", user.email),
        now=now,
        changes={"role": ("", invitation.role.value), **written_to},
    )
    return [taking(invitation), spending(invitation.digest), note]


def _mail(desk: Desk, project: Project, email: str, role: Role, inviter: User, by: Actor, now: datetime) -> Invitation:
    """The letter goes last, and what it would lead to goes away if it does not."""
    desk.limits.take(BY_PERSON, inviter.id)
    desk.limits.take(BY_MAILBOX, mailbox_of(email))
    draft = Invitation(project.id, email, role, inviter.email, inviter.id, now, now + LIFE, "")
    earlier = desk.invitations.get(project.id, draft.id, now=now)
    payload = {"project": project.id, "invitation": draft.id}
    token = links.issue(desk.tokens, purpose=_PURPOSE, payload=payload, ttl=LIFE, now=now)
    made = Invitation(project.id, email, role, inviter.email, inviter.id, now, now + LIFE, links.digest_of(token))
    note = _noted(
        made,
        "invitation.create",
        by=by,
        now=now,
        changes={"role": (earlier.role.value if earlier else "", role.value)},
    )
    desk.invitations.put(made, also=[note])
    if earlier:
        desk.tokens.revoke(earlier.digest)
    try:
        desk.send(made, project, token)
    except DeliveryFailed as failure:
        revoke(desk, invitation=made, by=by, now=now)
        raise NotSent(f"The mail could not be sent: {failure}") from failure
    return made


def _by(inviter: User) -> Actor:
    return Actor("user", inviter.email)


def _stands(desk: Desk, invitation: Invitation) -> bool:
    """Whoever was shown the door, or may not invite any more, can't leave it open for others."""
    inviter = desk.members.get(invitation.project, invitation.inviter) if invitation.inviter else None
    return inviter is not None and inviter.role.reaches(Role.MANAGER)


def _address(email: str) -> str:
    try:
        return checked_address(email).lower()
    except InvalidAddress as error:
        raise InvalidInvitation({"email": str(error)}) from None


def _noted(invitation: Invitation, act: Act, *, by: Actor, now: datetime, changes: Changes = NO_CHANGES) -> Put:
    subject, name = invitation.id, invitation.email
    return noted(invitation.project, act, subject=subject, name=name, by=by, now=now, changes=changes)

"""Handing a project over: the owner proposes it to somebody of the team, who accepts or declines.

Whoever owned it stays as a manager. Nobody is made responsible without having said yes.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.services.audit import NO_CHANGES, noted
from tocsin.services.edits import Changes
from tocsin.services.team import Person, UnknownMember, person_of
from tocsin.stores.accounts import Accounts
from tocsin.stores.audit import Act, Actor
from tocsin.stores.members import Member, MemberChanged, Members
from tocsin.stores.projects import Role
from tocsin.stores.table import Put
from tocsin.stores.transfers import Transfer, TransferGone, Transfers, ending

LIFE = timedelta(days=7)


class NoTransfer(Exception):
    """Nothing is proposed to this person, or not any more."""


class NoHeir(ValueError):
    """The message is a sentence for whoever asked."""


class Proposal(Struct, frozen=True):
    """What waits for an answer, and between whom."""

    transfer: Transfer
    owner: Person
    heir: Person


class Notary(Struct, frozen=True):
    """What it takes."""

    accounts: Accounts
    members: Members
    transfers: Transfers


def proposal_of(notary: Notary, *, project: str, now: datetime) -> Proposal | None:
    """What waits for an answer; None too where one of the two is not on the team, or in the role, any more.

    An offer ends with the membership of whom it was made to: whoever came back later has not been asked.
    """
    transfer = notary.transfers.get(project, now=now)
    if transfer is None:
        return None
    try:
        owner, heir = (_person(notary, project, user) for user in (transfer.owner, transfer.heir))
    except UnknownMember:
        return None
    stands = owner.role is Role.OWNER and (heir.joined is None or heir.joined <= transfer.proposed)
    return Proposal(transfer, owner, heir) if stands else None


def propose(notary: Notary, *, project: str, owner: str, heir: str, by: Actor, now: datetime) -> Proposal:
    """Ask somebody of the team, in place of an earlier proposal. Raises NoHeir, ProjectClosed."""
    try:
        person = _person(notary, project, heir)
    except UnknownMember:
        raise NoHeir("Choose somebody of the team.") from None
    if person.id == owner:
        raise NoHeir("It is yours already: choose somebody else of the team.")
    transfer = Transfer(project, owner, heir, now, now + LIFE)
    notary.transfers.put(transfer, also=[_noted(transfer, "transfer.propose", person, by, now)])
    return Proposal(transfer, _person(notary, project, owner), person)


def withdraw(notary: Notary, *, proposal: Proposal, by: Actor, now: datetime) -> None:
    """Raises NoTransfer."""
    _end(notary, proposal, "transfer.withdraw", by, now)


def decline(notary: Notary, *, proposal: Proposal, by: Actor, now: datetime) -> None:
    """Raises NoTransfer."""
    _end(notary, proposal, "transfer.decline", by, now)


def accept(notary: Notary, *, proposal: Proposal, by: Actor, now: datetime) -> None:
    """Make the heir the owner, and the owner a manager, in one transaction. Raises NoTransfer."""
    transfer, heir = proposal.transfer, proposal.heir
    changes = {"owner": (proposal.owner.email, heir.email)}
    note = _noted(transfer, "transfer.accept", heir, by, now, changes)
    try:
        notary.members.hand_over(
            transfer.project, _member(proposal.owner), _member(heir), also=[ending(transfer), note]
        )
    except MemberChanged:
        raise NoTransfer from None


def _end(notary: Notary, proposal: Proposal, act: Act, by: Actor, now: datetime) -> None:
    try:
        notary.transfers.end(proposal.transfer, also=[_noted(proposal.transfer, act, proposal.heir, by, now)])
    except TransferGone:
        raise NoTransfer from None


def _person(notary: Notary, project: str, user: str) -> Person:
    return person_of(notary.members, notary.accounts, project=project, user=user)


def _member(person: Person) -> Member:
    return Member(person.id, person.role, person.joined)


def _noted(transfer: Transfer, act: Act, heir: Person, by: Actor, now: datetime, changes: Changes = NO_CHANGES) -> Put:
    return noted(transfer.project, act, subject=heir.id, name=heir.email, by=by, now=now, changes=changes)

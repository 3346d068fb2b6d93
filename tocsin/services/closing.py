"""Closing an account: what is its own goes with it, and what it shares stays with the others."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from tocsin.services.keys import UnknownKey, revoke_key
from tocsin.services.projects import UnknownProject, delete_project
from tocsin.services.team import UnknownMember, leave_project
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.audit import Actor
from tocsin.stores.channels import Channels
from tocsin.stores.checks import Checks
from tocsin.stores.identities import Identities
from tocsin.stores.keys import Keys
from tocsin.stores.members import Members
from tocsin.stores.projects import Project, Projects, Role


class Owned(Struct, frozen=True):
    """A project that would go with its owner."""

    project: Project
    others: int
    """So many more people work in it, and one of them may want to have it."""


class StillOwns(Exception):
    """There are projects, and nobody has said that they may go."""


class Estate(Struct, frozen=True):
    """Where everything is kept that somebody may leave behind."""

    accounts: Accounts
    members: Members
    projects: Projects
    checks: Checks
    channels: Channels
    keys: Keys
    identities: Identities


def owned(estate: Estate, *, user: User) -> Sequence[Owned]:
    """The projects that are the user's, by name."""
    mine = [project for project, role in estate.projects.roles_of_user(user.id) if role is Role.OWNER]
    found = [Owned(project, len(estate.members.of_project(project.id)) - 1) for project in mine]
    return sorted(found, key=lambda each: each.project.name.lower())


def close_account(estate: Estate, *, user: User, with_projects: bool, now: datetime) -> None:
    """Delete the account with all that is its own; what was cut off in the middle can be done again, and goes on.

    Its keys open nothing first, and the account itself goes last, so that its owner can still get in to go on.
    `with_projects`: those that it owns may go as well. Raises StillOwns, changing.Busy.
    """
    by = Actor("user", user.email)
    if not with_projects and owned(estate, user=user):
        raise StillOwns(user.id)
    for key in estate.keys.of_user(user.id):
        with suppress(UnknownKey):
            revoke_key(estate.keys, key=key, by=by, now=now)
    for project, role in estate.projects.roles_of_user(user.id):
        _part(estate, project, role, user=user, by=by, now=now)
    for identity in estate.identities.of_user(user.id):
        estate.identities.disconnect(user.id, identity.id)
    estate.accounts.clear(user)
    estate.accounts.delete(user)


def _part(estate: Estate, project: Project, role: Role, *, user: User, by: Actor, now: datetime) -> None:
    if role is not Role.OWNER:
        with suppress(UnknownMember):
            leave_project(estate.members, estate.accounts, project=project.id, user=user.id, by=by, now=now)
        return
    with suppress(UnknownProject):
        delete_project(estate.checks, estate.channels, estate.projects, estate.keys, project=project.id, by=by, now=now)

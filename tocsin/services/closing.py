"""Closing an account: what is its own goes with it, and what it shares stays with the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tocsin.services.changing import TRIES, Busy
from tocsin.services.factors import without_any
from tocsin.services.keys import UnknownKey, revoke_key
from tocsin.services.projects import UnknownProject, delete_project
from tocsin.services.sessions import Visit, renew
from tocsin.services.team import OwnerStays, UnknownMember, leave_project
from tocsin.stores.accounts import Accounts, User, UserChanged
from tocsin.stores.audit import Actor
from tocsin.stores.channels import Channels
from tocsin.stores.checks import Checks
from tocsin.stores.identities import Identities, IdentityGone
from tocsin.stores.keys import Keys
from tocsin.stores.members import Members
from tocsin.stores.projects import NotOwner, Project, Projects, Role
from tocsin.stores.sessions import Sessions


class Owned(Struct, frozen=True):
    """A project that would go with its owner."""

    project: Project
    others: int
    """So many more people work in it, and one of them may want to have it."""


class StillOwns(Exception):
    """There are projects of which nobody has said that they may go."""


class Estate(Struct, frozen=True):
    """Where everything is kept that somebody may leave behind."""

    accounts: Accounts
    members: Members
    projects: Projects
    checks: Checks
    channels: Channels
    keys: Keys
    identities: Identities
    sessions: Sessions


def owned(estate: Estate, *, user: User) -> Sequence[Owned]:
    """The projects that are the user's, by name."""
    mine = [project for project, role in estate.projects.roles_of_user(user.id) if role is Role.OWNER]
    found = [Owned(project, len(estate.members.of_project(project.id)) - 1) for project in mine]
    return sorted(found, key=lambda each: each.project.name.lower())


def close_account(estate: Estate, *, visit: Visit, may_go: Collection[str], now: datetime) -> None:
    """Delete the account with all that is its own; what was cut off in the middle can be done again, and goes on.

    All other sessions end and its keys open nothing first; the account itself goes last, so that its owner can still
    get in to go on. `may_go`: the ids of the projects of which they were told that they go as well, and no others do.
    Raises StillOwns, changing.Busy.
    """
    user, by = visit.user, Actor("user", visit.user.email)
    if not {each.project.id for each in owned(estate, user=user)} <= set(may_go):
        raise StillOwns(user.id)
    bare = without_any(estate.accounts, user=user)
    renew(estate.accounts, estate.sessions, old=visit, new=replace(user, factors=0), also=bare)
    for key in estate.keys.of_user(user.id):
        with suppress(UnknownKey):
            revoke_key(estate.keys, key=key, by=by, now=now)
    for project, role in estate.projects.roles_of_user(user.id):
        _part(estate, project, role, user=user, may_go=may_go, by=by, now=now)
    for identity in estate.identities.of_user(user.id):
        with suppress(IdentityGone):
            estate.identities.disconnect(user.id, identity.id)
    estate.accounts.clear(user)
    _delete(estate.accounts, user.id)


def _part(
    estate: Estate, project: Project, role: Role, *, user: User, may_go: Collection[str], by: Actor, now: datetime
) -> None:
    if role is not Role.OWNER:
        _leave(estate, project, user=user, by=by, now=now)
        return
    if project.id not in may_go:
        raise StillOwns(user.id)
    rooms = (estate.checks, estate.channels, estate.projects, estate.keys)
    try:
        delete_project(*rooms, project=project.id, owner=user.id, by=by, now=now)
    except UnknownProject:
        pass
    except NotOwner:  # whoever it was offered to has accepted at this moment
        _leave(estate, project, user=user, by=by, now=now)


def _leave(estate: Estate, project: Project, *, user: User, by: Actor, now: datetime) -> None:
    """What became theirs at this moment is a project that nobody said may go."""
    try:
        leave_project(estate.members, estate.accounts, project=project.id, user=user.id, by=by, now=now)
    except OwnerStays:
        raise StillOwns(user.id) from None
    except UnknownMember:
        pass


def _delete(accounts: Accounts, user_id: str) -> None:
    """Whatever address they have by now."""
    for _ in range(TRIES):
        user = accounts.get(user_id)
        if user is None:
            return
        with suppress(UserChanged):
            accounts.delete(user)
    if accounts.get(user_id):
        raise Busy(user_id)

"""The team of the filled site, and its API keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tests.fakes import SECRET
from tocsin.house import House, utc_now
from tocsin.services import accounts, handing_over, invitations
from tocsin.services.founding import found_project
from tocsin.services.keys import create_key
from tocsin.services.project_settings import save_settings
from tocsin.services.team import change_role
from tocsin.stores.audit import Actor
from tocsin.stores.keys import KeyKind
from tocsin.stores.members import Member
from tocsin.stores.projects import Role

TEAM: Mapping[str, Role] = {
    "grace@example.org": Role.MANAGER,
    "linus@example.org": Role.MEMBER,
    "barbara.liskov-of-the-second-data-centre@operations.example.org": Role.MEMBER,
    "office@example.org": Role.READ_ONLY,
}
_KEYS = (("deploy", KeyKind.READ_WRITE), ("Wall in the kitchen", KeyKind.READ_ONLY), ("", KeyKind.READ_WRITE))


def settle_people(house: House, *, project: str, owner: str, by: Actor) -> dict[str, str]:
    """Let them in, give out keys, and change a setting; returns what stands in the paths of their pages."""
    now = house.clock()
    ids = {}
    for days, (email, role) in enumerate(TEAM.items()):
        user = accounts.create_user(house.accounts, email=email, password=None, now=now)
        house.members.add(project, Member(user.id, role, now + timedelta(days=days)), also=[])
        ids["user_id"] = user.id
    for name, kind in _KEYS:
        key, _ = create_key(house.keys, kind=kind, owner=project, name=name, secret_key=SECRET, by=by, now=now)
        ids["key_id"] = key.id
    for kind in (KeyKind.ACCOUNT, KeyKind.ACCOUNT_READ_ONLY):
        key, _ = create_key(house.keys, kind=kind, owner=owner, name="laptop", secret_key=SECRET, by=by, now=now)
        ids["account_key_id"] = key.id
    change_role(house.members, house.accounts, project=project, user=ids["user_id"], role=Role.MEMBER, by=by, now=now)
    save_settings(
        house.checks, house.projects, project=project, name="Shop and home", log_days=90, log_count=None, by=by, now=now
    )
    return ids | {"token": _invite(house, project, owner), "offered_project_id": _offer(house, owner)}


def _offer(house: House, heir: str) -> str:
    """Let somebody want to hand their project over; returns its id."""
    owner = house.accounts.by_email("grace@example.org")
    assert owner
    facts = {"owner": owner, "name": "Old mail server", "secret_key": SECRET, "now": house.clock()}
    project = found_project(house.projects, house.checks, house.kinds, **facts)  # type: ignore[arg-type]
    house.members.add(project, Member(heir, Role.MEMBER, house.clock()), also=[])
    notary = handing_over.Notary(house.accounts, house.members, house.transfers)
    by = Actor("user", owner.email)
    handing_over.propose(notary, project=project, owner=owner.id, heir=heir, by=by, now=utc_now())
    return project


def _invite(house: House, project: str, owner: str) -> str:
    """Two people; returns the token in the link to one of them."""
    tokens: list[str] = []
    desk = invitations.Desk(
        *(house.accounts, house.members, house.projects, house.invitations, house.tokens, house.rate_limits),
        send=lambda *sent: tokens.append(str(sent[-1])),
    )
    into, inviter = house.projects.get(project), house.accounts.get(owner)
    assert into
    assert inviter
    for email, role in (("night-shift@example.org", Role.READ_ONLY), ("margaret@example.org", Role.MEMBER)):
        invitations.invite(desk, project=into, email=email, role=role, inviter=inviter, now=utc_now())
    return tokens[-1]

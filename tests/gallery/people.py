"""The team of the filled site, and its API keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tests.fakes import SECRET
from tocsin.house import House
from tocsin.services import accounts
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
    """Let them in, give out keys, and change a setting; returns the ids of one person and of one key of each kind."""
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
    return ids

"""What becomes of teams, each act with its name in docs/access-patterns.md; nameless ones set the scene."""

from __future__ import annotations

from collections.abc import Iterator

from flask.testing import FlaskClient

from tests.fakes import Scene
from tocsin.services import accounts, handing_over, invitations, team
from tocsin.services.project_settings import renew_ping_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.projects import Role


def teams(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house, now = scene.house, scene.clock()
    tokens: list[str] = []
    desk = invitations.Desk(
        *(house.accounts, house.members, house.projects, house.invitations, house.tokens, house.rate_limits),
        send=lambda *sent: tokens.append(str(sent[-1])),
    )
    project, owner = house.projects.get(scene.project), house.accounts.get(scene.owner)
    assert project is not None
    assert owner is not None
    guest = accounts.create_user(house.accounts, email="guest@example.org", password=None, now=now)
    yield ""
    for _ in range(2):
        invitations.invite(desk, project=project, email="eve@example.org", role=Role.MEMBER, inviter=owner, now=now)
        yield "" if len(tokens) == 1 else "invite somebody again"
    invitations.accept(desk, token=tokens[-1], user=guest, now=now)
    yield "accept an invitation"
    people = (house.members, house.accounts)
    team.people_of(*people, project=project.id)
    yield "list a team of two"
    team.change_role(*people, project=project.id, user=guest.id, role=Role.READ_ONLY, by=COMMAND, now=now)
    yield "change a role"
    renew_ping_key(house.projects, project=project.id, by=COMMAND, now=now)
    yield "renew the ping key"
    notary = handing_over.Notary(house.accounts, house.members, house.transfers)
    proposal = handing_over.propose(notary, project=project.id, owner=owner.id, heir=guest.id, by=COMMAND, now=now)
    yield "propose to hand a project over"
    handing_over.accept(notary, proposal=proposal, by=COMMAND, now=now)
    yield "take a project over"
    handing_over.propose(notary, project=project.id, owner=guest.id, heir=owner.id, by=COMMAND, now=now)
    invitations.invite(desk, project=project, email="eve@example.org", role=Role.MEMBER, inviter=guest, now=now)
    yield ""
    team.remove_member(*people, project=project.id, user=owner.id, by=COMMAND, now=now)
    yield "take somebody off the team"

"""Closing an account while other things happen, or in two goes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.fakes import SECRET, START, Scene
from tests.tables import Interposed, PowerCut
from tocsin.services import accounts, factors, projects, sessions
from tocsin.services.closing import Estate, StillOwns, close_account
from tocsin.services.sessions import Visit
from tocsin.stores.accounts import Accounts, User
from tocsin.stores.audit import COMMAND
from tocsin.stores.factors import Passkey
from tocsin.stores.members import Member, Members
from tocsin.stores.projects import Role
from tocsin.stores.sessions import Caller
from tocsin.stores.table import Table


def estate_of(scene: Scene) -> Estate:
    house = scene.house
    theirs = (house.accounts, house.members, house.projects, house.checks, house.channels, house.keys)
    return Estate(*theirs, house.identities, house.sessions)


def in_table(scene: Scene, table: Table) -> Estate:
    """With accounts in a table where something happens."""
    return replace(estate_of(scene), accounts=Accounts(table))


def user_of(scene: Scene) -> User:
    found = scene.house.accounts.get(scene.owner)
    assert found is not None
    return found


def visit_of(scene: Scene) -> Visit:
    _, visit = sessions.begin(
        scene.house.sessions, user=user_of(scene), by="password", caller=Caller(), now=scene.clock()
    )
    return visit


def close(scene: Scene, estate: Estate, visit: Visit) -> None:
    close_account(estate, visit=visit, may_go=[scene.project], now=scene.clock())


def after(calls: int, happens: Callable[[], object]) -> list[Callable[[], object]]:
    return [*([lambda: None] * calls), happens]


def test_address_that_moves_meanwhile_goes_too(scene: Scene) -> None:
    """Closed is what is said, so closed it must be."""
    visit = visit_of(scene)
    table = scene.house.table

    def move() -> None:
        Accounts(table).move(user_of(scene), "moved@example.org")

    # The first transaction begins the end, the second deletes the account.
    close(scene, in_table(scene, Interposed(table, before={"transact": after(1, move)})), visit)

    assert scene.house.accounts.get(scene.owner) is None
    assert scene.house.accounts.by_email("moved@example.org") is None
    accounts.create_user(scene.house.accounts, email="moved@example.org", password=None, now=scene.clock())


def test_closing_that_is_cut_off_leaves_nobody_outside(scene: Scene) -> None:
    """Factors go from the count as they go; other sessions have ended; and it can be done again."""
    passkey = Passkey("digest", b"id", b"key", "Laptop", START, alone=True)
    factors.add_passkey(scene.house.accounts, user=user_of(scene), passkey=passkey, caller=Caller(), now=scene.clock())
    other, visit = visit_of(scene), visit_of(scene)
    with pytest.raises(PowerCut):
        close(scene, in_table(scene, Interposed(scene.house.table, lives=1)), visit)

    user = user_of(scene)
    assert (user.two_step, scene.house.factors.held(scene.owner).passkeys) == (False, ())
    assert other.session.generation < user.generation
    close(scene, estate_of(scene), visit_of(scene))
    assert scene.house.accounts.get(scene.owner) is None


def test_project_that_becomes_theirs_meanwhile_stays(scene: Scene) -> None:
    """Nobody said that it may go; and somebody owns it then who is still there."""
    house, now = scene.house, scene.clock()
    bob = accounts.create_user(house.accounts, email="bob@example.org", password=None, now=now)
    made = projects.create_project(house.projects, name="Bob's", owner=bob.id, secret_key=SECRET, by=COMMAND, now=now)
    heir = Member(scene.owner, Role.MEMBER, now)
    house.members.add(made.id, heir, also=[])

    def hand_over() -> None:
        house.members.hand_over(made.id, Member(bob.id, Role.OWNER, None), heir, also=[])

    table = Interposed(house.table, before={"get": [hand_over]})
    with pytest.raises(StillOwns):
        close(scene, replace(estate_of(scene), members=Members(table)), visit_of(scene))

    assert house.projects.get(made.id) is not None
    assert house.accounts.get(scene.owner) is not None

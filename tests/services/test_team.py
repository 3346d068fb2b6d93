"""Teams, whatever comes between: one owner at any time, and nobody in who was taken off."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from tests.fakes import SECRET, Scene, through
from tests.tables import Interposed, PowerCut
from tocsin.house import House
from tocsin.services import accounts, handing_over, team
from tocsin.services.projects import create_project, delete_project
from tocsin.stores.audit import COMMAND
from tocsin.stores.members import Member, MemberChanged
from tocsin.stores.projects import NotOwner, Role
from tocsin.stores.table import Item, Key


def person(scene: Scene, name: str, role: Role | None = None) -> Member:
    """Somebody with an account; on the team if they have a role."""
    user = accounts.create_user(scene.house.accounts, email=f"{name}@example.org", password=None, now=scene.clock())
    member = Member(user.id, role or Role.MEMBER, scene.clock())
    if role:
        scene.house.members.add(scene.project, member, also=[])
    return member


def roles(scene: Scene) -> dict[str, Role]:
    """By the person's id, as it stands with the project; with the person it says the same."""
    found = {member.user: member.role for member in scene.house.members.of_project(scene.project)}
    assert found == {user: scene.house.projects.role(scene.project, user) for user in found}
    return found


def notary_of(scene: Scene) -> handing_over.Notary:
    return handing_over.Notary(scene.house.accounts, scene.house.members, scene.house.transfers)


def offered(scene: Scene, heir: Member) -> handing_over.Proposal:
    return handing_over.propose(
        notary_of(scene), project=scene.project, owner=scene.owner, heir=heir.user, by=COMMAND, now=scene.clock()
    )


def delete(scene: Scene, house: House, owner: str | None = None) -> None:
    rooms = (house.checks, house.channels, house.projects, house.keys)
    delete_project(*rooms, project=scene.project, owner=owner, by=COMMAND, now=scene.clock())


def test_two_heirs_at_once_make_one_owner(scene: Scene) -> None:
    """Whoever comes second finds that the owner of the offer is none any more."""
    first, second = person(scene, "first", Role.MEMBER), person(scene, "second", Role.MANAGER)
    house, owner = scene.house, Member(scene.owner, Role.OWNER)

    house.members.hand_over(scene.project, owner, first, also=[])
    with pytest.raises(MemberChanged):
        house.members.hand_over(scene.project, owner, second, also=[])

    assert roles(scene) == {scene.owner: Role.MANAGER, first.user: Role.OWNER, second.user: Role.MANAGER}


def test_heir_who_leaves_at_the_same_moment_is_not_made_the_owner(scene: Scene) -> None:
    """The old owner stays one."""
    heir = person(scene, "heir", Role.MEMBER)
    notary = handing_over.Notary(scene.house.accounts, scene.house.members, scene.house.transfers)
    asked = {"project": scene.project, "owner": scene.owner, "heir": heir.user}
    proposal = handing_over.propose(notary, **asked, by=COMMAND, now=scene.clock())
    scene.house.members.remove(scene.project, heir, also=[])

    with pytest.raises(handing_over.NoTransfer):
        handing_over.accept(notary, proposal=proposal, by=COMMAND, now=scene.clock())

    assert roles(scene) == {scene.owner: Role.OWNER}
    assert handing_over.proposal_of(notary, project=scene.project, now=scene.clock()) is None


def test_role_that_was_read_too_early_is_not_written(scene: Scene) -> None:
    """Two managers at once: the second decision is taken anew on what the first one left."""
    member = person(scene, "member", Role.MEMBER)
    people = (scene.house.members, scene.house.accounts)
    scene.house.members.change_role(scene.project, member, Role.MANAGER, also=[])

    with pytest.raises(MemberChanged):
        scene.house.members.change_role(scene.project, member, Role.READ_ONLY, also=[])
    team.change_role(
        *people, project=scene.project, user=member.user, role=Role.READ_ONLY, by=COMMAND, now=scene.clock()
    )

    assert roles(scene)[member.user] is Role.READ_ONLY
    with pytest.raises(MemberChanged):
        scene.house.members.add(scene.project, member, also=[])


def test_nobody_joins_a_project_that_is_going(scene: Scene) -> None:
    """Else a membership would outlive it."""
    house, late = scene.house, person(scene, "late")
    project = house.projects.get(scene.project)
    assert project is not None
    house.projects.shut(project)

    with pytest.raises(MemberChanged):
        house.members.add(scene.project, late, also=[])
    rooms = (house.checks, house.channels, house.projects, house.keys)
    delete_project(*rooms, project=scene.project, owner=None, by=COMMAND, now=scene.clock())

    assert house.projects.of_user(scene.owner) == []
    assert house.members.of_project(scene.project) == []


def test_owner_has_no_other_role_and_no_way_out(scene: Scene) -> None:
    people = (scene.house.members, scene.house.accounts)
    facts = {"project": scene.project, "user": scene.owner, "by": COMMAND, "now": scene.clock()}

    for act in (team.remove_member, team.leave_project):
        with pytest.raises(team.OwnerStays):
            act(*people, **facts)  # type: ignore[arg-type]
    for role in Role:
        with pytest.raises(team.OwnerStays):
            team.change_role(*people, **facts, role=role)  # type: ignore[arg-type]

    assert roles(scene) == {scene.owner: Role.OWNER}


def test_all_projects_of_a_person_are_found_however_many(scene: Scene) -> None:
    """More than the store hands out at once."""
    for n in range(101):
        create_project(
            scene.house.projects, name=f"P{n}", owner=scene.owner, secret_key=SECRET, by=COMMAND, now=scene.clock()
        )

    assert len(scene.house.projects.of_user(scene.owner)) == 102


def test_project_that_was_handed_over_is_not_deleted_by_whoever_had_it(scene: Scene) -> None:
    """They asked in time, and the heir said yes before the first thing went."""
    heir, check = person(scene, "heir", Role.MEMBER), scene.check()
    proposal = offered(scene, heir)

    def accept() -> None:
        handing_over.accept(notary_of(scene), proposal=proposal, by=COMMAND, now=scene.clock())

    with pytest.raises(NotOwner):
        delete(scene, through(scene, Interposed(scene.house.table, before={"transact": [accept]})), scene.owner)

    assert roles(scene) == {scene.owner: Role.MANAGER, heir.user: Role.OWNER}
    assert scene.read(check).project == scene.project
    scene.check()


def test_project_that_is_going_finds_no_heir(scene: Scene) -> None:
    """Else somebody would own it for a moment, and see it vanish."""
    proposal = offered(scene, person(scene, "heir", Role.MEMBER))
    with pytest.raises(PowerCut):
        delete(scene, through(scene, Interposed(scene.house.table, lives=2)), scene.owner)

    with pytest.raises(handing_over.NoTransfer):
        handing_over.accept(notary_of(scene), proposal=proposal, by=COMMAND, now=scene.clock())

    assert roles(scene)[scene.owner] is Role.OWNER


def test_owner_of_a_large_team_can_finish_what_was_cut_off(scene: Scene) -> None:
    """More people than one transaction takes: the owner is the last to go, with the project."""
    for n in range(50):
        member = Member(f"00000000-0000-4000-8000-{n:012d}", Role.MEMBER, scene.clock())
        scene.house.members.add(scene.project, member, also=[])

    with pytest.raises(PowerCut):
        # It is shut, its ping key and its channel go, then the first of its people.
        delete(scene, through(scene, Interposed(scene.house.table, lives=4)), scene.owner)
    assert len(scene.house.members.of_project(scene.project)) == 51 - 45
    delete(scene, scene.house, scene.owner)

    assert scene.house.members.of_project(scene.project) == []


def test_offer_ends_with_the_membership_of_whom_it_was_made_to(scene: Scene) -> None:
    """Whoever comes back, in a lesser role perhaps, finds nothing to say yes to."""
    house, heir = scene.house, person(scene, "heir", Role.MANAGER)
    old = offered(scene, heir)
    team.remove_member(
        house.members, house.accounts, project=scene.project, user=heir.user, by=COMMAND, now=scene.clock()
    )
    again = Member(heir.user, Role.MANAGER, scene.clock.advance(minutes=1))
    house.members.add(scene.project, again, also=[])

    assert handing_over.proposal_of(notary_of(scene), project=scene.project, now=scene.clock()) is None
    with pytest.raises(handing_over.NoTransfer):
        handing_over.accept(notary_of(scene), proposal=old, by=COMMAND, now=scene.clock())
    assert roles(scene) == {scene.owner: Role.OWNER, heir.user: Role.MANAGER}

    offered(scene, again)
    assert handing_over.proposal_of(notary_of(scene), project=scene.project, now=scene.clock()) is not None


def test_project_that_is_no_sooner_made_than_asked_for_is_found(scene: Scene) -> None:
    """Reading many at once may lag behind; what decides over an account must not."""

    class Lagging(Interposed):
        def batch_get(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
            return {}

    projects = through(scene, Lagging(scene.house.table)).projects

    assert [(project.id, role) for project, role in projects.roles_of_user(scene.owner)] == [
        (scene.project, Role.OWNER)
    ]


def test_clearing_an_account_takes_no_project_from_its_owner(scene: Scene) -> None:
    """One that they founded at the last moment, or joined, knows them still."""
    user = scene.house.accounts.get(scene.owner)
    assert user is not None
    scene.house.accounts.clear(user)

    assert scene.house.projects.role(scene.project, scene.owner) is Role.OWNER
    delete(scene, scene.house)
    assert scene.house.projects.role(scene.project, scene.owner) is None

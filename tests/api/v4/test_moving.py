"""Checks that go to another project over the API."""

from __future__ import annotations

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tocsin.stores.members import Member
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_moved_check_keeps_its_address_and_tells_the_channels_there(
    program: Program, account: Program, stranger: Program
) -> None:
    """Its key is not needed in the other project: the person's role is. Both projects are told who did it."""
    program.scene.house.members.add(stranger.scene.project, Member(program.scene.owner, Role.MEMBER), also=[])
    made = program.make(name="Nightly", channels="*")

    moved = told(account.post(f"/checks/{made['uuid']}/move", {"project": stranger.scene.project}))

    changed = {"project": stranger.scene.project, "channels": [stranger.scene.channel_id]}
    assert moved == made | changed == stranger.show(made["uuid"])
    assert refused(program.get(f"/checks/{made['uuid']}"), 404)
    for side in (program, stranger):
        [entry] = side.audit("?act=check.move")
        assert (entry["subject"], entry["actor"]["kind"]) == (made["uuid"], "key")


def test_check_goes_nowhere_that_its_mover_may_not(program: Program, account: Program, stranger: Program) -> None:
    """Neither to what is not there or not theirs, which are one, nor where they may only look."""
    made = program.make(name="Nightly")
    path, theirs = f"/checks/{made['uuid']}/move", stranger.scene.project

    answers = {refused(account.post(path, {"project": project}), 404) for project in (theirs, NOWHERE)}
    assert len(answers) == 1
    program.scene.house.members.add(theirs, Member(program.scene.owner, Role.READ_ONLY), also=[])
    assert "takes the role member" in refused(account.post(path, {"project": theirs}), 403)
    assert list(faults(account.post(path, {}))) == ["project"]
    assert program.show(made["uuid"]) == made


def test_check_that_was_changed_meanwhile_stays(program: Program, account: Program, stranger: Program) -> None:
    program.scene.house.members.add(stranger.scene.project, Member(program.scene.owner, Role.MEMBER), also=[])
    made = program.make(name="Nightly")
    seen = account.get(f"/checks/{made['uuid']}").headers["ETag"]
    program.change(made["uuid"], name="Weekly")
    moving = (f"/checks/{made['uuid']}/move", {"project": stranger.scene.project})
    assert refused(account.post(*moving, If_Match=seen), 412)
    assert program.show(made["uuid"])["name"] == "Weekly"

"""The team of a project over the API."""

from __future__ import annotations

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene
from tocsin.stores.projects import Role

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def team(scene: Scene) -> str:
    return f"/projects/{scene.project}/members/"


def test_members_are_listed_changed_and_removed(account: Program, scene: Scene) -> None:
    """The owner first, then by role; and the audit log has the key that did it."""
    scene.clock.advance(hours=1)
    bob, carol = scene.join("bob@example.org"), scene.join("carol@example.org", Role.MANAGER)

    listed = account.all(f"{team(scene)}?limit=1", "members")
    assert [(each["email"], each["role"]) for each in listed] == [
        ("alice@example.org", "owner"),
        ("carol@example.org", "manager"),
        ("bob@example.org", "member"),
    ]
    assert listed[0]["joined"] is None
    assert listed[2] == {
        "id": bob,
        "email": "bob@example.org",
        "role": "member",
        "joined": "2026-03-01T13:00:00.000000+00:00",
    }
    edited = told(account.patch(f"{team(scene)}{bob}", listed[2] | {"role": "read-only"}))
    assert edited == listed[2] | {"role": "read-only"}
    assert scene.house.projects.role(scene.project, bob) is Role.READ_ONLY
    assert account.delete(f"{team(scene)}{carol}").data == b""
    assert scene.house.projects.role(scene.project, carol) is None
    assert refused(account.delete(f"{team(scene)}{carol}"), 404) == "Nobody with this id belongs to the project."
    noted = account.audit(f"?project={scene.project}")[:2]
    assert {(entry["act"], entry["actor"]["kind"]) for entry in noted} == {
        ("member.remove", "key"),
        ("member.role", "key"),
    }


def test_owner_stays_the_owner(account: Program, scene: Scene) -> None:
    """Nobody else is made one, either."""
    bob = scene.join("bob@example.org")
    assert "handed over" in refused(account.patch(f"{team(scene)}{scene.owner}", {"role": "member"}), 409)
    assert "handed over" in refused(account.delete(f"{team(scene)}{scene.owner}"), 409)
    assert list(faults(account.patch(f"{team(scene)}{bob}", {"role": "owner"}))) == ["role"]
    assert refused(account.patch(f"{team(scene)}{NOWHERE}", {"role": "member"}), 404)
    assert [each["role"] for each in account.all(team(scene), "members")] == ["owner", "member"]

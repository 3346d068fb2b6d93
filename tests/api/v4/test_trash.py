"""Deleted checks over the API: listed for a week, restored one by one."""

from __future__ import annotations

from tests.api.v4.program import NOWHERE, Program, refused, told
from tests.fakes import Scene
from tocsin.domain.check import unique_key


def test_deleted_checks_are_listed_and_restored(program: Program, scene: Scene) -> None:
    """The last deleted first, with who did it and until when they rest; a restored one is what it was."""
    made = program.make(name="Nightly", slug="nightly", tags=["prod"], timeout=60)
    program.delete(f"/checks/{made['uuid']}")
    scene.clock.advance(hours=1)
    told(program.post("/checks/bulk", {"act": "delete", "filter": {"uuids": [program.make()["uuid"]]}}))

    listed = program.all("/checks/deleted/?limit=1", "checks")

    assert [check["name"] for check in listed] == ["", "Nightly"]
    assert listed[1] == {
        "uuid": made["uuid"],
        "unique_key": made["unique_key"],
        "name": "Nightly",
        "slug": "nightly",
        "tags": ["prod"],
        "deleted": "2026-03-01T12:00:00.000000+00:00",
        "deleted_by": {"kind": "key", "name": f"deploy ({str(program.key)[:8]}…)"},
        "until": "2026-03-08T12:00:00.000000+00:00",
    }
    assert told(program.post(f"/checks/{made['uuid']}/restore")) == made == program.show(made["uuid"])
    assert "restored already" in refused(program.post(f"/checks/{made['uuid']}/restore"), 404)
    assert "no check" in refused(program.post(f"/checks/{NOWHERE}/restore"), 404).lower()
    scene.clock.advance(days=7)
    assert program.all("/checks/deleted/", "checks") == []


def test_read_only_keys_are_told_no_address_of_what_is_deleted(program: Program, reader: Program) -> None:
    made = program.make(name="Nightly")
    program.delete(f"/checks/{made['uuid']}")
    [check] = told(reader.get("/checks/deleted/"))["checks"]
    assert (check["name"], check["unique_key"]) == ("Nightly", unique_key(made["uuid"]))
    assert made["uuid"] not in str(check)

"""What a check's status is said to be, in every version, and what a change of its schedule does (2.2, 2.4, 3.1)."""

from __future__ import annotations

import pytest

from tests.api.classic.program import Program, told
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind

HOUR, MINUTE = 3600, 60
NOON, LATER = "2026-03-01T12:00:00+00:00", "2026-03-01T12:30:00+00:00"


def statuses(program: Program, check: str) -> list[tuple[str, bool]]:
    """By version; what the list says is what the check itself says, whichever key asks."""
    found = []
    for version in (1, 2, 3):
        speaking = program.speaking(version)
        shown = speaking.show(check)
        assert speaking.listed()[0] == shown
        assert speaking.reading().show(check)["status"] == shown["status"]
        found.append((shown["status"], shown["started"]))
    return found


def alike(status: str, started: bool = False) -> list[tuple[str, bool]]:
    return [(status, started)] * 3


def running(status: str) -> list[tuple[str, bool]]:
    """A run is under way: version 1 says so in the status."""
    return [("started", True), (status, True), (status, True)]


def test_silence(program: Program) -> None:
    """Up, late from the end of the period on, down from the end of the grace time on; before any tick."""
    check = program.make(timeout=HOUR, grace=MINUTE)["uuid"]
    assert statuses(program, check) == alike("new")
    program.scene.ping(check)
    for seconds, status in ((0, "up"), (3599, "up"), (1, "grace"), (59, "grace"), (1, "down"), (99999, "down")):
        program.scene.clock.advance(seconds=seconds)
        assert statuses(program, check) == alike(status)
    assert program.scene.read(check).check.status is Status.UP


def test_next_ping_is_where_the_grace_time_begins(program: Program) -> None:
    check = program.make(timeout=HOUR, grace=MINUTE)["uuid"]
    assert (program.show(check)["last_ping"], program.show(check)["next_ping"]) == (None, None)
    program.scene.ping(check)
    assert (program.show(check)["last_ping"], program.show(check)["next_ping"]) == (NOON, "2026-03-01T13:00:00+00:00")
    program.scene.clock.advance(hours=1)
    assert (program.show(check)["status"], program.show(check)["next_ping"]) == ("grace", "2026-03-01T13:00:00+00:00")
    program.scene.ping(check, Kind.FAIL)
    assert (program.show(check)["last_ping"], program.show(check)["next_ping"]) == ("2026-03-01T13:00:00+00:00", None)


def test_next_ping_of_a_schedule(program: Program) -> None:
    """In the check's zone, told in UTC."""
    check = program.make(schedule="30 4 * * *", tz="America/New_York")["uuid"]
    program.scene.ping(check)
    assert program.show(check)["next_ping"] == "2026-03-02T09:30:00+00:00"


@pytest.mark.parametrize("state", ["new", "up", "down", "paused"])
def test_run_under_way(program: Program, state: str) -> None:
    """Only version 1 calls the check started; all have it beside the status. Overrun, it is down in all of them."""
    check = program.make(timeout=2 * HOUR, grace=HOUR)["uuid"]
    if state == "paused":
        program.post(f"/checks/{check}/pause")
    elif state != "new":
        program.scene.ping(check, Kind.SUCCESS if state == "up" else Kind.FAIL)
    program.scene.clock.advance(minutes=30)
    program.scene.ping(check, Kind.START)
    assert statuses(program, check) == running(state)
    assert program.show(check)["next_ping"] == (None if state == "down" else LATER)
    program.scene.clock.advance(seconds=HOUR - 1)
    assert statuses(program, check) == running(state)
    program.scene.clock.advance(seconds=1)
    assert statuses(program, check) == alike("down", started=True)
    program.scene.ping(check)
    assert statuses(program, check) == alike("up")


def test_start_in_the_grace_time_hides_it_in_version_1(program: Program) -> None:
    """A check that is late stays late, with a run under way."""
    check = program.make(timeout=HOUR, grace=HOUR)["uuid"]
    program.scene.ping(check)
    program.scene.clock.advance(minutes=90)
    program.scene.ping(check, Kind.START)
    assert statuses(program, check) == running("grace")
    assert program.show(check)["next_ping"] == "2026-03-01T13:00:00+00:00"


def test_overrun_stays_started(program: Program) -> None:
    """After the tick as well, until the job says how it ended; nobody is told twice."""
    check = program.make(timeout=2 * HOUR, grace=HOUR, channels="*")["uuid"]
    program.scene.ping(check, Kind.START)
    program.scene.clock.advance(hours=1)
    program.scene.house.tick()
    assert statuses(program, check) == alike("down", started=True)
    program.scene.clock.advance(hours=5)
    program.scene.house.tick()
    assert statuses(program, check) == alike("down", started=True)
    assert program.scene.told() == ["down"]


def test_answers_of_acts_have_their_versions_status(program: Program) -> None:
    """Update and upsert answer as a look does."""
    for version, status in ((1, "started"), (2, "new"), (3, "new")):
        speaking = program.speaking(version)
        check = speaking.make(name=f"In {version}")["uuid"]
        program.scene.ping(check, Kind.START)
        assert speaking.change(check, desc="x")["status"] == status
        again = told(speaking.post("/checks/", {"name": f"In {version}", "unique": ["name"]}))
        assert (again["uuid"], again["status"], again["started"]) == (check, status, True)
        gone = told(speaking.delete(f"/checks/{check}"))
        assert (gone["status"], gone["started"]) == (status, True)


def test_change_that_makes_overdue_is_noticed_by_the_tick(program: Program) -> None:
    """Shown at once, stored and told by the tick; the flip says when it should have been noticed."""
    check = program.make(timeout=HOUR, grace=MINUTE, channels="*")["uuid"]
    program.scene.ping(check)
    program.scene.clock.advance(minutes=30)
    assert program.change(check, timeout=MINUTE)["status"] == "down"
    assert statuses(program, check) == alike("down")
    assert program.scene.read(check).check.status is Status.UP
    assert len(program.scene.flips(check)) == 1
    program.scene.house.tick()
    assert program.scene.read(check).check.status is Status.DOWN
    assert program.scene.told() == ["down"]
    flip = told(program.get(f"/checks/{check}/flips/"))["flips"][0]
    assert flip == {"timestamp": "2026-03-01T12:02:00+00:00", "up": 0}


@pytest.mark.parametrize("change", [{"timeout": HOUR}, {"grace": HOUR}, {"schedule": "0 0 1 1 *"}])
def test_change_that_gives_time_back_is_heeded(program: Program, change: dict[str, object]) -> None:
    """A check that fell due, but was not noticed yet, is up again, and nobody is told."""
    check = program.make(timeout=MINUTE, grace=MINUTE, channels="*")["uuid"]
    program.scene.ping(check)
    program.scene.clock.advance(minutes=2)
    assert program.show(check)["status"] == "down"
    assert program.change(check, **change)["status"] in ("up", "grace")
    program.scene.house.tick()
    assert program.scene.read(check).check.status is Status.UP
    assert program.scene.told() == []


def test_shorter_time_rings_when_it_is_over(program: Program) -> None:
    """The clock is wound anew by a change; a check that was down long ago is not told again."""
    check = program.make(timeout=24 * HOUR, grace=HOUR, channels="*")["uuid"]
    program.scene.ping(check)
    program.change(check, timeout=10 * MINUTE, grace=MINUTE)
    program.scene.clock.advance(seconds=659)
    program.scene.house.tick()
    assert program.scene.told() == []
    program.scene.clock.advance(seconds=1)
    program.scene.house.tick()
    assert program.scene.told() == ["down"]
    program.change(check, timeout=MINUTE)
    program.scene.house.tick()
    assert program.scene.told() == ["down"]


def test_shorter_grace_catches_a_run(program: Program) -> None:
    """A run that is under way is timed by the grace time of now."""
    check = program.make(timeout=24 * HOUR, grace=HOUR, channels="*")["uuid"]
    program.scene.ping(check, Kind.START)
    program.scene.clock.advance(minutes=5)
    assert program.change(check, grace=MINUTE)["status"] == "down"
    program.scene.house.tick()
    assert program.scene.told() == ["down"]

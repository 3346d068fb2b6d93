"""Pause, resume, delete (3.2, 2.4, and 10, 9)."""

from __future__ import annotations

import pytest

from tests.api.classic.program import Program, refused, told
from tests.tables import everything
from tocsin.domain.check import Status, unique_key
from tocsin.domain.ping import Kind

STATES = {"new": None, "up": Kind.SUCCESS, "down": Kind.FAIL, "started": Kind.START}


def in_state(program: Program, state: str, **fields: object) -> str:
    check: str = program.make(channels="*", **fields)["uuid"]
    if kind := STATES[state]:
        program.scene.ping(check, kind)
    return check


def told_so_far(program: Program) -> list[str]:
    program.scene.house.tick()
    return program.scene.told()


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("version", [1, 2, 3])
def test_pause(program: Program, state: str, version: int) -> None:
    """From any status, with no run under way from then on; what came before stays to be seen."""
    check = in_state(program, state)
    before = program.speaking(version).show(check)
    told_before = told_so_far(program)
    paused = told(program.speaking(version).post(f"/checks/{check}/pause"))
    assert paused == before | {"status": "paused", "started": False, "next_ping": None}
    assert program.speaking(version).show(check) == paused
    assert told_so_far(program) == told_before


def test_pausing_twice_changes_nothing(program: Program) -> None:
    """And is answered like the first time, whatever is sent with it."""
    check = in_state(program, "up")
    paused = told(program.post(f"/checks/{check}/pause"))
    program.scene.clock.advance(hours=1)
    flips = program.scene.flips(check)
    assert told(program.post(f"/checks/{check}/pause", {"name": "not heeded", "timeout": 1})) == paused
    assert program.show(check) == paused
    assert program.scene.flips(check) == flips


@pytest.mark.parametrize("state", STATES)
def test_paused_check_is_not_watched(program: Program, state: str) -> None:
    """No silence and no overrun is noticed any more."""
    check = in_state(program, state)
    program.post(f"/checks/{check}/pause")
    told_before = told_so_far(program)
    program.scene.clock.advance(days=400)
    assert told_so_far(program) == told_before
    assert program.show(check)["status"] == "paused"


@pytest.mark.parametrize("state", STATES)
def test_resume(program: Program, state: str) -> None:
    """New, as if it had never been pinged, but for the count; nobody is told."""
    check = in_state(program, state)
    pings = program.show(check)["n_pings"]
    program.post(f"/checks/{check}/pause")
    told_before = told_so_far(program)
    resumed = told(program.post(f"/checks/{check}/resume"))
    assert (resumed["status"], resumed["started"], resumed["n_pings"]) == ("new", False, pings)
    assert (resumed["last_ping"], resumed["next_ping"]) == (None, None)
    assert program.show(check) == resumed
    program.scene.clock.advance(days=400)
    assert told_so_far(program) == told_before


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("version", [1, 3])
def test_resume_of_what_is_not_paused(program: Program, state: str, version: int, store_url: str) -> None:
    """A conflict, in one sentence that is no JSON."""
    check = in_state(program, state)
    before = everything(store_url)
    response = program.speaking(version).post(f"/checks/{check}/resume")
    assert refused(response) == (409, "check is not paused")
    assert everything(store_url) == before


def test_resume_once(program: Program) -> None:
    check = in_state(program, "up")
    program.post(f"/checks/{check}/pause")
    assert program.post(f"/checks/{check}/resume").status_code == 200
    assert program.post(f"/checks/{check}/resume").status_code == 409


def test_resume_of_a_check_that_pings_do_not_resume(program: Program) -> None:
    """Pings are ignored while it is paused, and heard once it was resumed by hand."""
    check = in_state(program, "up", manual_resume=True)
    url = program.show(check)["ping_url"]
    program.post(f"/checks/{check}/pause")
    assert program.client.get(url).text == "OK"
    assert (program.show(check)["status"], program.show(check)["n_pings"]) == ("paused", 2)
    assert program.post(f"/checks/{check}/resume").status_code == 200
    program.client.get(url)
    assert (program.show(check)["status"], program.show(check)["n_pings"]) == ("up", 3)


@pytest.mark.parametrize(("kind", "status"), [(Kind.SUCCESS, "up"), (Kind.FAIL, "down")])
def test_ping_resumes(program: Program, kind: Kind, status: str) -> None:
    """A success is no news, a failure is."""
    check = in_state(program, "new")
    program.post(f"/checks/{check}/pause")
    program.scene.ping(check, kind)
    assert program.show(check)["status"] == status
    assert told_so_far(program) == ([] if status == "up" else ["down"])


@pytest.mark.parametrize("version", [1, 2, 3])
@pytest.mark.parametrize("state", STATES)
def test_delete(program: Program, version: int, state: str) -> None:
    """The answer is the check as it was; from then on it is nowhere."""
    check, other = in_state(program, state), program.make(name="Other")["uuid"]
    before = program.speaking(version).show(check)
    assert told(program.speaking(version).delete(f"/checks/{check}")) == before
    assert [left["uuid"] for left in program.listed()] == [other]
    for name in (check, unique_key(check)):
        for what in ("", "/flips/"):
            assert program.get(f"/checks/{name}{what}").status_code == 404
    for what in ("/pings/", "/pings/1/body"):
        assert program.get(f"/checks/{check}{what}").status_code == 404
    for what in ("", "/pause", "/resume"):
        assert program.post(f"/checks/{check}{what}").status_code == 404
    assert program.delete(f"/checks/{check}").status_code == 404


def test_deleted_check_takes_no_pings(program: Program) -> None:
    """By id and by slug; a new one with that slug is pinged by it."""
    made = program.make(slug="nightly")
    program.delete(f"/checks/{made['uuid']}")
    by_slug = f"/ping/{program.scene.ping_key}/nightly"
    assert program.client.get(made["ping_url"]).status_code == 404
    assert program.client.get(by_slug).status_code == 404
    assert program.client.get(made["badge_url"]).status_code == 404
    again = program.make(slug="nightly")["uuid"]
    assert program.client.get(by_slug).text == "OK"
    assert program.show(again)["n_pings"] == 1


def test_deleted_check_rings_no_more(program: Program) -> None:
    """Neither by silence nor by what was about to be told."""
    check = in_state(program, "up")
    program.delete(f"/checks/{check}")
    program.scene.clock.advance(days=400)
    assert told_so_far(program) == []


def test_acts_are_stored_as_flips_without_news(program: Program) -> None:
    check = in_state(program, "up")
    program.post(f"/checks/{check}/pause")
    program.post(f"/checks/{check}/resume")
    flips = [(flip.old, flip.new, flip.alerts) for flip in program.scene.flips(check)]
    assert flips == [
        (Status.PAUSED, Status.NEW, False),
        (Status.UP, Status.PAUSED, False),
        (Status.NEW, Status.UP, False),
    ]

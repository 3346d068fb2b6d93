"""One act on many checks: which are meant, what is done to each, and how it goes on after the first lot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene
from tests.tables import everything


@pytest.fixture
def ids(scene: Scene) -> list[str]:
    """Five checks; odd ones are of production."""
    found = []
    for number in range(5):
        scene.clock.advance(seconds=1)
        found.append(scene.check(name=f"Job {number}", slug=f"job-{number}", tags="prod db" if number % 2 else "test"))
    return found


def bulk(program: Program, act: str, which: dict[str, Any], **more: object) -> dict[str, Any]:
    return told(program.post("/checks/bulk", {"act": act, "filter": which} | more))


@pytest.mark.parametrize(
    ("which", "meant"),
    [
        ({"all": True}, [0, 1, 2, 3, 4]),
        ({"tags": ["prod"]}, [1, 3]),
        ({"tags": ["prod", "test"]}, []),
        ({"slug": "job-2"}, [2]),
        ({"name": "Job 3"}, [3]),
        ({"search": "JOB"}, [0, 1, 2, 3, 4]),
        ({"status": ["paused", "down"]}, []),
        ({"status": ["new"], "tags": ["test"]}, [0, 2, 4]),
    ],
)
def test_filter_picks_what_fits_all_of_it(
    program: Program, ids: list[str], which: dict[str, Any], meant: list[int]
) -> None:
    done = bulk(program, "pause", which)
    assert done == {
        "matched": len(meant),
        "changed": len(meant),
        "checks": [{"uuid": ids[n], "name": f"Job {n}", "changed": True, "error": None} for n in meant],
        "next": None,
    }
    assert program.names("?status=paused") == [f"Job {n}" for n in meant]


def test_ids_that_lead_to_nothing_are_told_as_errors(program: Program, stranger: Program, ids: list[str]) -> None:
    """Unknown, somebody else's, or left out by the rest of the filter; each id counts once."""
    theirs = stranger.make()["uuid"]
    done = bulk(program, "delete", {"uuids": [ids[1], NOWHERE, ids[0], theirs, ids[1]], "tags": ["prod"]})
    assert [(each["uuid"], each["changed"]) for each in done["checks"]] == [
        (ids[1], True),
        (NOWHERE, False),
        (ids[0], False),
        (theirs, False),
    ]
    assert {each["error"] for each in done["checks"][1:]} == {
        "There is no such check in this project, or the rest of the filter leaves it out."
    }
    assert (done["matched"], done["changed"]) == (1, 1)
    assert bulk(program, "delete", {"uuids": [theirs]})["matched"] == 0
    assert stranger.names() == [""]
    assert bulk(program, "pause", {"uuids": []})["checks"] == []


def test_what_is_so_already_is_no_change_and_no_error(program: Program, ids: list[str]) -> None:
    program.post(f"/checks/{ids[1]}/pause")
    paused = bulk(program, "pause", {"tags": ["prod"]})
    assert [(each["changed"], each["error"]) for each in paused["checks"]] == [(False, None), (True, None)]
    program.post(f"/checks/{ids[3]}/resume")
    resumed = bulk(program, "resume", {"all": True})
    assert [each["name"] for each in resumed["checks"] if each["changed"]] == ["Job 1"]
    assert (resumed["matched"], resumed["changed"]) == (5, 1)


def test_tags_come_and_go(program: Program, ids: list[str]) -> None:
    done = bulk(program, "tag", {"all": True}, add_tags=["eu", "db"], remove_tags=["test", "db2"])
    assert done["changed"] == 5
    assert program.show(ids[0])["tags"] == ["eu", "db"]
    assert program.show(ids[1])["tags"] == ["prod", "db", "eu"]
    assert bulk(program, "tag", {"all": True}, add_tags=["eu"])["changed"] == 0


def test_check_that_cannot_be_changed_does_not_stop_the_others(program: Program, ids: list[str]) -> None:
    """Its tags would be too long: it says so, before and when it is done, and the next lot goes on behind it."""
    program.change(ids[2], tags=["t" * 495])
    for dry_run in (True, False):
        cursor: str | None = None
        told_of: list[dict[str, Any]] = []
        while cursor or not told_of:
            done = bulk(program, "tag", {"all": True}, add_tags=["europe"], dry_run=dry_run, limit=2, cursor=cursor)
            assert done["changed"] == done["matched"] - (len(told_of) == 2)
            told_of += done["checks"]
            cursor = done["next"]
        assert [each["changed"] for each in told_of] == [True, True, False, True, True]
        assert told_of[2]["error"] == "tags: At most 500 characters"
    assert program.names("?tag=europe") == ["Job 0", "Job 1", "Job 3", "Job 4"]


def test_channels_are_added_and_taken_away(program: Program, stranger: Program, ids: list[str], scene: Scene) -> None:
    """Of the project's own; one that is gone can be taken away, and none of another project's be added."""
    another, theirs = scene.hang_up(), stranger.scene.channel_id
    told_of = bulk(program, "channels", {"uuids": ids[:2]}, add_channels=[another], remove_channels=[scene.channel_id])
    assert told_of["changed"] == 2
    assert program.show(ids[0])["channels"] == [another]
    assert bulk(program, "channels", {"all": True}, remove_channels=[NOWHERE])["changed"] == 0
    body = {"act": "channels", "filter": {"all": True}, "add_channels": [theirs]}
    assert "no channel of this project" in faults(program.post("/checks/bulk", body))["add_channels"]
    assert theirs not in str(told(program.get("/checks/")))


@pytest.mark.parametrize(("act", "more"), [("pause", {}), ("resume", {}), ("delete", {}), ("tag", {"add_tags": ["x"]})])
def test_dry_run_says_what_would_be_done_and_writes_nothing(
    program: Program, ids: list[str], store_url: str, act: str, more: dict[str, Any]
) -> None:
    program.post(f"/checks/{ids[4]}/pause")
    before = everything(store_url)
    foreseen = bulk(program, act, {"all": True}, dry_run=True, **more)
    assert everything(store_url) == before
    assert bulk(program, act, {"all": True}, **more) == foreseen


@pytest.mark.parametrize("act", ["pause", "delete"])
def test_cursor_goes_on_until_all_are_done(program: Program, ids: list[str], act: str) -> None:
    """Though what was deleted is gone, and what was paused fits the filter no more."""
    which, cursor, seen = {"status": ["new"]}, None, []
    while True:
        done = bulk(program, act, which, limit=2, cursor=cursor)
        seen += [each["uuid"] for each in done["checks"]]
        cursor = done["next"]
        if cursor is None:
            break
    assert seen == ids
    assert program.names("?status=new") == []


def test_cursor_of_ids_goes_on_in_their_list(program: Program, ids: list[str]) -> None:
    which = {"uuids": [*ids[::-1], NOWHERE]}
    first = bulk(program, "pause", which, limit=4)
    assert [each["uuid"] for each in first["checks"]] == ids[:0:-1]
    rest = bulk(program, "pause", which, limit=4, cursor=first["next"])
    assert [each["uuid"] for each in rest["checks"]] == [ids[0], NOWHERE]
    assert rest["next"] is None
    listed = told(program.get("/checks/?limit=1"))["next"]
    assert refused(program.post("/checks/bulk", {"act": "pause", "filter": which, "cursor": listed}), 400)


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"act": "pause", "filter": {}}, "filter", '{"all": true}'),
        ({"act": "pause", "filter": {"tags": [], "search": ""}}, "filter", '{"all": true}'),
        ({"act": "pause", "filter": {"all": False}}, "filter", '{"all": true}'),
        ({"act": "pause"}, "filter", "is missing"),
        ({"act": "pause", "filter": {"all": True, "tags": ["x"]}}, "filter.all", "contradicts"),
        ({"act": "burn", "filter": {"all": True}}, "act", "must be one of"),
        ({"act": "tag", "filter": {"all": True}}, "add_tags", "is missing"),
        ({"act": "channels", "filter": {"all": True}}, "add_channels", "is missing"),
        (
            {"act": "tag", "filter": {"all": True}, "add_channels": [NOWHERE]},
            "add_channels",
            "belongs to the act chann",
        ),
        ({"act": "pause", "filter": {"all": True}, "remove_tags": ["x"]}, "remove_tags", "belongs to the act tag"),
        ({"act": "tag", "filter": {"all": True}, "add_tags": ["x"], "remove_tags": ["x"]}, "remove_tags", "names x"),
        ({"act": "pause", "filter": {"tag": "x"}}, "filter.tag", "did you mean tags?"),
        ({"act": "pause", "filter": {"uuids": ["x"]}}, "filter.uuids[0]", "must match"),
        ({"act": "pause", "filter": {"uuids": [NOWHERE] * 1001}}, "filter.uuids", "at most 1000"),
        ({"act": "pause", "filter": {"all": True}, "limit": 201}, "limit", "at most 200"),
    ],
)
def test_order_that_makes_no_sense_is_refused(
    program: Program, ids: list[str], body: object, field: str, words: str
) -> None:
    assert words in faults(program.post("/checks/bulk", body))[field]
    assert program.names("?status=new") == [f"Job {n}" for n in range(5)]

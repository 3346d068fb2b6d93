"""ETags: what is known is not sent again, and nobody's edit is lost to one that did not see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.api.v4.program import Program, refused, told
from tests.fakes import Scene
from tests.tables import Interposed, everything
from tocsin.stores.table import Table

Edit = Callable[[Program], object]


def paths(program: Program) -> dict[str, str]:
    """What stands alone, and has an ETag."""
    check_id = program.scene.check(name="Nightly")
    program.scene.ping(check_id)
    return {
        "check": f"/checks/{check_id}",
        "key": f"/checks/{program.show(check_id)['unique_key']}",
        "ping": f"/checks/{check_id}/pings/1",
        "channel": f"/channels/{program.scene.channel_id}",
        "project": f"/projects/{program.scene.project}",
    }


def tag_of(program: Program, path: str) -> str:
    response = program.get(path)
    told(response)
    return response.headers["ETag"]


@pytest.mark.parametrize("what", ["check", "key", "ping", "channel", "project"])
def test_what_is_known_is_not_sent_again(program: Program, what: str) -> None:
    """Weak tags count too: whoever compresses on the way makes them weak."""
    path = paths(program)[what]
    tag = tag_of(program, path)
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        response = program.get(path, If_None_Match=known)
        assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", tag)
    for other in ('"other"', tag.replace(".", "-"), f'"{tag[1:17]}"'):
        assert program.get(path, If_None_Match=other).status_code == 200


def test_ping_changes_what_is_shown_and_not_what_is_set(program: Program, scene: Scene) -> None:
    """A reader is sent the check anew; an edit that was made without knowing of the ping still counts."""
    path = paths(program)["check"]
    tag = tag_of(program, path)
    scene.clock.advance(seconds=1)
    scene.ping(path.removeprefix("/checks/"))
    new = program.get(path, If_None_Match=tag)
    assert new.status_code == 200
    assert new.headers["ETag"].partition(".")[0] == tag.partition(".")[0]
    assert told(program.patch(path, {"grace": 60}, If_Match=tag))["grace"] == 60


def test_time_alone_makes_a_check_another_to_its_readers(program: Program, scene: Scene) -> None:
    path = paths(program)["check"]
    tag = tag_of(program, path)
    scene.clock.advance(hours=2)
    assert told(program.get(path, If_None_Match=tag))["status"] == "down"


@pytest.mark.parametrize(
    ("method", "where"),
    [
        ("PATCH", ""),
        ("POST", ""),
        ("POST", "/pause"),
        ("POST", "/resume"),
        ("POST", "/clear"),
        ("DELETE", ""),
    ],
)
def test_check_that_somebody_edited_is_left_alone(program: Program, method: str, where: str, store_url: str) -> None:
    """Weak tags are never strong enough for that (RFC 9110)."""
    path = paths(program)["check"]
    tag = tag_of(program, path)
    program.post(f"{path}/pause")
    program.patch(path, {"name": "Weekly"})
    new = tag_of(program, path)
    before = everything(store_url)
    for stale in (tag, f"W/{new}", f'{tag}, "other"', ",", '"'):
        assert refused(program.call(method, path + where, {"grace": 60}, If_Match=stale), 412)
    assert everything(store_url) == before
    assert program.call(method, path + where, {"grace": 60}, If_Match=f"{tag}, {new}").status_code in (200, 204)


def test_star_matches_whatever_is_there(program: Program) -> None:
    for what, path in paths(program).items():
        if what in ("check", "channel", "project"):
            assert told(program.patch(path, {"name": "x"}, If_Match="*"))["name"] == "x"


@pytest.mark.parametrize("what", ["channel", "project"])
def test_channel_or_project_that_somebody_edited_is_left_alone(
    program: Program, account: Program, what: str, store_url: str
) -> None:
    path = paths(program)[what]
    query = f"?project={program.scene.project}" if what == "channel" else ""
    tag = tag_of(program, path)
    new = program.patch(path, {"name": "Weekly"}).headers["ETag"]
    before = everything(store_url)
    assert refused(account.patch(path + query, {"name": "Daily"}, If_Match=tag), 412)
    assert refused(account.delete(path + query, If_Match=tag), 412)
    if what == "channel":
        assert refused(account.post(f"{path}/test{query}", If_Match=tag), 412)
    assert everything(store_url) == before
    assert account.delete(path + query, If_Match=new).status_code == 204


def in_between(program: Program, verb: str, act: Callable[[], object], *, nth: int = 0) -> None:
    """Let something happen just before the next write of this kind."""
    house = program.scene.house
    interposed: Table = Interposed(house.table, {verb: [*[lambda: None] * nth, act]})
    program.client.application.extensions["tocsin"] = replace(house, table=interposed)


@pytest.mark.parametrize("what", ["check", "channel", "project"])
def test_of_two_edits_at_once_one_is_refused(program: Program, what: str) -> None:
    """Both have seen the same; the second gets in between the reading and the writing of the first."""
    path = paths(program)[what]
    tag = tag_of(program, path)
    answers: list[dict[str, Any]] = []
    in_between(program, "transact", lambda: answers.append(told(program.patch(path, {"name": "Second"}, If_Match=tag))))
    assert refused(program.patch(path, {"name": "First"}, If_Match=tag), 412)
    assert answers[0]["name"] == told(program.get(path))["name"] == "Second"


@pytest.mark.parametrize("what", ["check", "channel", "project"])
def test_of_two_edits_at_once_without_tags_both_count(program: Program, what: str) -> None:
    """Each has what it sent: the first is decided anew on what the second left."""
    every: dict[str, dict[str, Any]] = {
        "check": {"grace": 60},
        "channel": {"config": {"only": "up"}},
        "project": {"log_days": 3},
    }
    fields = every[what]
    path = paths(program)[what]
    in_between(program, "transact", lambda: told(program.patch(path, {"name": "Second"})))
    told(program.patch(path, fields))
    shown = told(program.get(path))
    assert shown["name"] == "Second"
    assert fields.items() <= shown.items()


@pytest.mark.parametrize("what", ["check", "channel"])
def test_edit_that_gets_in_before_a_deletion_saves_what_was_edited(program: Program, what: str) -> None:
    path = paths(program)[what]
    tag = tag_of(program, path)
    in_between(program, "transact", lambda: told(program.patch(path, {"name": "Second"}, If_Match=tag)))
    assert refused(program.delete(path, If_Match=tag), 412)
    assert told(program.get(path))["name"] == "Second"


def test_edit_that_gets_in_before_a_pause_keeps_the_check_watched(program: Program) -> None:
    path = paths(program)["check"]
    tag = tag_of(program, path)
    in_between(program, "transact", lambda: told(program.patch(path, {"name": "Second"}, If_Match=tag)))
    assert refused(program.post(f"{path}/pause", If_Match=tag), 412)
    assert told(program.get(path))["status"] == "up"


def test_upsert_heeds_no_tag_of_another_kind_of_call(program: Program) -> None:
    """A new check has nothing to match: the header belongs to calls on what stands alone."""
    assert program.post("/checks/", {"name": "x"}, If_Match='"x"').status_code == 201

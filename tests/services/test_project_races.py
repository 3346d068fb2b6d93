"""An apply that is cut short, or meets another one, or people at work."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from tests.conftest import Engine
from tests.fakes import Scene, through
from tests.services.project_documents import (
    AFTER,
    BEFORE,
    OPS,
    apply,
    document,
    empty_project,
    exported,
    ids,
    planned,
)
from tests.tables import Interposed, PowerCut
from tocsin.services.checks import delete_check
from tocsin.services.project_apply import apply_project
from tocsin.services.projects import UnknownProject
from tocsin.stores.audit import COMMAND


@pytest.fixture
def engine() -> Engine:
    """One is enough: these apply whole documents dozens of times, and moto copies its table for each transaction."""
    return "sqlite"


@pytest.mark.parametrize("cut_after", [False, True])
def test_cut_short_anywhere_and_done_again_it_completes(scene: Scene, cut_after: bool) -> None:
    """Whichever write was the last, and whether its writer heard of it: no duplicates, and the same end."""
    project = empty_project(scene)
    apply(scene, project, BEFORE)
    apply(scene, project, AFTER)
    wanted = exported(scene, project)
    for lives in range(99):
        apply(scene, project, BEFORE)
        house = through(scene, Interposed(scene.house.table, lives=lives, cut_after=cut_after))
        try:
            apply(scene, project, AFTER, house=house)
        except PowerCut:
            apply(scene, project, AFTER)
            assert planned(scene, project, AFTER).empty
            assert exported(scene, project) == wanted
        else:
            break
    assert 10 <= lives < 99


def test_another_apply_at_any_moment_makes_nothing_twice(scene: Scene) -> None:
    """The whole of the other one comes between two writes of the first."""
    project = empty_project(scene)
    for place in range(99):
        passed = False
        apply(scene, project, BEFORE)

        def other() -> None:
            nonlocal passed
            passed = True
            apply(scene, project, AFTER)

        house = through(scene, meeting(scene, place, other))
        apply(scene, project, AFTER, house=house)
        assert planned(scene, project, AFTER).empty
        assert len(ids(scene, project)) == len(scene.house.checks.listing(project)) == 3
        assert [channel.name for channel in scene.house.channels.of_project(project)] == ["ops", "pager"]
        if not passed:
            break
    assert 7 <= place < 99


def test_a_project_that_goes_meanwhile_is_left_gone(scene: Scene) -> None:
    """Nothing is made in it any more."""
    with pytest.raises(UnknownProject):
        apply(scene, scene.project, AFTER, house=through(scene, meeting(scene, 0, scene.delete_project)))
    assert scene.house.checks.listing(scene.project) == []
    assert scene.house.channels.of_project(scene.project) == []


def test_of_two_documents_at_once_the_last_word_on_a_thing_counts(scene: Scene) -> None:
    """Both make the same channel and the same check, each in its own way."""
    project = empty_project(scene)
    theirs = {"channels": [OPS], "checks": [{"name": "dump", "timeout": 60}]}
    mine = {"channels": [{**OPS, "config": {"address": "me"}}], "checks": [{"name": "dump", "timeout": 120}]}
    house = through(scene, meeting(scene, 0, lambda: apply(scene, project, theirs)))
    apply(scene, project, mine, house=house)
    data = exported(scene, project)
    assert (data["channels"], data["checks"]) == (mine["channels"], mine["checks"])


def meeting(scene: Scene, place: int, other: Callable[[], object]) -> Interposed:
    """A table where this happens before the transaction of that number."""
    return Interposed(scene.house.table, before={"transact": [*[lambda: None] * place, other]})


def test_many_at_once_make_nothing_twice(scene: Scene) -> None:
    """On an empty project, where all of them find everything missing."""
    project, start = empty_project(scene), Barrier(4)

    def run(_: int) -> None:
        start.wait()
        house = scene.house
        apply_project(
            house.checks,
            house.projects,
            house.kinds,
            project=project,
            document=document(AFTER),
            by=COMMAND,
            now=scene.clock(),
        )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    assert len(scene.house.checks.listing(project)) == 3
    assert len(scene.house.channels.of_project(project)) == 2
    assert planned(scene, project, AFTER).empty


def test_a_check_that_is_deleted_meanwhile_is_made_anew(scene: Scene) -> None:
    """The document says that it is to be there."""
    check_id = scene.check(name="dump", slug="dump")

    def delete() -> None:
        delete_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())

    house = through(scene, meeting(scene, 0, delete))
    apply(scene, scene.project, {"checks": [{"name": "dump", "slug": "dump", "timeout": 60}]}, house=house)
    assert ids(scene, scene.project)["dump"] != check_id
    assert exported(scene, scene.project)["checks"] == [{"name": "dump", "slug": "dump", "timeout": 60}]


def test_a_log_that_not_all_checks_keep_alike_is_mended(scene: Scene) -> None:
    """The change reached the project, but was cut short before its checks."""
    scene.check(name="dump")
    house = through(scene, Interposed(scene.house.table, lives=1))
    wish = {"project": {"log_days": 7}}
    with pytest.raises(PowerCut):
        apply(scene, scene.project, wish, house=house)
    assert not planned(scene, scene.project, wish).empty
    apply(scene, scene.project, wish)
    assert planned(scene, scene.project, wish).empty
    (stored, _) = scene.house.checks.listing(scene.project)[0]
    assert stored.keep.age is not None

"""Deleted checks can be had back, as they were, for a week; and after that they are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.fakes import Scene, through
from tests.tables import Interposed
from tocsin.domain.check import Status, unique_key
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron
from tocsin.services.bulk import Order, act_on
from tocsin.services.changing import UnknownCheck
from tocsin.services.checks import Wishes, create_check, delete_check
from tocsin.services.projects import UnknownProject
from tocsin.services.trash import restore_check, restore_deleted_at
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info
from tocsin.stores.trash import TRASH_AGE, NotInTrash


def delete(scene: Scene, check_id: str) -> None:
    delete_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())


def restore(scene: Scene, check_id: str, *, project: str = "") -> None:
    project = project or scene.project
    restore_check(scene.house.checks, project=project, check_id=check_id, by=COMMAND, now=scene.clock())


def demanding(scene: Scene) -> str:
    """A check with something in each of its fields."""
    rules = Rules(filter_subject=True, filter_body=True, keywords=Keywords("go", "done", "oops", default_fail=True))
    info = Info("Nightly", "nightly", "prod db", "Ask Bob.", rules, frozenset({scene.channel_id}))
    limits = Limits(timedelta(minutes=9), timedelta(seconds=1), failure_tolerance=1, track_runs=True)
    wishes = Wishes(info, Cron("0 3 * * *", "Europe/Vienna"), timedelta(hours=2), limits, manual_resume=True)
    return create_check(scene.house.checks, project=scene.project, wishes=wishes, by=COMMAND, now=scene.clock())


def test_restored_check_is_what_it_was(scene: Scene) -> None:
    """All that was set, counted and noted; its pings, its badge, its unique key and its slug lead to it again."""
    check_id = demanding(scene)
    scene.ping(check_id)
    scene.ping(check_id, Kind.FAIL)
    scene.ping(check_id, Kind.START, rid=check_id)
    checks = scene.house.checks
    found = checks.find(check_id)
    assert found is not None
    stored, info = found

    delete(scene, check_id)
    assert checks.find(check_id) is None
    assert checks.with_slug(scene.project, "nightly") == []
    restore(scene, check_id)

    assert checks.find(check_id) == (replace(stored, rev=stored.rev + 1), info)
    assert [stored.check.id for stored, _ in checks.listing(scene.project)] == [check_id]
    assert checks.by_unique_key(unique_key(check_id)) == checks.by_badge_key(info.badge_key) == check_id
    assert checks.with_slug(scene.project, "nightly") == [check_id]
    assert [ping.kind for ping in scene.log(check_id)] == [Kind.START, Kind.FAIL, Kind.SUCCESS]
    assert scene.ping(check_id).n == 4
    assert scene.house.trash.of_project(scene.project, now=scene.clock()) == []


def test_silence_rings_again_after_a_restore(scene: Scene) -> None:
    """The check is armed anew, and its channel is told."""
    check_id = scene.check()
    scene.ping(check_id)
    delete(scene, check_id)
    scene.clock.advance(hours=2)
    scene.house.tick()
    assert scene.told() == []
    scene.clock.advance(hours=-1.5)
    restore(scene, check_id)
    scene.clock.advance(hours=1)
    scene.house.tick()
    assert scene.told() == ["down"]


def test_check_that_is_overdue_by_then_is_down_without_alerts(scene: Scene) -> None:
    check_id = scene.check()
    scene.ping(check_id)
    delete(scene, check_id)
    scene.clock.advance(days=1)

    restore(scene, check_id)
    scene.house.tick()

    assert scene.read(check_id).check.status is Status.DOWN
    last = scene.flips(check_id)[0]
    assert (last.new, last.at, last.reason) == ("down", scene.clock(), "")
    assert scene.told() == []
    scene.ping(check_id)
    scene.house.tick()
    assert scene.told() == ["up"]


def test_check_is_restored_once_and_in_time(scene: Scene) -> None:
    """Not twice, not in another project, not after a week, and not with a project that is gone."""
    check_id, late, orphan = scene.check(), scene.check(), scene.check()
    for each in (check_id, late, orphan):
        delete(scene, each)
    with pytest.raises(NotInTrash):
        restore(scene, check_id, project=scene.channel_id)
    restore(scene, check_id)
    with pytest.raises(NotInTrash):
        restore(scene, check_id)
    scene.clock.now += TRASH_AGE - timedelta(seconds=1)
    restore(scene, late)
    delete(scene, late)
    scene.delete_project()
    with pytest.raises(UnknownProject):
        restore(scene, orphan)
    assert [one.id for one in scene.house.trash.of_project(scene.project, now=scene.clock())] == [late, orphan]
    scene.clock.advance(seconds=1)
    with pytest.raises(NotInTrash):
        restore(scene, orphan)
    assert [one.id for one in scene.house.trash.of_project(scene.project, now=scene.clock())] == [late]
    assert [one.id for one in scene.house.trash.page(scene.project, now=scene.clock(), limit=9)[0]] == [late]


def test_ping_that_comes_while_a_check_is_deleted_is_counted(scene: Scene) -> None:
    """Or the first one after a restore would take its number, and its place in the log."""
    check_id = scene.check()
    scene.ping(check_id)
    table = Interposed(scene.house.table, before={"transact": [lambda: scene.ping(check_id)]})
    delete_check(through(scene, table).checks, check_id=check_id, by=COMMAND, now=scene.clock())
    restore(scene, check_id)
    assert scene.read(check_id).check.n_pings == 2
    assert scene.ping(check_id).n == 3


def test_deleted_check_takes_no_pings(scene: Scene) -> None:
    check_id = scene.check()
    delete(scene, check_id)
    with pytest.raises(UnknownCheck):
        scene.ping(check_id)


def test_undo_brings_back_what_one_act_deleted_and_nothing_else(scene: Scene) -> None:
    """One that somebody has restored already does not keep the others waiting."""
    ids = [scene.check(name=name) for name in ("A", "B", "C")]
    delete(scene, scene.check(name="Gone before"))
    deleted = scene.clock.advance(seconds=1)
    found = scene.house.checks.listing(scene.project)
    act_on(scene.house.checks, found, Order("delete", COMMAND, deleted))
    table = Interposed(scene.house.table, before={"transact": [lambda: restore(scene, ids[2])]})
    checks = through(scene, table).checks

    done = restore_deleted_at(checks, project=scene.project, deleted=deleted, by=COMMAND, now=scene.clock())

    restored = [f"{one.name} {one.error}".strip() for one in done]
    assert sorted(restored) == ["A", "B", "C Somebody else has restored it already."]
    assert {info.name for _, info in scene.house.checks.listing(scene.project)} == {"A", "B", "C"}

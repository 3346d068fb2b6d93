"""What is read of a check's log: durations, pages to the end, and only as much as is to be kept."""

from __future__ import annotations

from datetime import timedelta
from os import urandom

import pytest

from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.services.checks import clear_events
from tocsin.services.projects import UnknownProject
from tocsin.services.read_log import read_entry, read_flips, read_log
from tocsin.services.retention import InvalidRetention, set_retention
from tocsin.stores.audit import COMMAND
from tocsin.stores.checks import Checks
from tocsin.stores.log import Log
from tocsin.stores.log_items import body_key, ping_key
from tocsin.stores.table import Delete

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


def numbers(scene: Scene, check_id: str, *, later: timedelta = timedelta()) -> list[int]:
    now = scene.clock() + later
    return [entry.ping.n for entry in read_log(scene.house.checks, stored=scene.read(check_id), now=now, limit=99)]


def stored_numbers(scene: Scene, check_id: str) -> list[int]:
    """What is in the table, shown or not; a body that stands apart counts as well."""
    items = scene.house.table.query(f"check#{check_id}", limit=999).items
    return [int(str(item["sk"])[5:]) for item in items if str(item["sk"]).startswith(("ping#", "body#"))]


def keep(scene: Scene, *, days: int | None = None, count: int | None = None) -> None:
    set_retention(
        scene.house.checks,
        scene.house.projects,
        project=scene.project,
        days=days,
        count=count,
        by=COMMAND,
        now=scene.clock(),
    )


def test_log_shows_durations_of_runs_from_the_page_before(scene: Scene) -> None:
    """How long a run took is noted when it ends."""
    check_id = scene.check(grace=timedelta(days=300))
    scene.ping(check_id, Kind.START)
    scene.clock.advance(minutes=2)
    scene.ping(check_id)
    scene.ping(check_id)
    log = read_log(scene.house.checks, stored=scene.read(check_id), now=scene.clock(), limit=2)
    assert [(entry.ping.n, entry.duration) for entry in log] == [(3, None), (2, 2 * MINUTE)]


@pytest.mark.parametrize(("between", "took"), [(2, True), (3 * 24 * 60, True), (3 * 24 * 60 + 1, False)])
def test_log_finds_the_start_of_a_run_that_overlapped(scene: Scene, between: int, took: bool) -> None:
    """The newer start hid it from the check, yet it stands in the log; 72 hours are one run, more are not."""
    check_id = scene.check(grace=timedelta(days=300))
    scene.ping(check_id, Kind.START, rid=A)
    scene.ping(check_id, Kind.START, rid=B)
    for _ in range(4):
        scene.ping(check_id, Kind.LOG)
    scene.clock.advance(minutes=between)
    scene.ping(check_id, rid=A)
    log = read_log(scene.house.checks, stored=scene.read(check_id), now=scene.clock(), limit=2)
    assert log[0].duration == (between * MINUTE if took else None)


def test_log_of_a_run_longer_than_three_days_has_no_duration(scene: Scene) -> None:
    """A start and an end so far apart are taken for two runs, wherever the end was noted."""
    check_id = scene.check(grace=timedelta(days=300))
    scene.ping(check_id, Kind.START)
    scene.clock.advance(days=3, seconds=1)
    assert scene.ping(check_id).duration is None


def test_log_pages_to_its_end(scene: Scene) -> None:
    """Each page goes on below the last number of the one before, without gaps or repeats."""
    check_id = scene.check()
    for _ in range(10):
        scene.ping(check_id)
    found: list[int] = []
    while page := read_log(
        scene.house.checks,
        stored=scene.read(check_id),
        now=scene.clock(),
        limit=3,
        before=found[-1] if found else None,
    ):
        found += [entry.ping.n for entry in page]
    assert found == list(range(10, 0, -1))


def test_moment_is_found_in_the_log_by_halves(scene: Scene) -> None:
    """Six small queries for forty pings, though some of them are gone by now."""
    check_id = scene.check(timeout=DAY)
    for _ in range(40):
        scene.ping(check_id)
        scene.clock.advance(minutes=1)
    for n in (1, 2, 20, 21):
        scene.house.table.delete(Delete(ping_key(check_id, n)))
    stored, asked = scene.read(check_id), Interposed(scene.house.table)
    log = Log(asked, DAY)

    found = [log.first_at(stored, scene.clock() - ago * MINUTE) for ago in (99, 38, 22, 20.5, 19, 1, 0)]

    assert found == [1, 1, 19, 20, 20, 40, 41]
    assert len(asked.calls) <= 7 * 6


def test_log_shows_how_a_body_begins_that_stands_apart(scene: Scene) -> None:
    """A hundred and fifty bytes; the page of the ping has all of it, or nothing once it has gone."""
    check_id, body = scene.check(), urandom(1000)
    scene.ping(check_id, body=body)
    assert (scene.log(check_id)[0].body, scene.log(check_id)[0].size) == (body[:150], 1000)
    scene.house.table.delete(Delete(body_key(check_id, 1)))
    entry = scene.entry(check_id, 1)
    assert entry is not None
    assert (entry.body, entry.size) == (b"", 1000)


def test_expired_entries_are_gone_though_still_stored(scene: Scene) -> None:
    """The broom comes when it comes."""
    check_id = scene.check()
    scene.ping(check_id)
    assert numbers(scene, check_id, later=30 * DAY - MINUTE) == [1]
    assert numbers(scene, check_id, later=30 * DAY) == []
    stored, now = scene.read(check_id), scene.clock() + 30 * DAY
    assert read_entry(scene.house.checks, stored=stored, n=1, now=now) is None


def test_project_keeps_its_logs_for_its_own_time(scene: Scene) -> None:
    """Longer than the house for what comes from now on; shorter at once; checks made later do likewise."""
    old = scene.check()
    scene.ping(old)
    keep(scene, days=60)
    scene.ping(old)
    new = scene.check()
    scene.ping(new)
    assert (numbers(scene, old, later=59 * DAY), numbers(scene, new, later=59 * DAY)) == ([2], [1])
    keep(scene, days=1)
    assert numbers(scene, old, later=DAY) == []
    stored, now = scene.read(old), scene.clock() + DAY
    assert read_entry(scene.house.checks, stored=stored, n=2, now=now) is None
    keep(scene)
    assert numbers(scene, old, later=2 * DAY) == [2, 1]


def test_project_keeps_so_many_pings_of_each_check(scene: Scene) -> None:
    """The rest is hidden at once, and deleted by the tick that meets the check, bodies too."""
    check_id, other = scene.check(timeout=MINUTE, grace=MINUTE), scene.check()
    for n in range(8):
        scene.ping(check_id, body=bytes(range(256)) * 2 * (n % 2))
    scene.ping(other)
    keep(scene, count=3)
    assert (numbers(scene, check_id), numbers(scene, other)) == ([8, 7, 6], [1])
    assert read_entry(scene.house.checks, stored=scene.read(check_id), n=5, now=scene.clock()) is None
    scene.clock.advance(minutes=5)
    scene.house.tick()
    assert sorted(set(stored_numbers(scene, check_id))) == [6, 7, 8]


def test_retention_has_bounds(scene: Scene) -> None:
    """Each refusal is a sentence, and nothing changes."""
    for wrong in ({"days": 0}, {"days": 3651}, {"count": 0}, {"count": 1_000_001}):
        with pytest.raises(InvalidRetention, match=r"^A log (is kept|keeps)"):
            keep(scene, **wrong)
    with pytest.raises(UnknownProject):
        set_retention(
            scene.house.checks,
            scene.house.projects,
            project="nobody's",
            days=1,
            count=None,
            by=COMMAND,
            now=scene.clock(),
        )
    assert scene.house.table.query("project#nobody's").items == []


def test_clear_forgets_pings_and_flips(scene: Scene) -> None:
    """The check is new, and its numbers go on; nobody is told, and silence does not matter until it calls again."""
    check_id = scene.check()
    for kind in (Kind.SUCCESS, Kind.START, Kind.FAIL):
        scene.ping(check_id, kind, body=bytes(range(256)) * 2)
    scene.house.tick()
    told = scene.told()
    clear_events(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    stored = scene.read(check_id)
    assert (stored.check.status, stored.check.last_ping, stored.check.started) == (Status.NEW, None, False)
    assert numbers(scene, check_id) == []
    assert read_flips(scene.house.checks, stored=stored, now=scene.clock(), limit=9) == []
    assert stored_numbers(scene, check_id) == []
    scene.clock.advance(days=9)
    assert (scene.house.tick().down, scene.told()) == (0, told)
    assert scene.ping(check_id).n == 4
    assert numbers(scene, check_id) == [4]
    assert [(flip.old, flip.new) for flip in scene.flips(check_id)] == [(Status.NEW, Status.UP)]


def test_history_after_a_clear_is_there_though_the_clock_was_set_back(scene: Scene) -> None:
    """New changes stand below those that were cleared, then, and are found all the same."""
    check_id = scene.check()
    for kind in [Kind.FAIL, Kind.SUCCESS] * 3:
        scene.clock.advance(minutes=1)
        scene.ping(check_id, kind)
    clear_events(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    scene.clock.advance(hours=-1)
    scene.ping(check_id)
    assert [flip.n for flip in scene.flips(check_id, limit=3)] == [7]


@pytest.mark.parametrize(("kind", "queries"), [(Kind.SUCCESS, 1), (Kind.START, 2)])
def test_page_without_starts_is_not_searched_for_them(scene: Scene, kind: Kind, queries: int) -> None:
    """Most jobs send successes alone: their log must not cost hundreds of entries a page."""
    check_id = scene.check(grace=timedelta(days=300))
    for sent in (Kind.START, Kind.SUCCESS, Kind.SUCCESS, kind):
        scene.ping(check_id, sent)
    table = Interposed(scene.house.table)
    checks = Checks(table, Log(table, timedelta(days=30)))
    read_log(checks, stored=scene.read(check_id), now=scene.clock(), limit=2)
    assert table.calls == ["query"] * queries


def test_one_entry_knows_the_duration_too(scene: Scene) -> None:
    """Of a run that overlapped, as the log does."""
    check_id = scene.check(grace=timedelta(days=300))
    scene.ping(check_id, Kind.START, rid=A)
    scene.ping(check_id, Kind.START, rid=B)
    scene.clock.advance(minutes=2)
    scene.ping(check_id, rid=A)
    entry = read_entry(scene.house.checks, stored=scene.read(check_id), n=3, now=scene.clock())
    assert entry is not None
    assert entry.duration == 2 * MINUTE


def test_clear_hides_what_it_has_no_time_to_delete(scene: Scene) -> None:
    """A log of thousands would keep somebody waiting: some goes at once, none is shown."""
    check_id = scene.check()
    for _ in range(510):
        scene.ping(check_id, Kind.LOG)
    clear_events(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    assert numbers(scene, check_id) == []
    assert stored_numbers(scene, check_id) == list(range(501, 511))

"""Pings, as recorded on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread

import pytest

from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.checks import read_log
from tocsin.services.record_ping import Source, record_ping
from tocsin.stores.checks import Checks
from tocsin.stores.table import Key, Put, Update, Value

MINUTE = timedelta(minutes=1)
NOBODY = "00000000-0000-4000-8000-000000000000"
RID = "00000000-0000-4000-8000-000000000001"


def test_ping_is_logged_as_it_came(scene: Scene) -> None:
    """Every fact of a ping can be read again, the body byte for byte."""
    check_id = scene.check()
    written = scene.ping(check_id, Kind.FAIL, rid=RID, exit_status=3, body=b"\xff\x00 caf\xc3\xa9")
    assert (written.n, written.kind, written.exit_status, written.rid) == (1, Kind.FAIL, 3, RID)
    assert scene.house.checks.ping(check_id, 1, now=scene.clock()) == written
    assert scene.house.checks.pings(check_id, now=scene.clock(), limit=9) == [written]


@pytest.mark.parametrize("size", [300, 301, 100_000])
@pytest.mark.parametrize("healthy", [True, False])
def test_ping_body_comes_back_whole(scene: Scene, size: int, healthy: bool) -> None:
    """A long body stands apart from the log entry, on the short path and the general one alike."""
    check_id = scene.check()
    if healthy:
        scene.ping(check_id)
    body = bytes(range(256)) * (size // 256 + 1)
    written = scene.ping(check_id, body=body[:size])
    read = scene.house.checks.ping(check_id, written.n, now=scene.clock())
    assert read is not None
    assert (read.body, read.size) == (body[:size], size)


def test_ping_of_unknown_check_writes_nothing(scene: Scene) -> None:
    """Neither a check nor a log comes into being."""
    for kind in (Kind.SUCCESS, Kind.FAIL, Kind.LOG):
        with pytest.raises(UnknownCheck):
            scene.ping(NOBODY, kind)
    assert scene.house.checks.get(NOBODY) is None
    assert scene.house.checks.pings(NOBODY, now=scene.clock(), limit=9) == []


def test_ping_on_a_healthy_check_reads_nothing_and_writes_twice(scene: Scene) -> None:
    """The promise of the hot path, counted at the port: one update with its log entry, both under 1 KB."""
    check_id = scene.check(name="n" * 100, slug="s" * 100, tags="t" * 500, desc="d" * 10_000)
    scene.ping(check_id)
    table = Interposed(scene.house.table)
    scene.clock.advance(minutes=1)
    source = Source("https", "POST", "2001:db8:ffff:ffff:ffff:ffff:255.255.255.255", "u" * 5000)
    record_ping(
        Checks(table, timedelta(days=30)),
        check_id=check_id,
        kind=Kind.SUCCESS,
        now=scene.clock(),
        source=source,
        rid=RID,
        body=b"b" * 300,
    )
    assert table.calls == ["update"]
    assert scene.read(check_id).check.n_pings == 2
    page = scene.house.table.query(f"check#{check_id}")
    sizes = {str(item["sk"]): _size(item) for item in page.items if item["sk"] != "info"}
    assert max(sizes.values()) < 1024, sizes


def test_ping_on_a_healthy_check_leaves_the_due_index_alone(scene: Scene) -> None:
    """A success never moves the entry: the tick does that, once a period."""
    check_id = scene.check()
    scene.ping(check_id)
    armed = scene.read(check_id).armed
    scene.clock.advance(minutes=30)
    scene.ping(check_id)
    assert scene.read(check_id).armed == armed == scene.clock() - 30 * MINUTE + 65 * MINUTE


def test_start_moves_the_due_entry_earlier(scene: Scene) -> None:
    """A run that overruns its grace must be noticed before the period is over."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.ping(check_id, Kind.START)
    assert scene.read(check_id).armed == scene.clock() + 5 * MINUTE


def test_success_ends_the_run_under_way(scene: Scene) -> None:
    """On a check that is up as well: its duration is known, and its overrun threatens no more."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.ping(check_id, Kind.START)
    scene.clock.advance(minutes=2)
    scene.ping(check_id)
    check = scene.read(check_id).check
    assert (check.started, check.last_duration) == (False, 2 * MINUTE)
    scene.clock.advance(minutes=5)
    assert scene.house.tick().down == 0


def test_failure_takes_the_due_entry_away(scene: Scene) -> None:
    """What is down can't fall due."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.ping(check_id, Kind.FAIL)
    assert scene.read(check_id).armed is None


def test_ping_after_the_clock_was_set_back_is_watched_from_now(scene: Scene) -> None:
    """A clock that was ahead for a while must not leave a check up until then: silence counts from the last ping."""
    check_id = scene.check()
    scene.clock.advance(days=365)
    scene.ping(check_id)
    scene.clock.advance(days=-365)
    scene.ping(check_id)
    scene.ping(check_id)
    assert (scene.read(check_id).check.last_ping, scene.read(check_id).check.n_pings) == (scene.clock(), 3)
    assert scene.house.tick(now=scene.clock.advance(minutes=65)).down == 1


def test_ping_is_judged_by_rules(scene: Scene) -> None:
    """Rules of the check decide what a ping counts as, on a healthy check too."""
    rules = Rules(post_only=True, filter_http_body=True, keywords=Keywords(failure="panic", success="fine"))
    check_id = scene.check(rules=rules)
    post = Source(method="POST")
    kinds = [
        record_ping(
            scene.house.checks, check_id=check_id, kind=Kind.SUCCESS, now=scene.clock(), source=source, body=body
        ).kind
        for source, body in [(post, b"fine"), (Source(), b"panic"), (post, b"eh"), (post, b"kernel panic")]
    ]
    assert kinds == [Kind.SUCCESS, Kind.IGN, Kind.IGN, Kind.FAIL]
    assert scene.read(check_id).check.status is Status.DOWN


def test_ping_by_many_threads_loses_none(scene: Scene) -> None:
    """Pings of mixed kinds at once are numbered without gaps or repeats."""
    check_id = scene.check()
    kinds = [Kind.SUCCESS, Kind.START, Kind.LOG, Kind.FAIL]
    threads = [Thread(target=lambda kind=kind: scene.ping(check_id, kind)) for kind in kinds * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log = scene.house.checks.pings(check_id, now=scene.clock(), limit=99)
    assert [ping.n for ping in log] == list(range(12, 0, -1))
    assert scene.read(check_id).check.n_pings == 12


def test_ping_loses_to_a_pause_and_is_judged_anew(scene: Scene) -> None:
    """What another writer did in between counts: here the check was locked, so the failure is ignored."""
    check_id = scene.check()
    scene.ping(check_id)

    def lock() -> None:
        values: dict[str, Value] = {"status": "paused", "manual_resume": True}
        scene.house.table.update(Update(Key(f"check#{check_id}", "state"), set=values, add={"rev": 1}))

    table = Interposed(scene.house.table, before={"transact": [lock]})
    ping = record_ping(
        Checks(table, timedelta(days=30)), check_id=check_id, kind=Kind.FAIL, now=scene.clock(), source=Source()
    )
    assert ping.kind is Kind.IGN
    assert scene.read(check_id).check.status is Status.PAUSED
    assert scene.house.tick().sent == 0


def test_ping_that_can_never_win_says_busy(scene: Scene) -> None:
    """Nothing is written, and the caller is told."""
    check_id = scene.check()

    def meddle() -> None:
        scene.house.table.update(Update(Key(f"check#{check_id}", "state"), add={"rev": 1}))

    table = Interposed(scene.house.table, before={"update": [meddle] * 99})
    with pytest.raises(Busy):
        record_ping(
            Checks(table, timedelta(days=30)), check_id=check_id, kind=Kind.LOG, now=scene.clock(), source=Source()
        )
    assert scene.house.checks.pings(check_id, now=scene.clock(), limit=9) == []


def test_log_shows_durations_and_hides_what_expired(scene: Scene) -> None:
    """A run that began on the page before is measured; entries past their time are gone though still stored."""
    check_id = scene.check(grace=timedelta(days=300))
    scene.ping(check_id, Kind.START)
    scene.clock.advance(minutes=2)
    scene.ping(check_id)
    scene.ping(check_id)
    log = read_log(scene.house.checks, check_id=check_id, now=scene.clock(), limit=2)
    assert [(entry.ping.n, entry.duration) for entry in log] == [(3, None), (2, 2 * MINUTE)]
    later = scene.clock() + timedelta(days=30)
    assert read_log(scene.house.checks, check_id=check_id, now=later, limit=2) == []
    assert scene.house.checks.ping(check_id, 3, now=later) is None


def test_body_that_was_lost_on_the_way_is_empty(scene: Scene) -> None:
    """A crash between the entry and its long body leaves a readable log."""
    check_id = scene.check()
    written = scene.ping(check_id)
    item = dict(scene.house.table.get(Key(f"check#{check_id}", "ping#0000000001")) or {})
    scene.house.table.put(Put(item | {"size": 5000}))
    assert scene.house.checks.ping(check_id, 1, now=scene.clock()) == replace(written, size=5000)


def _size(item: object) -> int:
    """DynamoDB's measure: names and values in UTF-8, numbers in up to 21 bytes."""
    assert isinstance(item, dict)
    return sum(len(name) + (21 if isinstance(value, int) else len(value)) for name, value in item.items())

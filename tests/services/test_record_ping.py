"""Pings, as recorded on both engines."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from os import urandom
from threading import Barrier

import pytest
from flask import Flask
from msgspec.structs import replace

from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.record_ping import Source, record_ping
from tocsin.stores.checks import Checks
from tocsin.stores.log import Log
from tocsin.stores.table import Key, Put, Table, Update, Value

MINUTE = timedelta(minutes=1)
NOBODY = "00000000-0000-4000-8000-000000000000"
RID = "00000000-0000-4000-8000-000000000001"


def over(table: Table) -> Checks:
    """The checks in this table."""
    return Checks(table, Log(table, timedelta(days=30)))


def test_ping_is_logged_as_it_came(scene: Scene) -> None:
    """Every fact of a ping can be read again, the body byte for byte."""
    check_id = scene.check()
    written = scene.ping(check_id, Kind.FAIL, rid=RID, exit_status=3, body=b"\xff\x00 caf\xc3\xa9")
    assert (written.n, written.kind, written.exit_status, written.rid) == (1, Kind.FAIL, 3, RID)
    assert scene.entry(check_id, 1) == written
    assert scene.log(check_id) == [written]


@pytest.mark.parametrize("size", [300, 301, 100_000])
@pytest.mark.parametrize("healthy", [True, False])
@pytest.mark.parametrize("kind_of_body", [urandom, lambda size: (b"line of a log\n" * size)[:size]])
def test_ping_body_comes_back_whole(
    scene: Scene, size: int, healthy: bool, kind_of_body: Callable[[int], bytes]
) -> None:
    """A long body stands apart from the log entry, on the short path and the general one alike."""
    check_id = scene.check()
    if healthy:
        scene.ping(check_id)
    body = kind_of_body(size)
    written = scene.ping(check_id, body=body)
    read = scene.entry(check_id, written.n)
    assert read is not None
    assert (read.body, read.size) == (body, size)


def test_body_is_compressed_where_that_pays(scene: Scene) -> None:
    """What shrinks enough stands in the log entry itself, and the log shows its beginning."""
    check_id = scene.check()
    said = b"All is well. " * 1000
    scene.ping(check_id, body=said)
    noise = urandom(301)
    scene.ping(check_id, body=noise)
    items = {item["sk"]: item for item in scene.house.table.query(f"check#{check_id}").items}
    assert "deflated" in items["ping#0000000001"]
    assert _size(items["ping#0000000001"]) < 1024
    assert items["body#0000000002"].keys() == {"pk", "sk", "body", "expires"}
    assert [(ping.body, ping.size) for ping in scene.log(check_id)] == [(noise[:150], 301), (said[:300], 13_000)]


def test_ping_of_unknown_check_writes_nothing(scene: Scene) -> None:
    """Neither a check nor a log comes into being."""
    for kind in (Kind.SUCCESS, Kind.FAIL, Kind.LOG):
        with pytest.raises(UnknownCheck):
            scene.ping(NOBODY, kind)
    assert scene.house.checks.get(NOBODY) is None
    assert list(scene.house.table.query(f"check#{NOBODY}").items) == []


def test_ping_on_a_healthy_check_reads_nothing_and_writes_twice(scene: Scene) -> None:
    """The promise of the hot path, counted at the port: one update with its log entry, both under 1 KB."""
    check_id = scene.check(name="n" * 100, slug="s" * 100, tags="t" * 500, desc="d" * 10_000)
    scene.ping(check_id)
    table = Interposed(scene.house.table)
    scene.clock.advance(minutes=1)
    source = Source("https", "POST", "2001:db8:ffff:ffff:ffff:ffff:255.255.255.255", "u" * 5000)
    record_ping(
        over(table),
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


def test_ping_by_many_threads_loses_none(scene: Scene, app: Flask) -> None:
    """Twenty pings of mixed kinds at once are numbered without gaps or repeats."""
    check_id, together = scene.check(), Barrier(20)

    def ping(path: str) -> str:
        together.wait()
        return app.test_client().get(f"/ping/{check_id}{path}").text

    with ThreadPoolExecutor(20) as pool:
        assert set(pool.map(ping, ["", "/start", "/log", "/fail"] * 5)) == {"OK"}
    log = scene.log(check_id)
    assert [ping.n for ping in log] == list(range(20, 0, -1))
    assert scene.read(check_id).check.n_pings == 20


def test_ping_loses_to_a_pause_and_is_judged_anew(scene: Scene) -> None:
    """What another writer did in between counts: here the check was locked, so the failure is ignored."""
    check_id = scene.check()
    scene.ping(check_id)

    def lock() -> None:
        values: dict[str, Value] = {"status": "paused", "manual_resume": True}
        scene.house.table.update(Update(Key(f"check#{check_id}", "state"), set=values, add={"rev": 1}))

    table = Interposed(scene.house.table, before={"transact": [lock]})
    ping = record_ping(over(table), check_id=check_id, kind=Kind.FAIL, now=scene.clock(), source=Source())
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
        record_ping(over(table), check_id=check_id, kind=Kind.LOG, now=scene.clock(), source=Source())
    assert scene.log(check_id) == []


def test_body_that_was_lost_on_the_way_is_empty(scene: Scene) -> None:
    """A crash between the entry and its long body leaves a readable log."""
    check_id = scene.check()
    written = scene.ping(check_id)
    item = dict(scene.house.table.get(Key(f"check#{check_id}", "ping#0000000001")) or {})
    scene.house.table.put(Put(item | {"size": 5000}))
    assert scene.entry(check_id, 1) == replace(written, size=5000)


def test_ping_is_recorded_though_the_schedule_cannot_be_computed(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    """A zone that is gone costs nobody a ping: the tick says so, and looks again every hour."""
    check_id = scene.check()
    nowhere: dict[str, Value] = {"kind": "cron", "schedule": "* * * * *", "tz": "Mars/Olympus"}
    scene.house.table.update(Update(Key(f"check#{check_id}", "state"), set=nowhere, add={"rev": 1}))
    for kind in (Kind.SUCCESS, Kind.SUCCESS, Kind.START, Kind.FAIL, Kind.SUCCESS):
        scene.ping(check_id, kind)
    assert len(scene.log(check_id)) == 5
    check = scene.read(check_id).check
    assert (check.displayed(scene.clock()), check.next_ping, check.rings_at) == (Status.UP, None, None)
    assert scene.house.tick().put_off == 1
    assert "could not be judged" in caplog.text
    assert scene.house.tick().due == 0


def _size(item: object) -> int:
    """DynamoDB's measure: names and values in UTF-8, numbers in up to 21 bytes."""
    assert isinstance(item, dict)
    return sum(len(name) + (21 if isinstance(value, int) else len(value)) for name, value in item.items())

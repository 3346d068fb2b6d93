"""Silence is noticed: once, however many ticks look, and whenever they come."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Thread
from unittest.mock import Mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import Scene, through
from tests.tables import Interposed, PowerCut
from tocsin.domain.check import Status
from tocsin.domain.flip import Reason
from tocsin.domain.ping import Kind
from tocsin.domain.schedule import Simple
from tocsin.services.checks import Wishes, edit_check, pause_check
from tocsin.services.retention import set_retention
from tocsin.services.tick import Ticked, tick
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info
from tocsin.stores.checks import Checks
from tocsin.stores.table import Key, StoreUnavailable, Update, Value

MINUTE = timedelta(minutes=1)


def test_tick_turns_silence_into_one_flip_and_one_alert(scene: Scene) -> None:
    """The flip is dated at the deadline, not at the tick; more ticks change nothing."""
    check_id = scene.check(name="nightly")
    scene.ping(check_id)
    deadline = scene.clock() + 65 * MINUTE
    assert scene.house.tick(now=deadline - timedelta(microseconds=1)) == Ticked()
    scene.clock.advance(hours=3)
    assert scene.house.tick() == Ticked(due=1, down=1, sent=1)
    assert scene.house.tick() == Ticked()
    newest = scene.flips(check_id)[0]
    assert (newest.at, newest.old, newest.new, newest.reason) == (deadline, Status.UP, Status.DOWN, Reason.TIMEOUT)
    assert [(notice.name, notice.status, notice.at) for notice in scene.channel.told] == [("nightly", "down", deadline)]


def test_tick_rearms_what_was_pinged_since(scene: Scene) -> None:
    """The entry came up at the old deadline; the check is well, so it is looked at again at the new one."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(minutes=50)
    scene.ping(check_id)
    scene.clock.advance(minutes=20)
    assert scene.house.tick() == Ticked(due=1, rearmed=1)
    assert scene.read(check_id).armed == scene.clock() - 20 * MINUTE + 65 * MINUTE
    assert scene.house.tick() == Ticked()


def test_tick_notices_a_run_that_overran(scene: Scene) -> None:
    """A start without a finish is down after the grace time, on a new check as well, and stays started."""
    check_id = scene.check()
    scene.ping(check_id, Kind.START)
    scene.clock.advance(minutes=5)
    assert scene.house.tick() == Ticked(due=1, down=1, sent=1)
    assert scene.read(check_id).check.started
    scene.ping(check_id)
    scene.house.tick()
    assert scene.told() == ["down", "up"]


def test_tick_leaves_paused_and_deleted_checks(scene: Scene) -> None:
    """Nobody waits for them."""
    paused, deleted = scene.check(), scene.check()
    for check_id in (paused, deleted):
        scene.ping(check_id)
    pause_check(scene.house.checks, check_id=paused, by=COMMAND, now=scene.clock())
    scene.house.checks.delete(scene.read(deleted), scene.house.checks.info(deleted) or Info())
    scene.clock.advance(days=2)
    assert scene.house.tick() == Ticked()


def test_tick_that_loses_to_a_ping_leaves_the_check_up(scene: Scene) -> None:
    """The ping got in between the tick's look and its write: no flip, no alert."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(hours=2)
    table = Interposed(scene.house.table, before={"transact": [lambda: scene.ping(check_id)]})
    assert through(scene, table).tick() == Ticked(due=1, rearmed=1)
    assert scene.read(check_id).check.status is Status.UP
    assert scene.told() == []


def test_ticks_that_overlap_turn_a_check_down_once(scene: Scene) -> None:
    """A second tick does all its work between the first one's look and its write."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(hours=2)
    table = Interposed(scene.house.table, before={"transact": [scene.house.tick]})
    assert through(scene, table).tick() == Ticked(due=1)
    assert scene.told() == ["down"]


def test_ticks_at_once_in_threads_send_each_alert_once(scene: Scene) -> None:
    """Four tickers, as in four processes, over ten checks."""
    checks = [scene.check() for _ in range(10)]
    for check_id in checks:
        scene.ping(check_id)
    scene.clock.advance(hours=2)
    houses = [through(scene, scene.house.table) for _ in range(4)]
    threads = [Thread(target=house.tick) for house in houses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for house in houses:
        house.courier.close()
    scene.house.tick(now=scene.clock.advance(minutes=2))
    assert sorted(notice.check_id for notice in scene.channel.told) == sorted(checks)


def test_tick_out_of_time_says_so_and_the_next_goes_on(scene: Scene) -> None:
    """What a short tick left is left whole, and everybody is told once in the end."""
    checks = [scene.check() for _ in range(5)]
    for check_id in checks:
        scene.ping(check_id)
    scene.clock.advance(hours=2)

    def two_are_down() -> bool:
        return sum(scene.read(check_id).check.status is Status.DOWN for check_id in checks) >= 2

    house = scene.house
    cut_short = tick(
        house.checks, house.courier, now=scene.clock(), clock=scene.clock(), out_of_time=two_are_down, wait_for=None
    )
    assert (cut_short.due, cut_short.down, cut_short.complete) == (2, 2, False)
    rest = scene.house.tick()
    assert (rest.due, rest.down, rest.complete) == (3, 3, True)
    assert sorted(notice.check_id for notice in scene.channel.told) == sorted(checks)


def test_alert_that_waits_goes_out_however_much_there_is_to_judge(scene: Scene) -> None:
    """A tick whose time is all taken by judging delivers what was there before."""
    waiting, silent = scene.check(), scene.check()
    scene.ping(waiting, Kind.FAIL)
    scene.ping(silent)
    scene.clock.advance(hours=2)

    def someone_was_told() -> bool:
        return bool(scene.channel.told)

    house = scene.house
    tick(
        house.checks, house.courier, now=scene.clock(), clock=scene.clock(), out_of_time=someone_was_told, wait_for=None
    )
    assert scene.channel.told[0].check_id == waiting


def test_store_that_fails_in_a_tick_delays_an_alert_to_the_next_only(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    """Trouble of the store is not the check's: it stays due."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(hours=2)

    def fail() -> None:
        raise StoreUnavailable("The table is asked for more than it may give")

    troubled = through(scene, Interposed(scene.house.table, before={"transact": [fail]}))
    assert troubled.tick() == Ticked(due=1, complete=False)
    assert "next tick" in caplog.text
    assert scene.house.tick() == Ticked(due=1, down=1, sent=1)


def test_check_that_cannot_be_judged_does_not_stop_the_line(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged and pushed an hour out; the others are judged; it comes back when it is mended."""
    sick, well = scene.check(), scene.check()
    for check_id in (sick, well):
        scene.ping(check_id)
    key = Key(f"check#{sick}", "state")
    scene.house.table.update(Update(key, set={"status": "gibberish"}))
    scene.clock.advance(hours=2)
    assert scene.house.tick() == Ticked(due=2, down=1, put_off=1, sent=1)
    assert sick in caplog.text
    assert scene.house.tick() == Ticked()
    scene.house.table.update(Update(key, set={"status": "up"}))
    scene.clock.advance(hours=1)
    assert scene.house.tick() == Ticked(due=1, down=1, sent=1)


def test_log_that_cannot_be_cleared_up_holds_no_alert_up(
    scene: Scene, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alerts come first, and housekeeping may fail: what is left goes another time."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.ping(check_id)
    set_retention(
        scene.house.checks,
        scene.house.projects,
        project=scene.project,
        days=None,
        count=1,
        by=COMMAND,
        now=scene.clock(),
    )
    monkeypatch.setattr(type(scene.house.table), "delete", Mock(side_effect=StoreUnavailable("down")))
    scene.clock.advance(hours=2)
    ticked = scene.house.tick()
    assert (ticked.down, ticked.sent, ticked.complete) == (1, 1, True)
    assert f"The log of check {check_id} was not cleared up" in caplog.text


def test_run_is_judged_though_the_schedule_cannot_be(scene: Scene) -> None:
    """A run has a deadline of its own: the page says down, so people are told."""
    check_id = scene.check(grace=timedelta(minutes=5))
    scene.ping(check_id)
    _spoil(scene, check_id)
    scene.ping(check_id, Kind.START)
    scene.clock.advance(minutes=4)
    assert scene.house.tick().down == 0
    scene.clock.advance(minutes=2)
    assert scene.house.tick().down == 1
    assert scene.told() == ["down"]


def test_repair_is_not_lost_to_a_tick_that_put_the_check_off(scene: Scene) -> None:
    """The editor read where the check's entry in the due index was before the tick moved it."""
    check_id = scene.check()
    scene.ping(check_id)
    _spoil(scene, check_id)
    scene.clock.advance(hours=2)

    table = Interposed(scene.house.table, before={"transact": [scene.house.tick]})
    wishes = Wishes(Info(), Simple(timedelta(hours=2)), timedelta(minutes=10))
    checks = Checks(table, scene.house.checks.log)
    edit_check(checks, check_id=check_id, wishes=wishes, by=COMMAND, now=scene.clock())
    stored = scene.read(check_id)
    assert stored.armed is not None
    assert stored.check.deadline is not None
    assert stored.armed <= stored.check.deadline


def test_look_at_the_future_sweeps_nothing_that_is_kept_today(scene: Scene) -> None:
    """`flask tick --now` with a moment far ahead turns checks down, and leaves their logs."""
    check_id = scene.check()
    scene.ping(check_id)
    assert scene.house.tick(now=scene.clock() + timedelta(days=999)).swept == 0
    assert [ping.n for ping in scene.log(check_id)] == [1]


def _spoil(scene: Scene, check_id: str) -> None:
    """Give the check a schedule that nothing can be made of."""
    nowhere: dict[str, Value] = {"kind": "cron", "schedule": "0 4 * * *", "tz": "Mars/Olympus"}
    scene.house.table.update(Update(Key(f"check#{check_id}", "state"), set=nowhere, add={"rev": 1}))


def test_tick_tells_how_long_the_oldest_entry_had_been_up(scene: Scene) -> None:
    """Of all that it meets; one that meets nothing had nothing to wait for it."""
    for timeout in (61, 60, 62):
        scene.ping(scene.check(timeout=timedelta(minutes=timeout)))
    scene.clock.advance(hours=1, minutes=7)
    ticked = scene.house.tick()
    assert (ticked.due, ticked.oldest_due) == (3, 120)
    assert scene.house.tick().oldest_due == 0


def test_entry_that_nobody_came_for_is_old_though_its_check_is_well(scene: Scene) -> None:
    """A ping leaves its check's entry where it is: what is measured is the tick, not the check."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(minutes=60)
    scene.ping(check_id)
    scene.clock.advance(minutes=15)
    ticked = scene.house.tick()
    assert (ticked.down, ticked.rearmed, ticked.oldest_due) == (0, 1, 600)


def test_late_tick_tells_what_happened_and_when(scene: Scene) -> None:
    """Nobody ticked for a week: the alert still bears the moment of the deadline."""
    check_id = scene.check()
    scene.ping(check_id)
    deadline = scene.clock() + 65 * MINUTE
    scene.clock.advance(days=7)
    scene.house.tick()
    assert [notice.at for notice in scene.channel.told] == [deadline]


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("lives", range(4))
def test_power_cut_anywhere_in_a_tick_loses_nothing(scene: Scene, lives: int, cut_after: bool) -> None:
    """Whichever write is the last, flip and alert stand together, and a later tick brings the message.

    Only a cut after the message left and before that was noted may bring it twice.
    """
    check_id = scene.check()
    scene.ping(check_id)
    scene.clock.advance(hours=2)
    dying = through(scene, Interposed(scene.house.table, lives=lives, cut_after=cut_after))
    try:
        dying.tick()
    except PowerCut:
        flips = len(scene.flips(check_id))
        assert flips == scene.read(check_id).check.n_flips == 1 + len(_alerts(scene, check_id))
    finally:
        dying.courier.close()
    scene.clock.advance(minutes=2)
    scene.house.tick()
    assert set(scene.told()) == {"down"}
    assert len({notice.key for notice in scene.channel.told}) == 1
    assert len(scene.flips(check_id)) == 2


@pytest.mark.parametrize("cut_after", [False, True])
@pytest.mark.parametrize("kind", [Kind.SUCCESS, Kind.FAIL])
def test_power_cut_in_a_ping_leaves_all_or_nothing(scene: Scene, kind: Kind, cut_after: bool) -> None:
    """The state, its flip, its log entry and its alert were written together, or not at all."""
    check_id = scene.check()
    dying = replace(scene, house=through(scene, Interposed(scene.house.table, lives=0, cut_after=cut_after)))
    with pytest.raises(PowerCut):
        dying.ping(check_id, kind)
    wrote = int(cut_after)
    check = scene.read(check_id).check
    assert (check.n_pings, check.n_flips) == (wrote, wrote)
    assert len(scene.flips(check_id)) == wrote
    assert len(scene.log(check_id)) == wrote
    assert len(_alerts(scene, check_id)) == wrote * (kind is Kind.FAIL)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@given(minutes=st.lists(st.integers(0, 90), min_size=1, max_size=8))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mix_of_pings_and_ticks_tells_every_change_in_turn(scene: Scene, minutes: list[int]) -> None:
    """Down and up alternate in what people are told, beginning with down, and nothing waits at the end."""
    scene.channel.told.clear()
    check_id = scene.check()
    for step in minutes:
        scene.clock.advance(minutes=step)
        if step % 3:
            scene.ping(check_id, Kind.FAIL if step % 5 == 0 else Kind.SUCCESS)
        else:
            scene.house.tick()
    scene.house.tick(now=scene.clock.advance(minutes=1))
    told = [notice.status for notice in scene.channel.told if notice.check_id == check_id]
    assert told == [("down", "up")[turn % 2] for turn in range(len(told))]
    flips = scene.flips(check_id)
    assert len(told) == sum(flip.alerts for flip in flips)


def _alerts(scene: Scene, check_id: str) -> list[object]:
    page = scene.house.table.query(f"check#{check_id}")
    return [item for item in page.items if str(item["sk"]).startswith("alert#")]

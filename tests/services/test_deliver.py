"""Alerts reach their channels: in order, again after a failure, and never held up by another channel."""

from __future__ import annotations

import json
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from msgspec.structs import replace

from tests.fakes import START, Clock, FakeChannel, Scene
from tests.tables import Interposed
from tocsin.channels.port import Config, DeliveryFailed, Notice
from tocsin.domain.check import unique_key
from tocsin.domain.flip import Reason
from tocsin.domain.ping import Kind
from tocsin.house import House
from tocsin.services import channels
from tocsin.services.checks import delete_check
from tocsin.services.deliver import BACK_OFF, GIVE_UP, LEASE, TURN
from tocsin.services.tick import Ticked
from tocsin.signals import alert_sent, check_flipped, ping_recorded
from tocsin.stores.alerts import Alert, put_alert
from tocsin.stores.audit import COMMAND
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import shards
from tocsin.stores.table import DUE, Page, Update

PASSING = DeliveryFailed("Received status code 500")
PERMANENT = DeliveryFailed("Received status code 410", permanent=True)


def channel_of(scene: Scene, channel_id: str = "") -> StoredChannel:
    channel = scene.house.channels.get(scene.project, channel_id or scene.channel_id)
    assert channel is not None
    return channel


def edit(scene: Scene, name: str, **config: str) -> None:
    house = scene.house
    channels.edit_channel(
        house.channels,
        house.kinds,
        channel=channel_of(scene),
        name=name,
        config=config,
        by=COMMAND,
        now=scene.clock(),
    )


def waiting(scene: Scene) -> list[Alert]:
    return [alert for shard in shards("alert") for alert in scene.house.alerts.due(shard, scene.clock())[0]]


def go_down(scene: Scene, **info: object) -> str:
    check_id = scene.check(**info)  # type: ignore[arg-type]
    scene.ping(check_id, Kind.FAIL, exit_status=3, body=b"no space left")
    return check_id


def test_notice_tells_what_was_known_at_the_flip(scene: Scene) -> None:
    """Later pings don't change the story: exit status and output are those of the ping that turned it down."""
    check_id = go_down(scene, name="nightly", slug="night", tags="db prod", desc="dumps")
    scene.ping(check_id, Kind.LOG, body=b"something else")
    scene.house.tick()
    (notice,) = scene.channel.told
    assert (notice.name, notice.slug, notice.tags, notice.desc) == ("nightly", "night", ("db", "prod"), "dumps")
    assert (notice.up, notice.reason, notice.project) == (False, Reason.FAIL, "Backups")
    assert notice.last_ping is not None
    assert (notice.last_ping.exit_status, notice.last_ping.body) == (3, b"no space left")
    assert notice.schedule == "every 1 hour, grace time 5 minutes"
    assert notice.url == f"http://localhost:5000/cloaked/{unique_key(check_id)}/"
    assert check_id not in notice.url


def test_notice_of_recovery_tells_the_downtime(scene: Scene) -> None:
    """From the flip down to the flip up."""
    check_id = go_down(scene)
    scene.clock.advance(minutes=7)
    scene.ping(check_id)
    scene.house.tick()
    down, up = scene.channel.told
    assert (down.downtime, up.downtime) == (None, timedelta(minutes=7))
    assert down.key != up.key


def test_key_is_the_same_for_every_attempt_and_hides_the_check(scene: Scene) -> None:
    """A receiver can tell a repetition, and does not learn the secret ping URL from it."""
    keys: list[str] = []

    class Flaky(FakeChannel):
        def send(self, config: Config, notice: Notice) -> None:
            keys.append(notice.key)
            super().send(config, notice)

    flaky = Flaky(failures=[PASSING])
    scene.house.kinds._by_kind["fake"] = flaky  # noqa: SLF001 (the registry of this house alone)
    check_id = go_down(scene)
    scene.house.tick()
    scene.house.tick(now=scene.clock.advance(minutes=2))
    assert len(keys) == 2
    assert len(set(keys)) == 1
    assert check_id not in keys[0]


def test_key_differs_for_checks_that_go_down_together(scene: Scene) -> None:
    """Same moment, same channel, same count of flips: still two messages, and a receiver must see two."""
    for check_id in [scene.check(), scene.check()]:
        scene.ping(check_id)
    scene.house.tick(now=scene.clock.advance(hours=2))
    assert len({notice.key for notice in scene.channel.told}) == 2


def test_passing_failure_is_tried_again_with_patience(scene: Scene) -> None:
    """Not before its time, then after each step of the back-off, until it goes through."""
    scene.channel.failures = [PASSING] * len(BACK_OFF)
    go_down(scene)
    assert scene.house.tick().failed == 1
    for pause in BACK_OFF:
        almost = scene.clock.advance(seconds=pause.total_seconds() - 1)
        assert scene.house.tick(now=almost).failed == 0
        scene.house.tick(now=scene.clock.advance(seconds=1))
    assert scene.told() == ["down"]
    assert channel_of(scene).last_error == ""


def test_failure_shows_on_the_channel(scene: Scene) -> None:
    """The owner sees what went wrong, and when."""
    scene.channel.failures = [PASSING]
    go_down(scene)
    scene.house.tick()
    channel = channel_of(scene)
    assert (channel.last_error, channel.last_at, channel.disabled) == (str(PASSING), scene.clock(), False)


def test_failure_for_a_day_is_given_up_and_said(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is dropped without a word."""
    scene.channel.failures = [PASSING, PASSING]
    go_down(scene)
    scene.house.tick()
    scene.clock.now += GIVE_UP + timedelta(seconds=1)
    assert scene.house.tick().failed == 1
    assert "Gave up" in caplog.text
    assert channel_of(scene).last_error == str(PASSING)
    assert scene.house.tick(now=scene.clock.advance(days=1)).failed == 0


def test_alert_that_was_written_late_is_tried_for_a_day_as_well(scene: Scene) -> None:
    """Nobody ticked for 30 hours: the day begins when the alert is written, not when silence began."""
    check_id = scene.check()
    scene.ping(check_id)
    scene.channel.failures = [PASSING]
    assert scene.house.tick(now=scene.clock.advance(hours=30)).failed == 1
    assert scene.house.tick(now=scene.clock.advance(minutes=1)).sent == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_backlog_of_a_broken_channel_starves_no_other(scene: Scene) -> None:
    """More alerts than one page of every shard holds wait for a dead channel; another's goes out at the first tick."""
    check_id = go_down(scene)
    (alert,) = waiting(scene)
    dead = scene.hang_up(dead="yes")
    backlog = [replace(alert, channel_id=dead, flip=replace(alert.flip, n=n, at=START)) for n in range(1, 700)]
    for one in backlog:
        scene.house.table.put(put_alert(replace(one, due=START - timedelta(days=1))))

    class Dead(FakeChannel):
        def send(self, config: Config, notice: Notice) -> None:
            if config.get("dead"):
                raise PASSING
            super().send(config, notice)

    scene.house.kinds._by_kind["fake"] = told = Dead()  # noqa: SLF001 (the registry of this house alone)
    ticked = scene.house.tick()
    assert (ticked.sent, ticked.failed) == (1, 1)
    assert [notice.check_id for notice in told.told] == [check_id]
    assert scene.house.tick() == Ticked()


def test_permanent_failure_switches_the_channel_off_until_it_is_edited(scene: Scene) -> None:
    """Alerts that come meanwhile are not sent; an edit switches it on again."""
    scene.channel.failures = [PERMANENT]
    check_id = go_down(scene)
    scene.house.tick()
    assert channel_of(scene).disabled
    scene.ping(check_id)
    assert scene.house.tick().sent == 0
    edit(scene, name="again")
    assert not channel_of(scene).disabled
    scene.ping(check_id, Kind.FAIL)
    scene.house.tick()
    assert scene.told() == ["down"]


def test_crash_of_a_channel_is_a_passing_failure(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """A bug in one kind of channel is logged and tried again; the tick goes on."""
    scene.channel.failures = [RuntimeError("bug")]
    go_down(scene)
    assert scene.house.tick().failed == 1
    assert "RuntimeError: bug" in caplog.text
    scene.house.tick(now=scene.clock.advance(minutes=1))
    assert scene.told() == ["down"]


def test_channel_whose_kind_is_gone_harms_no_other(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """A plug-in was taken away: its channel fails visibly, and the others are told."""
    gone = StoredChannel("gone", scene.project, "pigeon", "", {}, scene.clock())
    scene.house.channels.create(gone)
    check_id = scene.check()
    scene.house.checks.attach(check_id, "gone")
    scene.ping(check_id, Kind.FAIL)
    ticked = scene.house.tick()
    assert (ticked.sent, ticked.failed) == (1, 1)
    assert "pigeon" in caplog.text
    channel = scene.house.channels.get(scene.project, "gone")
    assert channel is not None
    assert channel.last_error.startswith("An internal error")


def test_alert_that_was_damaged_harms_no_other(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """It is logged, and those beside it go out."""
    check_id = go_down(scene)
    (alert,) = waiting(scene)
    sick = replace(alert, channel_id="sick")
    scene.house.table.put(put_alert(sick))
    scene.house.table.update(Update(sick.key, set={"new": "gibberish"}))
    assert scene.house.tick().sent == 1
    assert "can't be read" in caplog.text
    assert [notice.check_id for notice in scene.channel.told] == [check_id]


def test_result_of_a_delivery_does_not_undo_an_edit(scene: Scene) -> None:
    """The owner mended the channel while a delivery to its old address was failing for good."""
    old = channel_of(scene)
    edit(scene, name="mended", where="elsewhere")
    scene.house.channels.note_result(old, now=scene.clock(), error="gone", disable=True)
    assert (channel_of(scene).disabled, channel_of(scene).last_error) == (False, "")


def test_json_says_what_the_message_says(scene: Scene) -> None:
    """A message that comes late tells of its own flip, not of what the check is by then."""
    check_id = go_down(scene)
    scene.ping(check_id)
    scene.house.tick()
    assert [json.loads(notice.check_json)["status"] for notice in scene.channel.told] == ["down", "up"]


def test_order_is_kept_for_a_check_and_its_channel(scene: Scene) -> None:
    """A recovery never overtakes the alert of the fall, however often that fails."""
    scene.channel.failures = [PASSING]
    check_id = go_down(scene)
    scene.house.tick()
    scene.clock.advance(seconds=10)
    scene.ping(check_id)
    scene.house.tick()
    assert scene.told() == []
    for _ in range(6):
        scene.house.tick(now=scene.clock.advance(minutes=1))
    assert scene.told() == ["down", "up"]


def test_broken_channel_does_not_touch_another(scene: Scene) -> None:
    """Each channel has alerts of its own."""
    scene.hang_up(only="down")
    scene.channel.failures = [PASSING]
    go_down(scene)
    ticked = scene.house.tick()
    assert (ticked.sent, ticked.failed) == (1, 1)


def test_slow_channel_delays_no_other(scene: Scene) -> None:
    """While one channel hangs, later ticks deliver through the others, and don't wait in line behind it."""
    begun, release = Event(), Event()
    hung: list[str] = []

    class Hanging(FakeChannel):
        def send(self, config: Config, notice: Notice) -> None:
            if config.get("hang"):
                hung.append(notice.key)
                begun.set()
                assert release.wait(30)
            super().send(config, notice)

    hanging = Hanging()
    scene.house.kinds._by_kind["fake"] = hanging  # noqa: SLF001 (the registry of this house alone)
    slow = scene.hang_up(hang="yes")
    first = go_down(scene)
    try:
        hurried = scene.house.tick(wait_for=timedelta())
        assert begun.wait(30)
        assert not hurried.complete
        second = go_down(scene)
        scene.house.tick(wait_for=timedelta(milliseconds=1))
        for _ in range(1000):
            scene.house.tick(wait_for=timedelta(milliseconds=1))
            if len(hanging.told) == 2:
                break
        assert {notice.check_id for notice in hanging.told} == {first, second}
        assert all(slow not in notice.key for notice in hanging.told)
        assert len(hung) == 1
    finally:
        release.set()
        scene.house.courier.close()


def test_claimed_alert_is_left_alone_until_its_lease_ends(scene: Scene, clock: Clock) -> None:
    """A process that died with a claim in its hand delays the alert, and does not lose it."""
    check_id = go_down(scene)
    (alert,) = waiting(scene)
    scene.house.alerts.claim(alert, until=clock() + LEASE)
    assert scene.house.tick().sent == 0
    clock.now += LEASE
    assert scene.house.tick().sent == 1
    assert [notice.check_id for notice in scene.channel.told] == [check_id]


def test_index_that_lags_does_not_break_a_claim(scene: Scene) -> None:
    """The index may name an alert as due that another process has claimed by now."""

    class Lagging(Interposed):
        def query(self, pk: str, *args: Any, **named: Any) -> Page:
            if named.get("index"):
                return Page(seen.get(pk, ()), None)
            return super().query(pk, *args, **named)

    go_down(scene)
    seen = {shard: scene.house.table.query(shard, index=DUE).items for shard in shards("alert")}
    (alert,) = waiting(scene)
    scene.house.alerts.claim(alert, until=scene.clock() + LEASE)
    other = House(scene.house.settings, Lagging(scene.house.table), scene.house.kinds, clock=scene.clock)
    assert other.tick().sent == 0
    other.courier.close()
    assert scene.told() == []


def test_recovery_waits_a_moment_for_the_fall_in_another_hand(scene: Scene) -> None:
    """Another process is just telling of the fall: the recovery follows in seconds, not when the lease ends."""
    check_id = go_down(scene)
    (fall,) = waiting(scene)
    claimed = scene.house.alerts.claim(fall, until=scene.clock() + LEASE)
    scene.ping(check_id)
    assert scene.house.tick().sent == 0
    scene.house.alerts.finish(claimed, now=scene.clock())
    scene.clock.now += TURN
    assert scene.house.tick().sent == 1
    assert scene.told() == ["up"]


@pytest.mark.parametrize("only", ["up", "down"])
def test_channel_hears_only_what_it_wants(scene: Scene, only: str) -> None:
    """What a channel is not meant to tell is taken out of the outbox unsent."""
    scene.house.channels.delete(channel_of(scene))
    scene.hang_up(only=only)
    check_id = go_down(scene)
    scene.ping(check_id)
    scene.house.tick()
    assert scene.told() == [only]
    assert scene.house.tick(now=scene.clock.advance(minutes=30)).sent == 0


def test_alert_of_a_deleted_channel_or_check_is_not_sent(scene: Scene) -> None:
    """Nobody waits for it, and it does not come up again."""
    spare = scene.hang_up()
    check_id = go_down(scene)
    scene.house.channels.delete(channel_of(scene, spare))
    delete_check(scene.house.checks, check_id=check_id, by=COMMAND, now=scene.clock())
    assert scene.house.tick().sent == 0
    assert scene.house.tick(now=scene.clock.advance(days=1)).sent == 0
    assert scene.told() == []


def test_channels_that_came_and_went_do_not_stop_a_flip(scene: Scene) -> None:
    """A check that remembers more deleted channels than a transaction holds still goes down, and tells who is left."""
    check_id = scene.check()
    for number in range(120):
        scene.house.checks.attach(check_id, f"gone-{number}")
    scene.ping(check_id, Kind.FAIL)
    assert scene.house.tick().sent == 1


def test_signals_tell_extensions_and_survive_them(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """Every signal comes after the fact, with its arguments; a receiver that raises harms nothing."""
    heard: list[str] = []

    def receiver(sender: str, **arguments: object) -> None:
        heard.append(min(arguments))
        assert arguments["project"] == scene.project
        raise RuntimeError("a listener's bug")

    with ping_recorded.connected_to(receiver), check_flipped.connected_to(receiver), alert_sent.connected_to(receiver):
        check_id = go_down(scene)
        scene.ping(check_id)
        scene.ping(check_id)
        scene.house.tick()
    assert heard == ["flip", "ping", "flip", "ping", "ping", "channel", "channel"]
    assert "a listener's bug" in caplog.text
    assert scene.told() == ["down", "up"]

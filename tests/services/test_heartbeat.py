"""The heartbeat: another monitor hears of ticks that went well, and of no others."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app import create_app
from tests.channels.receivers import Answer, Receiver, serving
from tests.conftest import Engine
from tests.fakes import Clock, Scene, settings_for
from tests.tables import Interposed
from tocsin.house import House
from tocsin.settings import SettingsError
from tocsin.stores.table import StoreUnavailable, Table

SECRET_PATH = "/ping/0f7cd0a2-secret"


@pytest.fixture
def engine() -> Engine:
    """One is enough: nothing here touches the store."""
    return "sqlite"


@pytest.fixture
def monitor() -> Iterator[Receiver]:
    with serving(Receiver()) as running:
        yield running


@pytest.fixture
def scene(house: House, clock: Clock, monitor: Receiver) -> Iterator[Scene]:
    """A house whose ticks are told to `monitor`."""
    scene = Scene.set(house, clock)
    scene.house = watched(scene, monitor)
    yield scene
    scene.house.courier.close()


def watched(scene: Scene, monitor: Receiver, table: Table | None = None) -> House:
    settings = settings_for(scene.house.settings.store, Path(), heartbeat_url=monitor.url(SECRET_PATH))
    return House(settings, table or scene.house.table, scene.house.kinds, clock=scene.clock)


def test_tick_that_went_well_is_told(scene: Scene, monitor: Receiver) -> None:
    """By a plain GET, which every monitor takes."""
    scene.house.tick()
    assert (monitor.call.method, monitor.call.path, monitor.call.body) == ("GET", SECRET_PATH, b"")


def test_ticks_every_second_are_told_about_once_a_minute(scene: Scene, monitor: Receiver) -> None:
    """The other monitor has more to do than to hear us."""
    for _ in range(121):
        scene.house.tick()
        scene.clock.advance(seconds=1)
    assert len(monitor.calls) == 3


def test_ticks_every_minute_are_all_told(scene: Scene, monitor: Receiver) -> None:
    """Those too that come a moment early: a beat that is left out is a false alarm elsewhere."""
    for seconds in (60, 58, 61, 59.9):
        scene.house.tick()
        scene.clock.advance(seconds=seconds)
    assert len(monitor.calls) == 4


def test_clock_that_was_set_back_silences_nobody(scene: Scene, monitor: Receiver) -> None:
    """It may take a day to catch up."""
    scene.house.tick()
    scene.clock.advance(days=-1)
    scene.house.tick()
    assert len(monitor.calls) == 2


def test_tick_that_ran_out_of_time_is_not_told(scene: Scene, monitor: Receiver) -> None:
    """A house that can't keep up needs somebody to look."""
    scene.ping(scene.check())
    scene.clock.advance(hours=2)
    assert scene.house.tick(time=timedelta(seconds=-1)).complete is False
    assert monitor.calls == []


def test_tick_that_left_something_is_not_told(scene: Scene, monitor: Receiver) -> None:
    """Nor is one that had the time, and could not write."""

    def fail() -> None:
        raise StoreUnavailable("The table is asked for more than it may give")

    scene.ping(scene.check())
    scene.clock.advance(hours=2)
    scene.house = watched(scene, monitor, Interposed(scene.house.table, before={"transact": [fail]}))
    assert scene.house.tick().complete is False
    assert monitor.calls == []


def test_tick_that_failed_is_not_told(scene: Scene, monitor: Receiver) -> None:
    """The store is out of reach: nobody is watching."""

    def fail() -> None:
        raise StoreUnavailable("The table is asked for more than it may give")

    scene.house = watched(scene, monitor, Interposed(scene.house.table, before={"query": [fail]}))
    with pytest.raises(StoreUnavailable):
        scene.house.tick()
    assert monitor.calls == []


def test_look_at_another_moment_is_not_told(scene: Scene, monitor: Receiver) -> None:
    """Somebody tries `flask tick --now`: no sign that anything ticks by itself."""
    scene.house.tick(now=scene.clock())
    assert monitor.calls == []


def test_alerts_go_first(scene: Scene, monitor: Receiver) -> None:
    """What people wait for is delivered when the other monitor is called."""
    heard: list[list[str]] = []
    monitor.on_call = lambda _: heard.append(scene.told())
    scene.ping(scene.check())
    scene.clock.advance(hours=2)
    scene.house.tick()
    assert heard == [["down"]]


def test_monitor_that_refuses_hurts_nothing(scene: Scene, monitor: Receiver, caplog: pytest.LogCaptureFixture) -> None:
    """It is a warning, which keeps the URL to itself."""
    monitor.answers[SECRET_PATH] = Answer(404)
    assert scene.house.tick().complete is True
    assert "The heartbeat was answered with status code 404" in caplog.text
    assert "secret" not in caplog.text


def test_monitor_that_is_gone_hurts_nothing(scene: Scene, caplog: pytest.LogCaptureFixture) -> None:
    """The same where nobody listens."""
    scene.house = watched(scene, Receiver(port=1))
    assert scene.house.tick().complete is True
    assert "The heartbeat was not sent: Connection failed" in caplog.text
    assert "secret" not in caplog.text


def test_slow_monitor_does_not_hold_the_next_tick_up(scene: Scene, monitor: Receiver) -> None:
    """The ticker of a local server waits no longer for it than for deliveries; the call goes on by itself."""
    called, answer = threading.Event(), threading.Event()

    def hesitate(_: object) -> None:
        called.set()
        answer.wait(5)

    monitor.on_call = hesitate
    scene.house.tick(wait_for=timedelta(0))
    beating = [thread for thread in threading.enumerate() if thread.name == "heartbeat"]
    assert called.wait(5)
    answer.set()
    for thread in beating:
        thread.join()
    assert len(beating) == 1


def test_house_without_a_monitor_calls_nobody(house: House) -> None:
    """Which is how it comes."""
    assert house.heartbeat is None
    assert house.tick().complete is True


@pytest.mark.parametrize("url", ["http://a..b/ping", f"http://{'x' * 300}/ping", "http://host/a\\b"])
def test_url_that_no_beat_could_call_stops_the_start(tmp_path: Path, url: str) -> None:
    """It would be a warning every minute, and an alarm elsewhere."""
    settings = settings_for(f"sqlite://{tmp_path / 'tocsin.sqlite3'}", tmp_path, heartbeat_url=url)
    with pytest.raises(SettingsError, match="TOCSIN_HEARTBEAT_URL can't be used"):
        create_app(settings)

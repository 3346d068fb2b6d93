"""`flask run` alone is a working monitor, and what it answered OK survives whatever happens to it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import cast

import pytest

from app import open_store
from tests.channels.receivers import Call, Receiver, serving
from tests.e2e.server import Server, running
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.channels.webhook import WebhookChannel
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.house import House
from tocsin.stores.sqlite import SqliteTable


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path, TOCSIN_ALLOW_PRIVATE_TARGETS="1") as server:
        yield server


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    """The server's own store, reached from another process, as an operator's command does."""
    table = cast(SqliteTable, open_store(server.store))
    kinds = Registry([WebhookChannel(allow_private=True)])
    house = House(settings_for(server.store, tmp_path), table, kinds)
    scene = Scene.set(house, Clock(datetime.now(UTC)))
    yield scene
    table.close()


def answers(server: Server, path: str, connection: HTTPConnection | None = None) -> tuple[int, str]:
    connection = connection or HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", path, body=b"output")
    response = connection.getresponse()
    told = response.status, response.read().decode()
    connection.close()
    return told


def test_server_notices_silence_by_itself_and_tells(server: Server, scene: Scene) -> None:
    """No cron line, no second process: a check that fell silent goes down, and the webhook is called."""
    calls: Queue[Call] = Queue()
    with serving(Receiver(on_call=calls.put)) as receiver:
        scene.hang_up(kind="webhook", url_down=receiver.url("/down"), url_up=receiver.url("/up"))
        check_id = scene.check(name="nightly", timeout=timedelta(minutes=1), grace=timedelta(minutes=1))
        scene.clock.advance(minutes=-5)
        scene.ping(check_id)
        assert calls.get(timeout=30).path == "/down"
        assert scene.read(check_id).check.status is Status.DOWN
        assert answers(server, f"/ping/{check_id}") == (200, "OK")
        assert calls.get(timeout=30).path == "/up"


def test_kill_in_the_middle_of_pings_loses_no_answered_one(server: Server, scene: Scene) -> None:
    """Ten clients ping as fast as they can; the process is killed; every OK that was heard is in the log."""
    check_id = scene.check(grace=timedelta(hours=1))
    heard: Queue[str] = Queue()

    def client(number: int) -> None:
        try:
            for turn in range(10_000):
                path = f"/ping/{check_id}?rid=00000000-0000-4000-8000-{number:04d}{turn:08d}"
                if answers(server, path) == (200, "OK"):
                    heard.put(path[-36:])
        except (OSError, HTTPException):
            return

    threads = [Thread(target=client, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    answered = {heard.get(timeout=30) for _ in range(100)}
    server.stop(signal.SIGKILL)
    for thread in threads:
        thread.join()
    answered |= {heard.get_nowait() for _ in range(heard.qsize())}
    log = scene.log(check_id, limit=100_000)
    assert answered <= {str(ping.rid) for ping in log}
    assert [ping.n for ping in log] == list(range(len(log), 0, -1))
    assert scene.read(check_id).check.n_pings == len(log)


def test_server_that_was_killed_goes_on_where_it_was(server: Server, scene: Scene) -> None:
    """After a restart the same check takes its next ping."""
    check_id = scene.check()
    assert answers(server, f"/ping/{check_id}") == (200, "OK")
    server.stop(signal.SIGKILL)
    server.start()
    assert answers(server, f"/ping/{check_id}/fail") == (200, "OK")
    assert [ping.kind for ping in scene.log(check_id, limit=9)] == [
        Kind.FAIL,
        Kind.SUCCESS,
    ]


def test_body_in_chunks_is_kept(server: Server, scene: Scene) -> None:
    """Some clients stream what they send, without saying how long it is."""
    check_id = scene.check()
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", f"/ping/{check_id}", body=iter([b"one ", b"two"]), encode_chunked=True)
    assert connection.getresponse().read() == b"OK"
    connection.close()
    ping = scene.entry(check_id, 1)
    assert ping is not None
    assert ping.body == b"one two"


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TOCSIN_STORE": "postgres://x"}, "TOCSIN_STORE must be sqlite:///path or dynamodb://table"),
        ({"TOCSIN_TRUSTED_PROXIES": "many"}, "TOCSIN_TRUSTED_PROXIES must be a whole number"),
        ({"TOCSIN_MAIL": "smtp://"}, "TOCSIN_MAIL"),
        ({"TOCSIN_STORE": "sqlite:///dev/null/x"}, "/dev/null/x"),
    ],
)
def test_bad_setting_stops_the_start_with_a_sentence(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    """One line that names what is wrong, and no traceback."""
    server = Server(tmp_path, environ)
    with pytest.raises(RuntimeError) as stopped:
        server.start()
    told = str(stopped.value)
    assert sentence in told
    assert "Traceback" not in told
    assert len(told.strip().splitlines()) == 1


def test_file_that_is_no_database_stops_the_start(tmp_path: Path) -> None:
    """The sentence names the file and says how to mend it."""
    server = Server(tmp_path)
    (tmp_path / "tocsin.sqlite3").write_text("My diary. Dear me.\n" * 100)
    with pytest.raises(RuntimeError, match=r"tocsin\.sqlite3"):
        server.start()

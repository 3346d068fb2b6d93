"""`flask mail-listener` as a process of its own, as systemd starts and stops it."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from smtplib import SMTP
from socket import create_server
from typing import cast

import pytest

from app import open_store
from tests.e2e.server import Server
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.domain.check import Status
from tocsin.house import House
from tocsin.stores.sqlite import SqliteTable

DOMAIN = "ping.example.org"


def listener(folder: Path, **environ: str) -> Server:
    return Server(folder, environ, command="mail-listener", says="Listening for mail")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = listener(tmp_path, TOCSIN_PING_MAIL_DOMAIN=DOMAIN)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    """The listener's own store, reached from another process, as the pages are."""
    table = cast(SqliteTable, open_store(server.store))
    yield Scene.set(House(settings_for(server.store, tmp_path), table, Registry([])), Clock(datetime.now(UTC)))
    table.close()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_listener_takes_mail_until_it_is_told_to_stop(server: Server, scene: Scene, how: signal.Signals) -> None:
    """It says where it listens, pings, and goes without a word about it."""
    check_id = scene.check()
    assert server.log[-1].strip() == f"Listening for mail to {DOMAIN} on 127.0.0.1, port {server.port}."
    with SMTP("127.0.0.1", server.port, timeout=30) as client:
        client.sendmail("job@example.com", [f"{check_id}@{DOMAIN}"], b"Subject: done\r\n\r\n")
    assert scene.read(check_id).check.status is Status.UP
    server.stop(how)
    assert server.status == 0
    assert not [line for line in server.log if "Traceback" in line or "ERROR" in line]


def test_listener_needs_a_domain(tmp_path: Path) -> None:
    """One sentence that names the setting."""
    server = listener(tmp_path)
    with pytest.raises(RuntimeError, match=r"^Error: TOCSIN_PING_MAIL_DOMAIN is not set.*\.\n$"):
        server.start()
    assert server.status == 1


def test_listener_needs_its_port(tmp_path: Path) -> None:
    """One sentence that names it."""
    with create_server(("127.0.0.1", 0)) as other:
        port: int = other.getsockname()[1]
        server = listener(tmp_path, TOCSIN_PING_MAIL_DOMAIN=DOMAIN)
        server.port = port
        with pytest.raises(RuntimeError, match=rf"^Error: Can't listen on 127.0.0.1, port {port}: Address already"):
            server.start()
    assert server.status == 1

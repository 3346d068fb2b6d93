"""A server of its own that is called by two names: one for pages, one for pings."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import cast

import pytest

from app import open_store
from tests.e2e.server import Server
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.domain.schedule import Cron
from tocsin.house import House
from tocsin.stores.sqlite import SqliteTable


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path)
    server.environ["TOCSIN_PING_ROOT"] = f"http://localhost:{server.port}"
    server.start()
    yield server
    server.stop()


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    table = cast(SqliteTable, open_store(server.store))
    house = House(settings_for(server.store, tmp_path), table, Registry([]))
    yield Scene.set(house, Clock(datetime.now(UTC)))
    table.close()


def ask(server: Server, name: str, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("POST", path, headers={"Host": f"{name}:{server.port}"})
    response = connection.getresponse()
    told = response.status, response.read().decode()
    connection.close()
    return told


def test_server_has_a_name_for_pings_and_one_for_pages(server: Server, scene: Scene) -> None:
    """A check is made at the root of the one, and pinged below /ping/ of the other."""
    line = f"/{scene.ping_key}/nightly?create=1&schedule=*/5+*+*+*+*&tz=Europe%2FVienna"
    assert ask(server, "localhost", line) == (201, "Created")
    assert ask(server, "localhost", line) == (200, "OK")
    assert ask(server, "127.0.0.1", f"/ping{line}") == (200, "OK")
    assert ask(server, "localhost", "/login") == (404, "not found")
    assert ask(server, "127.0.0.1", line)[0] == 404
    ((stored, _),) = scene.house.checks.listing(scene.project)
    assert (stored.check.schedule, stored.check.n_pings) == (Cron("*/5 * * * *", "Europe/Vienna"), 3)

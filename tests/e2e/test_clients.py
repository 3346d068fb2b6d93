"""Programs that others wrote, unmodified, with nothing changed but the host's name."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest
from healthchecks_decorator import healthcheck
from healthchecks_io import Client
from healthchecks_io.client.exceptions import CheckNotFoundError, NonUniqueSlugError

from app import open_store
from tests.e2e.server import Server, running
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind, Ping
from tocsin.house import House
from tocsin.stores.sqlite import SqliteTable


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running(tmp_path_factory.mktemp("server")) as server:
        yield server


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Iterator[Scene]:
    table = cast(SqliteTable, open_store(server.store))
    house = House(settings_for(server.store, tmp_path), table, Registry([]))
    yield Scene.set(house, Clock(datetime.now(UTC)), owner=f"{tmp_path.name}@example.org")
    table.close()


def log_of(scene: Scene, check_id: str) -> list[Ping]:
    """Oldest first, bodies included."""
    found = [scene.entry(check_id, ping.n) for ping in scene.log(check_id)]
    return [ping for ping in reversed(found) if ping]


def test_healthchecks_decorator(server: Server, scene: Scene) -> None:
    """A decorated function: start, success; start, failure; diagnostics in the body."""
    check_id = scene.check()

    @healthcheck(url=f"{server.url}/ping/{check_id}", send_start=True, send_diagnostics=True)
    def job(fail: bool) -> dict[str, str]:
        if fail:
            raise RuntimeError("disk")
        return {"rows": "42"}

    assert job(False) == {"rows": "42"}
    with pytest.raises(RuntimeError):
        job(True)
    log = log_of(scene, check_id)
    assert [ping.kind for ping in log] == [Kind.START, Kind.SUCCESS, Kind.START, Kind.FAIL]
    assert log[1].body == b"rows=42"
    assert scene.read(check_id).check.status is Status.DOWN


@pytest.mark.parametrize(("status", "kind"), [(0, Kind.SUCCESS), (3, Kind.FAIL)])
def test_runchecked(server: Server, scene: Scene, status: int, kind: Kind) -> None:
    """A context that runs commands and posts their output. It sets up logging, so it has a process of its own."""
    check_id = scene.check()
    program = (
        "import sys; from runchecked import HealthCheckedContext\n"
        "with HealthCheckedContext(sys.argv[1]) as context:\n"
        "    context.run(['sh', '-c', 'echo hello from the job; exit ' + sys.argv[2]])\n"
    )
    subprocess.run(
        [sys.executable, "-c", program, f"{server.url}/ping/{check_id}", str(status)],
        check=True,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
    )
    (ping,) = log_of(scene, check_id)
    assert ping.kind is kind
    assert b"hello from the job" in ping.body


def test_healthchecks_io_pings(server: Server, scene: Scene) -> None:
    """The ping half of this client: every signal, by uuid and by slug, and the errors that it knows."""
    check_id = scene.check(slug="nightly")
    with Client(ping_key=scene.ping_key, ping_url=f"{server.url}/ping/") as client:
        told = [
            client.start_ping(uuid=check_id, data="begin"),
            client.success_ping(slug="nightly", data="fine"),
            client.exit_code_ping(7, uuid=check_id),
            client.fail_ping(slug="nightly"),
        ]
        with pytest.raises(CheckNotFoundError):
            client.success_ping(slug="nothing")
        scene.check(slug="nightly")
        with pytest.raises(NonUniqueSlugError):
            client.success_ping(slug="nightly")
    assert told == [(True, "OK")] * 4
    log = log_of(scene, check_id)
    assert [(ping.kind, ping.body) for ping in log] == [
        (Kind.START, b"begin"),
        (Kind.SUCCESS, b"fine"),
        (Kind.FAIL, b""),
        (Kind.FAIL, b""),
    ]
    assert log[2].exit_status == 7


@pytest.mark.parametrize(
    "command",
    [
        ["curl", "-fsS", "-m", "10", "--retry", "5", "-o", "/dev/null", "{url}"],
        ["curl", "-fsS", "--data-raw", "the output", "{url}/0"],
        ["wget", "-q", "--spider", "{url}"],
    ],
)
def test_command_lines(server: Server, scene: Scene, command: list[str]) -> None:
    """The lines that stand in crontabs."""
    check_id = scene.check()
    url = f"{server.url}/ping/{check_id}"
    try:
        subprocess.run([part.format(url=url) for part in command], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip(f"{command[0]} is not on this machine")
    assert [ping.kind for ping in log_of(scene, check_id)] == [Kind.SUCCESS]

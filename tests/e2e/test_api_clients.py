"""Programs that others wrote for the management API, unmodified, with nothing changed but the host's name."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from urllib.request import urlopen

import pytest
from healthchecks_io import AsyncClient, CheckCreate, CheckTrap, CheckUpdate, Client
from healthchecks_io.client.exceptions import BadAPIRequestError, CheckNotFoundError, HCAPIAuthError
from healthchecks_io.schemas.checks import Check

from app import open_store
from tests.api.classic.program import new_key
from tests.e2e.server import Server, running
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.domain.check import Status, unique_key
from tocsin.domain.ping import Kind
from tocsin.domain.schedule import Cron
from tocsin.house import House
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.keys import KeyKind
from tocsin.stores.sqlite import SqliteTable

# healthchecks-io was written for an older pydantic.
pytestmark = pytest.mark.filterwarnings("ignore:The `dict` method is deprecated:DeprecationWarning")

VERSIONS = pytest.mark.parametrize("version", [1, 2, 3])


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


def only(scene: Scene) -> tuple[Stored, Info]:
    (found,) = scene.house.checks.listing(scene.project)
    return found


def connected(server: Server, scene: Scene, version: int, kind: KeyKind = KeyKind.READ_WRITE) -> Client:
    """healthchecks-io with a key of this kind."""
    return Client(
        api_key=new_key(scene, kind),
        ping_key=scene.ping_key,
        api_url=f"{server.url}/api/",
        ping_url=f"{server.url}/ping/",
        api_version=version,
    )


# healthchecks-io counts on: 200, 201, 400, 401 and 404 by their numbers, the lists' outer objects, every field of a
# check but those of schedules, `ping_url` ending in the id, and a check that was sent whole being taken. Its
# get_check_flips() takes the answer for a bare list, as the documentation once showed it, and so fails everywhere.


def wished(**fields: Any) -> CheckCreate:
    return CheckCreate(**fields)


def changed(**fields: Any) -> CheckUpdate:
    return CheckUpdate(**fields)


def check_id(check: Check) -> str:
    """This client finds it in `ping_url` where it is not told."""
    assert check.uuid
    assert check.ping_url
    assert check.ping_url.endswith(f"/ping/{check.uuid}")
    return check.uuid


@VERSIONS
def test_healthchecks_io_makes_and_changes_checks(server: Server, scene: Scene, version: int) -> None:
    """Simple ones and ones with a schedule; `unique` finds what is there."""
    nightly = wished(name="Nightly", tags="prod db", desc="Größe", timeout=60, grace=90, unique=["name"], channels="*")
    with connected(server, scene, version) as client:
        made = client.create_check(nightly)
        again = client.create_check(wished(name="Nightly", tags="prod", timeout=120, unique=["name"]))
        assert check_id(again) == check_id(made)
        assert (made.status, made.desc, made.timeout, again.timeout) == ("new", "Größe", 60, 120)
        assert (made.slug, made.channels) == ("" if version == 3 else "nightly", scene.channel_id)
        after = client.update_check(check_id(made), changed(schedule="0 4 * * 1-5", tz="Europe/Riga"))
        assert (after.name, after.timeout) == ("Nightly", None)
    assert only(scene)[0].check.schedule == Cron("0 4 * * 1-5", "Europe/Riga")


@VERSIONS
def test_healthchecks_io_looks_and_acts(server: Server, scene: Scene, version: int) -> None:
    """Lists by tags, one by either name, pings, channels and badges; pause and delete."""
    check = scene.check(name="Nightly", slug="nightly", tags="prod db")
    scene.check(name="Hourly", tags="prod")
    with connected(server, scene, version) as client:
        assert [found.name for found in client.get_checks(tags=["prod", "db"])] == ["Nightly"]
        assert {found.name for found in client.get_checks()} == {"Nightly", "Hourly"}
        with CheckTrap(client, slug="nightly") as trap:
            trap.add_log("all is fine")
        found = client.get_check(check)
        assert (found.status, found.n_pings, found.unique_key) == ("up", 2, None)
        assert found.last_ping
        assert found.next_ping
        assert (found.next_ping - found.last_ping).total_seconds() == 3600
        ended, began = client.get_check_pings(check)
        assert ([ended.type, began.type], ended.duration is not None) == (["success", "start"], True)
        assert [channel.id for channel in client.get_integrations() if channel] == [scene.channel_id]
        badges = client.get_badges()
        assert set(badges) == {"*", "prod", "db"}
        with urlopen(badges["db"].json3_url) as response:
            assert json.load(response)["status"] == "up"
        assert client.pause_check(check).status == "paused"
        assert client.delete_check(check).status == "paused"
        with pytest.raises(CheckNotFoundError):
            client.get_check(check)


@VERSIONS
def test_healthchecks_io_is_refused(server: Server, scene: Scene, version: int) -> None:
    """Each refusal is the error that this client has for it."""
    check = scene.check(name="Nightly")
    with connected(server, scene, version, KeyKind.READ_ONLY) as reader:
        (found,) = reader.get_checks()
        assert (found.uuid, found.unique_key) == (None, unique_key(check))
        assert reader.get_check(unique_key(check)).name == "Nightly"
        with pytest.raises(HCAPIAuthError):
            reader.pause_check(check)
        with pytest.raises(HCAPIAuthError):
            reader.get_integrations()
    with connected(server, scene, version) as client:
        with pytest.raises(BadAPIRequestError, match="timeout is too small"):
            client.create_check(wished(name="Hasty", timeout=1))
        with pytest.raises(BadAPIRequestError, match="invalid channel identifier: nobody"):
            client.update_check(check, changed(channels="nobody"))
        theirs = Scene.set(scene.house, scene.clock, owner=f"other-{check}@example.org").check()
        with pytest.raises(HCAPIAuthError):
            client.delete_check(theirs)
    assert only(scene)[1].name == "Nightly"


@VERSIONS
def test_healthchecks_io_without_waiting(server: Server, scene: Scene, version: int) -> None:
    """The same over its other half, several calls at a time."""

    async def work(client: AsyncClient) -> list[str]:
        async with client:
            fields = [wished(name=f"Job {n}", tags="many", unique=["name"]) for n in (1, 2, 3, 1, 2, 3)]
            made = [check_id(check) for check in await asyncio.gather(*map(client.create_check, fields))]
            async with CheckTrap(client, uuid=made[0]):
                pass
            await asyncio.gather(*map(client.pause_check, set(made[1:]) - {made[0]}))
            found = await client.get_checks(tags=["many"])
            assert len(await client.get_check_pings(made[0])) == 2
            assert set(await client.get_badges()) == {"*", "many"}
            await asyncio.gather(*map(client.delete_check, set(made)))
            assert await client.get_checks() == []
            return sorted(check.status for check in found)

    client = AsyncClient(
        api_key=new_key(scene), api_url=f"{server.url}/api/", ping_url=f"{server.url}/ping/", api_version=version
    )
    assert asyncio.run(work(client)) == ["paused", "paused", "up"]


# sch2 counts on: repeated `tag`, `channels: "*"`, a cron expression with `tz`, JSON of any content type, and the
# addresses `ping_url` and `update_url` as they are told.

CRONTAB = """# Backs up the databases
30 4 * * 1-5 JOB_ID=nightly JOB_TAGS=db,prod JOB_GRACE=5m {command}
"""


class Cronie:
    """A machine whose cron runs its jobs by sch2: with a home of its own, and a crontab."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        path = f"{folder}{os.pathsep}{os.environ['PATH']}"
        self._environ = {"PATH": path, "HOME": str(folder), "LOGNAME": "backup", "TZ": "Europe/Riga"}

    def sch(self, *words: str) -> str:
        command = [sys.executable, "-m", "sch.cli", *words]
        return subprocess.run(
            command, env=self._environ, cwd=self._folder, check=True, capture_output=True, text=True
        ).stdout

    def run_job(self, command: str) -> None:
        program = self._folder / "crontab"
        program.write_text(f"#!/bin/sh\ncat <<'END'\n{CRONTAB.format(command=command)}END\n")
        program.chmod(0o755)
        self.sch("-c", f"JOB_ID=nightly JOB_TAGS=db,prod JOB_GRACE=5m {command}")


@pytest.mark.parametrize("version", [1, 3])
def test_sch2(server: Server, scene: Scene, tmp_path: Path, version: int) -> None:
    """A cron shell: each job makes its check when it first runs, keeps it up to date, and pings it."""
    machine = Cronie(tmp_path)
    machine.sch("init", "--api-url", f"{server.url}/api/v{version}/", "--api-key", new_key(scene))
    machine.run_job("echo fine")
    stored, info = only(scene)
    assert (info.name, info.desc) == ("nightly", "Backs up the databases")
    assert {"sch", "job_id=nightly", "user=backup", "db", "prod"} <= set(info.tag_list)
    assert info.channels == {scene.channel_id}
    assert stored.check.schedule == Cron("30 4 * * 1-5", "Europe/Riga")
    assert stored.check.grace.total_seconds() == 300
    assert "nightly" in machine.sch("list", "--status", "up")
    machine.run_job("echo fine")
    machine.run_job("echo no room left; false")
    after, told = only(scene)
    assert after.check.id == stored.check.id
    assert after.check.status is Status.DOWN
    assert told.tags != info.tags
    log = [scene.entry(stored.check.id, ping.n) for ping in reversed(scene.log(stored.check.id))]
    kinds = [ping.kind for ping in log if ping]
    assert kinds == [Kind.START, Kind.SUCCESS, Kind.START, Kind.SUCCESS, Kind.START, Kind.FAIL]
    assert log[-1]
    assert b"no room left" in log[-1].body


@VERSIONS
def test_command_lines(server: Server, scene: Scene, version: int) -> None:
    """The lines that stand in installers: curl calls its JSON a form, and may follow to the address with a slash."""
    key, url = new_key(scene), f"{server.url}/api/v{version}"

    def curl(*words: str) -> str:
        return subprocess.run(["curl", "-fsS", *words], check=True, capture_output=True, text=True).stdout

    by_header = ["--header", f"X-Api-Key: {key}"]
    try:
        made = json.loads(curl(f"{url}/checks/", *by_header, "--data", '{"name": "Nightly", "timeout": 60}'))
    except FileNotFoundError:
        pytest.skip("curl is not on this machine")
    body = json.dumps({"api_key": key, "name": "Nightly", "unique": ["name"], "grace": 90})
    assert json.loads(curl("--request", "POST", "--data", body, f"{url}/checks/"))["uuid"] == made["uuid"]
    assert curl("-X", "POST", *by_header, made["pause_url"]).count('"paused"') == 1
    assert curl("-X", "POST", "-d", "", *by_header, made["resume_url"]).count('"new"') == 1
    found = json.loads(curl("-L", *by_header, f"{url}/checks?tag="))
    assert found == {"checks": []}
    assert [check["grace"] for check in json.loads(curl("-L", *by_header, f"{url}/checks"))["checks"]] == [90]
    assert json.loads(curl("-X", "DELETE", *by_header, made["update_url"]))["uuid"] == made["uuid"]

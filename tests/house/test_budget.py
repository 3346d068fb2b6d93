"""What the house promises not to need: counted, not timed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from botocore.client import BaseClient
from flask import Flask
from flask.testing import FlaskClient
from moto import mock_aws
from moto.server import ThreadedMotoServer

from app import create_app
from tests.fakes import ROOT, Clock, Scene, own_environ, settings_for
from tests.house.first_ping import MOST, imports_of_first_ping, uncalled_for

_SERVE = """
import json, sys
from app import app
answer = app.test_client().get("/ping/00000000-0000-4000-8000-000000000000")
assert answer.status_code == 404, answer.text
print(json.dumps(sorted(sys.modules)))
"""


def test_sqlite_needs_no_sdk_and_no_lambda(tmp_path: Path) -> None:
    """A ping served from SQLite imports neither boto3 nor botocore nor awsgi, and hashes no password."""
    environ = own_environ(tmp_path)
    served = subprocess.run(
        [sys.executable, "-c", _SERVE], cwd=ROOT, env=environ, capture_output=True, text=True, check=False
    )
    assert served.returncode == 0, served.stderr
    modules = set(json.loads(served.stdout))
    assert "sqlite3" in modules
    assert modules.isdisjoint({"wtforms", "flask_wtf", "smtplib", "handlers.cli.commands"})
    assert modules.isdisjoint({"boto3", "botocore", "awsgi", "aiosmtpd", "argon2", "urllib3", "cryptography"})
    assert modules.isdisjoint({"cronsim", "oncalendar", "cron_descriptor", "yaml", "zoneinfo"})


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the requests that AWS was sent."""
    made: list[str] = []
    send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def counting(self: BaseClient, operation: str, arguments: object) -> object:
        made.append(operation)
        return send(self, operation, arguments)

    monkeypatch.setattr(BaseClient, "_make_api_call", counting)
    return made


@pytest.fixture
def aws_app(tmp_path: Path, clock: Clock) -> Iterator[Flask]:
    with mock_aws():
        app = create_app(settings_for("dynamodb://tocsin-test", tmp_path), clock=clock)
        app.extensions["tocsin"].table.create()
        yield app


@pytest.fixture
def scene(aws_app: Flask, clock: Clock) -> Scene:
    return Scene.set(aws_app.extensions["tocsin"], clock)


@pytest.fixture
def client(aws_app: Flask) -> FlaskClient:
    return aws_app.test_client()


def test_success_ping_on_dynamodb_is_two_writes_and_no_read(
    scene: Scene, client: FlaskClient, requests: list[str]
) -> None:
    """On a healthy check, whatever its owner typed: one update of the check, one put of the log entry."""
    check_id = scene.check(name="n" * 100, slug="s" * 100, tags="t" * 500, desc="d" * 10_000)
    client.get(f"/ping/{check_id}")
    requests.clear()
    scene.clock.advance(minutes=1)
    body, agent = b"b" * 300, {"User-Agent": "u" * 5000}
    assert client.post(f"/ping/{check_id}/0?rid={check_id}", data=body, headers=agent).text == "OK"
    assert requests == ["UpdateItem", "PutItem"]


def test_success_ping_by_slug_adds_two_reads(scene: Scene, client: FlaskClient, requests: list[str]) -> None:
    """The key leads to the project, the slug to the check."""
    client.get(f"/ping/{scene.check(slug='nightly')}")
    requests.clear()
    scene.clock.advance(minutes=1)
    assert client.get(f"/ping/{scene.ping_key}/nightly").text == "OK"
    assert requests == ["GetItem", "Query", "UpdateItem", "PutItem"]


@pytest.fixture
def first_ping(scene: Scene) -> Iterator[Callable[..., Mapping[str, str]]]:
    """What a process imports until its first ping of a healthy check is answered, in such an environment."""
    check_id = scene.check()
    scene.ping(check_id)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    aws = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    yield lambda **more: imports_of_first_ping(check_id, {**aws, "AWS_ENDPOINT_URL": f"http://{host}:{port}", **more})
    server.stop()


def test_first_ping_on_lambda_imports_what_it_needs(first_ping: Callable[..., Mapping[str, str]]) -> None:
    """From INIT to the answer: no Flask, no page, no mail, nothing that has no reason. Cold starts are billed."""
    imported = first_ping()
    assert uncalled_for(imported) == []
    assert len(imported) <= MOST


def test_process_that_is_prepared_has_all_it_will_need(first_ping: Callable[..., Mapping[str, str]]) -> None:
    """A snapshot is taken, or capacity provisioned, before anybody waits: pages too are ready then."""
    assert {"flask", "handlers.web"} <= first_ping(AWS_LAMBDA_INITIALIZATION_TYPE="snap-start").keys()


def test_listing_reads_no_check_by_itself(scene: Scene, requests: list[str]) -> None:
    """A hundred checks: one query of the index, and two batches for two items each."""
    for _ in range(100):
        scene.check()
    requests.clear()
    assert len(scene.house.checks.listing(scene.project)) == 100
    assert requests == ["Query", "BatchGetItem", "BatchGetItem"]


def test_tick_with_nothing_due_asks_each_shard_once(scene: Scene, requests: list[str]) -> None:
    """A tick costs what is due, not what exists: eight shards of checks, eight of alerts."""
    for _ in range(20):
        scene.ping(scene.check())
    requests.clear()
    scene.house.tick()
    assert requests == ["Query"] * 16

"""What most tests need: a clean environment, a clock that stands still, and a house on either store engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Literal

import botocore.session
import pytest
from botocore.client import BaseClient
from botocore.loaders import create_loader
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings as hypothesis_settings
from moto import mock_aws

from tests.apps import serving_app
from tests.fakes import Clock, settings_for
from tocsin import aws
from tocsin.house import House

hypothesis_settings.register_profile("tocsin", deadline=None, derandomize="CI" in os.environ)
hypothesis_settings.load_profile("tocsin")

Engine = Literal["sqlite", "dynamodb"]


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the settings of whoever runs it, and none can reach a real account."""
    for name in os.environ:
        if name.startswith(("TOCSIN_", "AWS_", "FLASK_")) and name != "TOCSIN_REQUIRE_BROWSER":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    aws.session.cache_clear()


@pytest.fixture(scope="session", autouse=True)
def _one_loader_of_the_sdk() -> Iterator[None]:
    """The SDK reads its half megabyte about DynamoDB once a process, not once a test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", cache(create_loader))
        yield


@pytest.fixture(params=["sqlite", "dynamodb"])
def engine(request: pytest.FixtureRequest) -> Engine:
    chosen: Engine = request.param
    return chosen


@pytest.fixture
def store_url(engine: Engine, tmp_path: Path) -> Iterator[str]:
    """An empty store; on DynamoDB the table is there."""
    if engine == "sqlite":
        yield f"sqlite://{tmp_path / 'tocsin.sqlite3'}"
        return
    with mock_aws(), one_request_at_a_time():
        yield "dynamodb://tocsin-test"


@contextmanager
def one_request_at_a_time() -> Iterator[None]:
    """DynamoDB's writes to an item are atomic; moto's, called by several threads at once, are not."""
    lock = Lock()
    unguarded = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def guarded(*args: object) -> object:
        with lock:
            return unguarded(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BaseClient, "_make_api_call", guarded)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    """The whole app, on each engine in turn."""
    with serving_app(settings_for(store_url, tmp_path), clock) as app:
        yield app


@pytest.fixture
def house(app: Flask) -> House:
    found: House = app.extensions["tocsin"]
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

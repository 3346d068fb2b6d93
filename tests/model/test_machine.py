"""Two engines and a model of the protocol, driven side by side by random work.

`MODEL_TIMES=20` in the environment asks for twenty times as much of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import settings as examples
from hypothesis.stateful import run_state_machine_as_test
from moto import mock_aws

from tests.apps import serving_app
from tests.conftest import one_request_at_a_time
from tests.fakes import Clock, settings_for
from tests.model.emphases import Filters, Limits, Tracked
from tests.model.machine import Protocol
from tests.model.model import Check
from tests.model.stage import Stage
from tests.model.world import World
from tocsin.domain import transitions
from tocsin.stores import check_items

TIMES = int(os.environ.get("MODEL_TIMES", "1"))
MACHINES = (Protocol, Filters, Limits, Tracked)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So few tracked runs that they are soon too many, and an index in fewer parts: each costs each tick a query."""
    monkeypatch.setattr(Check, "most_runs", 4)
    monkeypatch.setattr(transitions, "MAX_RUNS", 4)
    monkeypatch.setattr(check_items, "SHARDS", 2)


@pytest.fixture
def sqlite(clock: Clock, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as opened:
        yield world(opened, clock, "sqlite", f"sqlite://{tmp_path / 'tocsin.sqlite3'}", tmp_path)


@pytest.fixture
def dynamodb(clock: Clock, tmp_path: Path) -> Iterator[World]:
    with ExitStack() as opened:
        opened.enter_context(mock_aws())
        opened.enter_context(one_request_at_a_time())
        yield world(opened, clock, "dynamodb", "dynamodb://tocsin-test", tmp_path)


def world(opened: ExitStack, clock: Clock, engine: str, store: str, folder: Path) -> World:
    """Nothing leaves the log for its age."""
    settings = settings_for(store, folder, log_age=timedelta(days=1000))
    return World(engine, opened.enter_context(serving_app(settings, clock)), clock)


def run(machine: type[Stage], *worlds: World, clock: Clock, times: int) -> None:
    """Random each time; what fails is shrunk, and told with what makes it happen again."""
    run_state_machine_as_test(
        lambda: machine(worlds, clock),  # type: ignore[arg-type]  # all it does is to call it
        settings=examples(
            max_examples=times * TIMES,
            stateful_step_count=50,
            derandomize=False,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("machine", MACHINES)
def test_both_engines_do_what_the_model_does(
    machine: type[Stage], sqlite: World, dynamodb: World, clock: Clock
) -> None:
    """Whatever happens, in any order: the same statuses, flips, alerts and logs in both houses and in the model."""
    run(machine, sqlite, dynamodb, clock=clock, times=10)


@pytest.mark.parametrize("machine", MACHINES)
def test_sqlite_does_what_the_model_does(machine: type[Stage], sqlite: World, clock: Clock) -> None:
    """The same with the engine that is done sooner, and so goes farther."""
    run(machine, sqlite, clock=clock, times=80)

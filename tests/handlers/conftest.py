from __future__ import annotations

from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from tests.fakes import Clock, Scene
from tests.handlers.commands import answer
from tocsin.house import House


@pytest.fixture
def scene(house: House, clock: Clock) -> Scene:
    """An owner, a project and a channel in the table that `client` talks to."""
    return Scene.set(house, clock)


@pytest.fixture
def flask(app: Flask) -> Any:
    """Run `flask …`, as on a command line."""
    runner = app.test_cli_runner()

    def run(*args: str, stdin: str | None = None) -> Result:
        return runner.invoke(args=args, input=stdin)

    return run


@pytest.fixture
def project(flask: Any) -> str:
    """The id of one that alice@example.org owns."""
    answer(flask("user", "create", "alice@example.org"))
    made: str = answer(flask("project", "create", "Backups", "--owner", "alice@example.org"))["uuid"]
    return made

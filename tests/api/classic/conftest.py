from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from tests.api.classic.program import Program, new_key
from tests.fakes import Clock, Scene
from tocsin.house import House


@pytest.fixture
def scene(house: House, clock: Clock) -> Scene:
    """An owner, a project and a channel in the table that `client` talks to."""
    return Scene.set(house, clock)


@pytest.fixture
def program(client: FlaskClient, scene: Scene) -> Program:
    """A program with a read-write key of the project."""
    return Program(client, scene, new_key(scene))


@pytest.fixture
def stranger(client: FlaskClient, house: House, clock: Clock, scene: Scene) -> Program:
    """Somebody else's program: another owner, another project."""
    theirs = Scene.set(house, clock, owner="bob@example.org")
    return Program(client, theirs, new_key(theirs))

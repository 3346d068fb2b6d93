from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.v4.program import Program, new_key
from tests.fakes import Clock, Scene
from tocsin.house import House
from tocsin.stores.keys import KeyKind


@pytest.fixture
def scene(app: Flask, house: House, clock: Clock) -> Scene:
    """An owner, a project and a channel in the house that `client` calls at."""
    scene = Scene.set(house, clock)
    app.extensions["tocsin"] = scene.house
    return scene


@pytest.fixture
def program(client: FlaskClient, scene: Scene) -> Program:
    """With a read-write key of the project."""
    return Program(client, scene, new_key(scene, name="deploy"))


@pytest.fixture
def reader(program: Program) -> Program:
    """With a read-only key of the project."""
    return program.holding(KeyKind.READ_ONLY)


@pytest.fixture
def account(program: Program) -> Program:
    """With a read-write key of the project's owner."""
    return program.holding(KeyKind.ACCOUNT)


@pytest.fixture
def account_reader(program: Program) -> Program:
    """With a read-only key of the project's owner."""
    return program.holding(KeyKind.ACCOUNT_READ_ONLY)


@pytest.fixture
def stranger(client: FlaskClient, house: House, clock: Clock, scene: Scene) -> Program:
    """Somebody else's program: another owner, another project."""
    theirs = Scene.set(house, clock, owner="bob@example.org")
    return Program(client, theirs, new_key(theirs))

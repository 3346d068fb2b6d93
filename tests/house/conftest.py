"""A project to look at what the house promises with."""

from __future__ import annotations

import pytest

from tests.fakes import Clock, Scene
from tocsin.house import House


@pytest.fixture
def scene(house: House, clock: Clock) -> Scene:
    return Scene.set(house, clock)

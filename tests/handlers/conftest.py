from __future__ import annotations

import pytest

from tests.fakes import Clock, Scene
from tocsin.house import House


@pytest.fixture
def scene(house: House, clock: Clock) -> Scene:
    """An owner, a project and a channel in the table that `client` talks to."""
    return Scene.set(house, clock)

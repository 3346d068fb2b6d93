from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app import open_store
from tests.fakes import Clock, Scene, settings_for
from tocsin.channels.registry import Registry
from tocsin.house import House


@pytest.fixture
def scene(store_url: str, tmp_path: Path, clock: Clock) -> Iterator[Scene]:
    """One owner, one project, one channel that remembers what it was told; on each engine in turn."""
    table = open_store(store_url)
    table.create()
    house = House(settings_for(store_url, tmp_path), table, Registry([]), clock=clock)
    scene = Scene.set(house, clock)
    yield scene
    scene.house.courier.close()
    if close := getattr(table, "close", None):
        close()

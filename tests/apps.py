"""A whole app for a test, with everything that it opened closed at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from app import create_app
from tests.fakes import Clock
from tocsin.house import House
from tocsin.settings import Settings


@contextmanager
def serving_app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    app = create_app(settings, clock=clock)
    house: House = app.extensions["tocsin"]
    house.table.create()
    try:
        yield app
    finally:
        house.courier.close()
        if close := getattr(house.table, "close", None):
            close()

"""The house that serves the request under way."""

from __future__ import annotations

from typing import cast

from flask import current_app

from tocsin.house import House


def house() -> House:
    return cast(House, current_app.extensions["tocsin"])

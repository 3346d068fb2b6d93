"""Metrics as CloudWatch would read them from standard output."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

import app as porch
from handlers import gateway
from handlers.gateway import metrics
from tests.fakes import Scene
from tests.handlers.events import LambdaContext, scheduled_event


@dataclass(frozen=True)
class Metered:
    """A scene on Lambda: what happens in it is counted, and printed at the end of each invocation."""

    scene: Scene
    output: pytest.CaptureFixture[str]

    def tick(self, at: str = "2026-03-01T12:00:00Z") -> None:
        gateway.lambda_handler(scheduled_event() | {"time": at}, LambdaContext())

    def report(self) -> None:
        """What every invocation does at its end."""
        metrics.report()

    def printed(self) -> list[dict[str, Any]]:
        """The objects that were printed since this was last asked."""
        return [json.loads(line) for line in self.output.readouterr().out.splitlines()]

    def counted(self) -> dict[str, float]:
        """The metrics of the only object."""
        (printed,) = self.printed()
        return {name: value for name, value in printed.items() if name not in ("_aws", metrics.DIMENSION)}


@contextmanager
def metered(scene: Scene, output: pytest.CaptureFixture[str]) -> Iterator[Metered]:
    """A Lambda process as it is after INIT, with a meter that is gone, and hears nothing more, afterwards."""
    meter = metrics.Meter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(porch, "lean_app", _OnlyHouse({"tocsin": scene.house}), raising=False)
        for name in ("watch", "ticked", "report"):
            patch.setattr(metrics, name, getattr(meter, name))
        gateway.the_app.cache_clear()
        metrics.watch(scene.house)
        output.readouterr()
        yield Metered(scene, output)
    gateway.the_app.cache_clear()


@dataclass(frozen=True)
class _OnlyHouse:
    """All that a tick asks of an app."""

    extensions: dict[str, object]

"""Metrics on Lambda: what happened in an invocation is one line in CloudWatch's embedded metric format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from handlers.gateway import metrics
from tests.apps import serving_app
from tests.conftest import Engine
from tests.fakes import Clock, Scene, settings_for
from tests.handlers.meters import Metered, metered
from tocsin.channels.port import DeliveryFailed
from tocsin.domain.ping import Kind

UNIT = "^(None|Percent|(S|Micros|Millis)econds|(Count|Bytes|Bits|(Kilo|Mega|Giga|Tera)(bytes|bits))(/Second)?)$"


def text(most: int) -> dict[str, object]:
    return {"type": "string", "minLength": 1, "maxLength": most}


METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {"Name": text(1024), "Unit": {"pattern": UNIT}, "StorageResolution": {"enum": [1, 60]}},
    "additionalProperties": False,
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": text(1024),
        "Dimensions": {"type": "array", "minItems": 1, "items": {"type": "array", "maxItems": 30, "items": text(250)}},
        "Metrics": {"type": "array", "minItems": 1, "maxItems": 100, "items": METRIC},
    },
    "additionalProperties": False,
}
EMBEDDED_METRICS = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer"},
                "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE},
            },
        }
    },
}
"""The rules of CloudWatch's specification, as far as a schema can tell them."""


@pytest.fixture
def engine() -> Engine:
    """One is enough: nothing here touches the store."""
    return "sqlite"


@pytest.fixture
def changes() -> dict[str, object]:
    """What the settings differ in."""
    return {"function_name": "tocsin-dev"}


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Any, changes: dict[str, object]) -> Iterator[Flask]:
    with serving_app(settings_for(store_url, tmp_path, **changes), clock) as app:
        yield app


@pytest.fixture
def lambda_(scene: Scene, capsys: pytest.CaptureFixture[str]) -> Iterator[Metered]:
    with metered(scene, capsys) as running:
        yield running


def test_silence_is_counted_from_ping_to_alert(lambda_: Metered) -> None:
    """Each invocation says what happened in it, and no more."""
    scene = lambda_.scene
    scene.ping(scene.check())
    lambda_.report()
    assert lambda_.counted() == {"Pings": 1, "Flips": 1}
    scene.clock.advance(hours=1, minutes=6)
    lambda_.tick(at="2026-03-01T13:05:30Z")
    told = {"Flips": 1, "Alerts": 1, "Ticks": 1, "TickLag": 30, "OldestDue": 60}
    assert lambda_.counted() == told


def test_tick_with_nothing_to_do_says_that_it_was_there(lambda_: Metered) -> None:
    """An alarm waits for it."""
    lambda_.tick()
    assert lambda_.counted() == {"Ticks": 1, "TickLag": 0, "OldestDue": 0}


def test_alerts_that_fail_are_counted_apart(lambda_: Metered) -> None:
    """Until they succeed."""
    lambda_.scene.channel.failures = [DeliveryFailed("not now")]
    lambda_.scene.ping(lambda_.scene.check(), Kind.FAIL)
    lambda_.tick()
    counted = lambda_.counted()
    assert (counted["FailedAlerts"], "Alerts" in counted) == (1, False)
    lambda_.scene.clock.advance(minutes=2)
    lambda_.tick()
    counted = lambda_.counted()
    assert (counted["Alerts"], "FailedAlerts" in counted) == (1, False)


def test_alerts_of_many_channels_are_all_counted(lambda_: Metered) -> None:
    """They leave in a thread for each channel."""
    for _ in range(9):
        lambda_.scene.hang_up()
    lambda_.scene.ping(lambda_.scene.check(), Kind.FAIL)
    lambda_.tick()
    assert lambda_.counted()["Alerts"] == 10


def test_invocation_in_which_nothing_happened_prints_nothing(lambda_: Metered) -> None:
    """Somebody looked at a page: a line would cost, and say nothing."""
    lambda_.report()
    assert lambda_.printed() == []


def test_lines_keep_the_specification(lambda_: Metered) -> None:
    """CloudWatch drops, without a word, what it can't read."""
    lambda_.scene.channel.failures = [DeliveryFailed("not now")]
    lambda_.scene.hang_up()
    lambda_.scene.ping(lambda_.scene.check(), Kind.FAIL)
    lambda_.tick()
    (line,) = lambda_.printed()
    Draft202012Validator(EMBEDDED_METRICS).validate(line)
    assert line["_aws"]["Timestamp"] == lambda_.scene.clock().timestamp() * 1000
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    assert (directive["Namespace"], directive["Dimensions"]) == ("Tocsin", [["FunctionName"]])
    assert line["FunctionName"] == "tocsin-dev"
    assert {metric["Name"]: metric["Unit"] for metric in directive["Metrics"]} == metrics.UNITS
    assert all(isinstance(line[name], int | float) for name in metrics.UNITS)


def test_metrics_stay_within_what_costs_nothing() -> None:
    """CloudWatch gives an account ten of its own making; docs/observing.md tells what more cost."""
    assert len(metrics.UNITS) <= 8


def test_watching_twice_counts_once(lambda_: Metered) -> None:
    """However often the app is made in a process."""
    metrics.watch(lambda_.scene.house)
    lambda_.scene.ping(lambda_.scene.check())
    lambda_.report()
    assert lambda_.counted()["Pings"] == 1


@pytest.mark.parametrize(
    "changes",
    [{"function_name": "tocsin-dev", "metrics": False}, {"function_name": None}],
    ids=["unwanted", "elsewhere"],
)
def test_nothing_is_printed_where_nobody_reads_it(lambda_: Metered) -> None:
    """Switched off, or not on Lambda."""
    lambda_.scene.ping(lambda_.scene.check())
    lambda_.tick()
    assert lambda_.printed() == []

"""The alarm template: one that CloudFormation takes, and whose alarms watch what is really sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from cfnlint.api import lint_all  # type: ignore[import-untyped]
from flask import Flask

from tests.apps import serving_app
from tests.conftest import Engine
from tests.fakes import ROOT, Clock, Scene, settings_for
from tests.handlers.meters import Metered, metered
from tests.house.pages import doc, rows
from tocsin.channels.port import DeliveryFailed
from tocsin.domain.ping import Kind
from tocsin.house import House

TEMPLATE = ROOT / "deploy" / "alarms.yaml"
OF_LAMBDA = {"Errors", "Throttles"}
"""What AWS sends of every function, as its developer guide says."""


class Template(yaml.SafeLoader):
    """Reads CloudFormation's functions, such as !Ref, as lists of their name and what they are given."""


def _function(loader: Template, name: str, node: yaml.Node) -> list[object]:
    if isinstance(node, yaml.SequenceNode):
        return [name, *loader.construct_sequence(node, deep=True)]
    assert isinstance(node, yaml.ScalarNode)
    return [name, loader.construct_scalar(node)]


Template.add_multi_constructor("!", _function)


@pytest.fixture
def engine() -> Engine:
    """One is enough: nothing here touches the store."""
    return "sqlite"


@pytest.fixture
def alarms() -> dict[str, dict[str, Any]]:
    resources = yaml.load(TEMPLATE.read_text(), Template)["Resources"]  # noqa: S506 (as safe as its parent)
    found = {name: each["Properties"] for name, each in resources.items() if each["Type"] == "AWS::CloudWatch::Alarm"}
    assert found
    return found


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path) -> Iterator[Flask]:
    with serving_app(settings_for(store_url, tmp_path, function_name="tocsin-dev"), clock) as app:
        yield app


@pytest.fixture
def lambda_(house: House, clock: Clock, capsys: pytest.CaptureFixture[str]) -> Iterator[Metered]:
    with metered(Scene.set(house, clock), capsys) as running:
        yield running


def test_template_is_one_that_cloudformation_takes() -> None:
    """By AWS's own linter, which knows every property, and what CloudFormation's YAML lacks."""
    found = [f"{match.rule.id} {match.message}" for match in lint_all(TEMPLATE.read_text())]
    assert [problem for problem in found if not problem.startswith("I")] == []  # I: remarks of style


def test_alarms_watch_metrics_that_are_sent(alarms: dict[str, dict[str, Any]], lambda_: Metered) -> None:
    """An alarm about a metric that nobody sends keeps silent for ever, or rings for ever."""
    lambda_.scene.channel.failures = [DeliveryFailed("not now")]
    lambda_.scene.hang_up()
    lambda_.scene.ping(lambda_.scene.check(), Kind.FAIL)
    lambda_.tick()
    (line,) = lambda_.printed()
    (directive,) = line["_aws"]["CloudWatchMetrics"]
    sent = {(directive["Namespace"], metric["Name"]) for metric in directive["Metrics"]}
    watched = {(alarm["Namespace"], alarm["MetricName"]) for alarm in alarms.values()}
    assert watched <= sent | {("AWS/Lambda", name) for name in OF_LAMBDA}
    assert ("Tocsin", "Ticks") in watched
    for alarm in alarms.values():
        assert [[one["Name"] for one in alarm["Dimensions"]]] == directive["Dimensions"]
        assert [one["Value"] for one in alarm["Dimensions"]] == [["Ref", "FunctionName"]]


def test_only_the_silence_of_ticks_is_an_alarm(alarms: dict[str, dict[str, Any]]) -> None:
    """Where nothing is sent, no tick was there; of errors nothing is sent while all is well."""
    breaching = [name for name, alarm in alarms.items() if alarm["TreatMissingData"] == "breaching"]
    assert breaching == ["TicksStopped"]


def test_alarms_are_documented(alarms: dict[str, dict[str, Any]]) -> None:
    """Each by the end of its name, which is all that a mail of AWS begins with."""
    names = {alarm["AlarmName"][1].removeprefix("${FunctionName}-") for alarm in alarms.values()}
    assert names <= {row[0].strip("`") for row in rows(doc("observing.md"))}

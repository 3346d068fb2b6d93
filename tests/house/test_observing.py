"""docs/observing.md is under test: its fields, metrics and queries are those that there are."""

from __future__ import annotations

import json
import logging
import re

import pytest

from handlers.gateway import metrics
from tests.house.pages import doc, rows
from tocsin.logs import JsonFormatter, request_id

PAGE = doc("observing.md")
OF_INSIGHTS = {"@timestamp", "@message", "@requestId"}
"""Fields that CloudWatch Logs Insights makes by itself."""
WORDS = {"fields", "filter", "sort", "stats", "limit", "desc", "by", "or", "in", "like"}
FUNCTIONS = {"count", "sum", "max", "bin", "ispresent"}


def examples(language: str) -> list[str]:
    found = re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    assert found, language
    return found


def log_fields() -> set[str]:
    """Those of a line that has them all."""
    token = request_id.set("x")
    try:
        raise ValueError
    except ValueError as error:
        facts = {"exc_info": (ValueError, error, error.__traceback__)}
        return set(json.loads(JsonFormatter().format(logging.makeLogRecord(facts))))
    finally:
        request_id.reset(token)


def test_fields_of_the_log_are_told() -> None:
    """Each in the table, and in the example."""
    told = {row[0].strip("`") for row in rows(PAGE.partition("## The log as JSON")[2].partition("### ")[0])[2:]}
    assert told == log_fields()
    (example,) = examples("json log")
    assert set(json.loads(example)) == told


def test_metrics_are_told_with_their_units() -> None:
    """No more and no fewer."""
    told = rows(PAGE.partition("## Metrics")[2].partition("## Alarms")[0])[2:]
    assert {name.strip("`"): unit for name, unit, _ in told} == metrics.UNITS


def test_line_of_metrics_is_one_that_is_printed() -> None:
    """The example names what it counts."""
    (example,) = examples("json metrics")
    line = json.loads(example)
    (directive,) = line.pop("_aws")["CloudWatchMetrics"]
    assert directive == {
        "Namespace": metrics.NAMESPACE,
        "Dimensions": [[metrics.DIMENSION]],
        "Metrics": [{"Name": "Pings", "Unit": metrics.UNITS["Pings"]}],
    }
    assert set(line) == {metrics.DIMENSION, "Pings"}


@pytest.mark.parametrize("query", examples("insights"), ids=lambda query: query.splitlines()[0])
def test_queries_ask_for_fields_that_are_there(query: str) -> None:
    """Logs Insights answers a question about an unknown field with nothing, and without complaint."""
    words = set(re.findall(r"@?[A-Za-z_]\w*", re.sub(r'"[^"]*"|\b\d\w*', "", query)))
    assert words - WORDS - FUNCTIONS <= OF_INSIGHTS | log_fields() | set(metrics.UNITS)

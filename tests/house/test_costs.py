"""docs/costs.md is what bench/costs.py prints, and what the script takes for granted is so."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from msgspec.structs import replace

from bench import costs
from handlers.gateway.metrics import UNITS, Meter
from tests.conftest import Engine
from tests.fakes import ROOT, Scene, settings_for
from tests.house.meter import blocks
from tests.house.pages import doc, rows
from tocsin.stores.dynamodb_codec import encode_item
from tocsin.stores.table import Key

ASSUMED = costs.Assumptions()


@pytest.fixture
def engine() -> Engine:
    """One is enough: what is counted here is the same on both."""
    return "sqlite"


def test_page_shows_what_the_script_prints() -> None:
    """All its tables, whole and in their order."""
    assert rows(doc("costs.md")) == rows("\n".join(costs.tables(ASSUMED)))


def test_units_are_those_of_the_access_patterns() -> None:
    """Counted there by tests, and read by the script from there: a ping that writes more costs more here."""
    success = "success on a healthy check without rules"
    (row,) = re.findall(rf"^\| {success} .*$", doc("access-patterns.md"), re.MULTILINE)
    told = [float(cell) for cell in rows(row)[0][2:]]
    assert costs.units(success) == costs.Units(*told)
    dearer = doc("access-patterns.md").replace(row, f"| {success} | | 1 | 7 |")
    assert costs.units(success, dearer) == costs.Units(1, 7)
    with pytest.raises(LookupError, match="no row 'unheard of'"):
        costs.units("unheard of")


@pytest.mark.parametrize(("period", "grace"), [(1, 10), (5, 10), (5, 4), (60, 10)])
def test_checks_are_met_as_often_as_is_reckoned(scene: Scene, period: int, grace: int) -> None:
    """The due index is lazy: a tick meets a check that calls in time once in so many runs."""
    check = scene.check(timeout=timedelta(minutes=period), grace=timedelta(minutes=grace))
    minutes, met = 12 * max(period, grace), 0
    for minute in range(minutes + 1):
        if minute % period == 0:
            scene.ping(check)
        met += scene.house.tick().rearmed
        scene.clock.advance(minutes=1)
    assert met / (minutes // period) == pytest.approx(costs.met_a_run(period, grace), rel=0.1)


def test_ping_takes_the_room_that_is_reckoned(scene: Scene, client: FlaskClient) -> None:
    """DynamoDB keeps 100 bytes for each item beside what is in it."""
    check = scene.check()
    client.get(f"/ping/{check}", headers={"User-Agent": "curl/8.5.0"})
    item = scene.house.table.get(Key(f"check#{check}", "ping#0000000001"))
    assert item is not None
    assert blocks([encode_item(item)], 1) + 100 == pytest.approx(ASSUMED.ping_bytes, rel=0.1)


def test_log_takes_the_room_that_is_reckoned(scene: Scene, capsys: pytest.CaptureFixture[str]) -> None:
    """Three lines of Lambda's and one of ours, each with 26 bytes that CloudWatch adds."""
    request = "RequestId: 8f507cfc-0000-4697-b07a-ac58fc914c95"
    lambdas = (
        f"START {request} Version: $LATEST\n",
        f"END {request}\n",
        f"REPORT {request}\tDuration: 24.51 ms\tBilled Duration: 25 ms\tMemory Size: 512 MB\tMax Memory Used: 98 MB\n",
    )
    meter = Meter()
    meter.watch(replace(scene.house, settings=settings_for("", ROOT, function_name="tocsin-production")))
    scene.ping(scene.check())
    capsys.readouterr()
    scene.ping(scene.check())
    meter.report()
    ours = capsys.readouterr().out
    assert '"Pings"' in ours
    assert sum(len(line) + 26 for line in (*lambdas, ours)) == pytest.approx(ASSUMED.line_bytes, rel=0.1)


def test_deployment_is_the_one_that_is_reckoned() -> None:
    """The function's memory, its metrics and alarms, and how long a log is kept."""
    stage = json.loads((ROOT / "zappa_settings.json").read_text())["dev"]
    assert stage["memory_size"] == ASSUMED.memory_mb
    assert len(UNITS) == costs.METRICS
    assert (ROOT / "deploy" / "alarms.yaml").read_text().count("Type: AWS::CloudWatch::Alarm") == costs.ALARMS
    assert timedelta(days=ASSUMED.log_days) == settings_for("", ROOT).log_age


def test_tiers_are_filled_one_after_another() -> None:
    """What the first holds costs its price, and the rest the next one's."""
    assert costs.api_cost("HTTP API", 300e6) == pytest.approx(300)
    assert costs.api_cost("HTTP API", 301e6) == pytest.approx(300.9)
    assert costs.api_cost("REST API", 1001e6) == pytest.approx(333 * 3.5 + 667 * 2.8 + 2.38)
    assert costs.api_cost("Function URL", 1e9) == 0

"""The log: one JSON object a line where programs read it, whatever is logged; text where people do."""

from __future__ import annotations

import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Engine
from tests.fakes import ROOT, Clock, Scene, own_environ, settings_for
from tests.handlers.events import scheduled_event
from tocsin.domain.ping import Kind
from tocsin.house import House
from tocsin.logs import JsonFormatter, request_id


class Unspeakable:
    """Can't be told in any way."""

    def __str__(self) -> str:
        raise RuntimeError("no words")

    __repr__ = __str__


class Log(logging.Logger):
    """One of its own, which nothing else hears, and what it wrote."""

    def __init__(self) -> None:
        super().__init__("tocsin.test")
        self.written = StringIO()
        handler = logging.StreamHandler(self.written)
        handler.setFormatter(JsonFormatter())
        self.addHandler(handler)

    def told(self) -> dict[str, Any]:
        """What the only line says."""
        (line,) = self.written.getvalue().splitlines()
        told: dict[str, Any] = json.loads(line, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        return told


@pytest.fixture
def engine() -> Engine:
    """One is enough: nothing here touches the store."""
    return "sqlite"


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def named_request() -> Iterator[str]:
    token = request_id.set("c6af9ac6-7b61-11e6-9a41-93e8deadbeef")
    yield "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
    request_id.reset(token)


def test_line_says_when_who_and_what(log: Log) -> None:
    """The moment as RFC 3339 has it, in UTC, to the millisecond; nothing is said of what is not there."""
    before = datetime.now(UTC)
    log.warning("check %s: %s", "é", "up -> down", extra={"attempt": 2, "channels": ["a"]})
    told = log.told()
    at = told.pop("timestamp")
    assert (len(at), at[-1]) == (len("2026-03-01T12:00:00.000Z"), "Z")
    assert abs((datetime.fromisoformat(at) - before).total_seconds()) < 60
    assert told == {
        "level": "WARNING",
        "logger": "tocsin.test",
        "message": "check é: up -> down",
        "attempt": 2,
        "channels": ["a"],
    }


def test_line_names_the_request(log: Log, named_request: str) -> None:
    """As Lambda's own lines do, so that they are found together."""
    log.info("hello")
    assert log.told()["request_id"] == named_request


def test_traceback_stays_in_its_line(log: Log) -> None:
    """CloudWatch makes an event of each line."""
    try:
        raise ValueError("two\nlines")
    except ValueError:
        log.exception("It broke")
    told = log.told()
    assert told["message"] == "It broke"
    assert told["exception"].startswith("Traceback (most recent call last):\n")
    assert told["exception"].endswith("ValueError: two\nlines")


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (float("nan"), "nan"),
        ({"at": float("inf")}, "{'at': inf}"),
        (b"\xff", r"b'\xff'"),
        (datetime(2026, 3, 1, tzinfo=UTC), "2026-03-01 00:00:00+00:00"),
        ({(1, 2): 3}, "{(1, 2): 3}"),
        ("\ud800 \0 \u2028", "\ud800 \0 \u2028"),
        (Unspeakable(), "<Unspeakable>"),
        ([Unspeakable()], "<list>"),
    ],
    ids=["nan", "inf", "bytes", "moment", "keys", "surrogate", "unspeakable", "holds-unspeakable"],
)
def test_odd_values_are_told_as_well_as_can_be(log: Log, value: object, told: str) -> None:
    """A line that is lost is lost when it is needed."""
    log.error("odd", extra={"value": value})
    assert log.told()["value"] == told


def test_value_that_holds_itself_is_told(log: Log) -> None:
    """Nothing is followed for ever."""
    endless: list[object] = []
    endless.append(endless)
    log.error("odd", extra={"value": endless})
    assert log.told()["value"] == "[[...]]"


@pytest.mark.parametrize(
    ("message", "arguments", "told"),
    [
        ("%d checks", ("many",), "%d checks"),
        ("one %s, not two", (1, 2), "one %s, not two"),
        ("%s", (Unspeakable(),), "%s"),
        (Unspeakable(), (), "<Unspeakable>"),
    ],
    ids=["type", "number", "argument", "message"],
)
def test_message_that_cannot_be_made_is_told_in_part(
    log: Log, message: object, arguments: tuple[object, ...], told: str
) -> None:
    """A mistake in a log call must not hide that something happened."""
    log.error(message, *arguments)
    assert log.told()["message"] == told


def test_extra_never_takes_the_place_of_our_own_fields(log: Log) -> None:
    """Whoever looks for errors must find them all."""
    log.error("real", extra={"level": "DEBUG", "logger": "x", "timestamp": 0, "mine": 1})
    told = log.told()
    assert (told["level"], told["logger"], told["mine"]) == ("ERROR", "tocsin.test", 1)
    assert told["timestamp"].endswith("Z")


def test_lines_of_a_tick_name_its_request_whichever_thread_writes_them(
    house: House, clock: Clock, named_request: str
) -> None:
    """Deliveries and the heartbeat have threads of their own."""
    scene, log = Scene.set(house, clock), Log()
    settings = settings_for(house.settings.store, Path(), heartbeat_url="http://127.0.0.1:1/")
    scene.house = House(settings, house.table, scene.house.kinds, clock=clock)
    scene.channel.failures = [RuntimeError("broke")]
    scene.ping(scene.check(), Kind.FAIL)
    logging.getLogger("tocsin").addHandler(log.handlers[0])
    try:
        scene.house.tick()
    finally:
        logging.getLogger("tocsin").removeHandler(log.handlers[0])
        scene.house.courier.close()
    told = [json.loads(line) for line in log.written.getvalue().splitlines()]
    assert {line["logger"] for line in told} >= {"tocsin.services.deliver", "tocsin.services.heartbeat"}
    assert {line.get("request_id") for line in told} == {named_request}


_AS_LAMBDA_DOES = """
import json, sys
from awslambdaric import bootstrap
bootstrap._setup_logging(None, None, bootstrap.StandardLogSink())
from handlers.gateway import lambda_handler
from tests.handlers.events import LambdaContext
context = LambdaContext()
context.aws_request_id = "the-request"
print(json.dumps(lambda_handler(json.loads(sys.argv[1]), context)))
"""


def on_lambda(folder: Path, event: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """One invocation in a new process, where Lambda's runtime has set up its log before our code is read."""
    environ = own_environ(folder, SITE_ROOT="https://tocsin.example.org", **settings)
    return subprocess.run(
        [sys.executable, "-c", _AS_LAMBDA_DOES, json.dumps(event)],
        cwd=ROOT,
        env=environ | {"AWS_LAMBDA_FUNCTION_NAME": "tocsin-dev"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_lambda_gets_each_line_once_as_json(tmp_path: Path) -> None:
    """In place of what its runtime would write, with the request's id."""
    done = on_lambda(tmp_path, {"Surprise": 1})
    lines = [line for line in done.stderr.splitlines() if "nobody knows" in line]
    told = json.loads(lines[0])
    assert (len(lines), told["level"], told["request_id"]) == (1, "ERROR", "the-request")
    assert "nobody knows" not in done.stdout


def test_lambda_keeps_its_own_lines_if_text_is_wished_for(tmp_path: Path) -> None:
    """They name the request too, and are written once."""
    done = on_lambda(tmp_path, {"Surprise": 1}, LOG_FORMAT="text")
    assert [line.split("\t")[0] for line in done.stdout.splitlines() if "nobody knows" in line] == ["[ERROR]"]
    assert '"level"' not in done.stderr


def test_tick_on_lambda_prints_its_metrics_in_one_line(tmp_path: Path) -> None:
    """Beside the answer, standard output holds them and nothing else."""
    done = on_lambda(tmp_path, scheduled_event())
    metrics, answer = map(json.loads, done.stdout.splitlines())
    assert (metrics["FunctionName"], metrics["Ticks"]) == ("tocsin-dev", 1)
    assert answer["complete"] is True


_LOG_SOMETHING = "from app import app; app.logger.error('Something\\nhappened')"


def test_server_of_ones_own_writes_json_when_told(tmp_path: Path) -> None:
    """Flask's own logger too."""
    environ = own_environ(tmp_path, LOG_FORMAT="json")
    done = subprocess.run(
        [sys.executable, "-c", _LOG_SOMETHING], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["message"] == "Something\nhappened"


def test_server_of_ones_own_writes_text_otherwise(tmp_path: Path) -> None:
    """For people."""
    done = subprocess.run(
        [sys.executable, "-c", _LOG_SOMETHING],
        cwd=ROOT,
        env=own_environ(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert " ERROR tocsin: Something\nhappened" in done.stderr


@pytest.mark.parametrize(
    ("part", "odd"), [("levelname", 5), ("name", b"x"), ("exc_info", "x"), ("created", 1e20), (("a", 1), "key")]
)
def test_odd_record_is_told_as_far_as_it_can_be(log: Log, part: Any, odd: object) -> None:
    """Whoever made it, its message may be what matters."""
    record = log.makeRecord("tocsin.test", logging.ERROR, __file__, 1, "hello", (), None)
    vars(record)[part] = odd
    log.handle(record)
    assert log.told()["message"] == "hello"


def test_stack_that_was_asked_for_is_told(log: Log) -> None:
    """It has many lines, and stays in one."""
    log.error("hello", stack_info=True)
    assert log.told()["stack"].startswith("Stack (most recent call last):")

"""What invokes the Lambda function, and where it leads: pages, ticks, mails, and events that nobody knows."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from handlers import gateway
from handlers.gateway import UnknownEvent, lambda_handler, metrics
from tests.apps import serving_app
from tests.conftest import Engine
from tests.fakes import Clock, Scene, settings_for
from tests.handlers.events import (
    HTTP_EVENTS,
    LambdaContext,
    http_event,
    rest_event,
    scheduled_event,
)
from tests.handlers.gateway_exchange import Seen
from tocsin.logs import request_id

ROOT = "https://jobs.example.org/tocsin"


@pytest.fixture
def engine() -> Engine:
    return "sqlite"


@pytest.fixture
def app(store_url: str, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The app that the Lambda function serves, below a path."""
    with serving_app(settings_for(store_url, tmp_path, site_root=ROOT), clock) as app:
        monkeypatch.setattr(gateway, "the_app", lambda: app)
        app.config["PROPAGATE_EXCEPTIONS"] = False
        yield app


@pytest.mark.parametrize("kind", HTTP_EVENTS)
def test_ping_comes_by_every_kind_of_request(scene: Scene, kind: str) -> None:
    """And is answered in the form of that kind."""
    check_id = scene.check()
    event = HTTP_EVENTS[kind]("POST", f"/ping/{check_id}/start", body=b"x")
    seen = Seen.of(event, lambda_handler(event, LambdaContext()))
    assert (seen.status, seen.body) == (200, b"OK")
    assert scene.read(check_id).check.n_pings == 1


def test_site_below_a_path_is_linked_there(app: Flask) -> None:
    """Also where the event tells nothing of the path."""
    event = http_event(path="/", headers={"Host": ["jobs.example.org"]})
    (location,) = Seen.of(event, lambda_handler(event, LambdaContext())).all("location")
    assert location.startswith("/tocsin/")


@pytest.mark.parametrize("source", ["aws.events", "aws.scheduler"])
def test_clock_ticks(scene: Scene, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """And how late it did is measured."""
    lags: list[timedelta] = []
    monkeypatch.setattr(metrics, "ticked", lambda _, lag: lags.append(lag))
    event = scheduled_event(source) | {"time": (scene.house.clock() - timedelta(seconds=7)).isoformat()}
    assert lambda_handler(event, LambdaContext())["complete"] is True
    assert lags == [timedelta(seconds=7)]


@pytest.mark.parametrize("time", [None, 7, "soon", "2999-01-01T00:00:00Z", "2026-01-01"])
def test_clock_ticks_whatever_time_it_tells(scene: Scene, time: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """A schedule may bring an event of its owner's making."""
    lags: list[timedelta] = []
    monkeypatch.setattr(metrics, "ticked", lambda _, lag: lags.append(lag))
    assert lambda_handler({"source": "aws.scheduler", "time": time}, LambdaContext())["complete"] is True
    assert lags == [timedelta(0)]


WEBSOCKET = {"requestContext": {"connectionId": "a=", "eventType": "MESSAGE", "routeKey": "$default"}, "body": "{}"}
ASKS_LEAVE = {"type": "REQUEST", "methodArn": "arn:aws:execute-api:…", "httpMethod": "GET", "path": "/"}
ASKS_LEAVE_2 = {"version": "2.0", "routeArn": "arn:aws:execute-api:…", "requestContext": {"http": {}}}


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"Surprise": 1}, "Surprise"),
        ({}, "keys"),
        (["a", "list"], "a"),
        (None, "None"),
        ("text", "text"),
        (WEBSOCKET, "requestContext"),
        (ASKS_LEAVE, "methodArn"),
        (ASKS_LEAVE_2, "routeArn"),
        ({"source": "aws.ec2", "detail": {}}, "aws.ec2"),
        ({"Records": []}, "Records"),
        ({"Records": None}, "Records"),
        ({"Records": ["x", None]}, "Records"),
        ({"Records": [{"eventSource": "aws:s3"}]}, "aws:s3"),
        ({"Records": [{"eventSource": "aws:sqs"}, {"eventSource": "aws:kinesis"}]}, "aws:kinesis"),
    ],
)
def test_event_that_nobody_knows_fails_by_its_name(event: Any, named: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is an error in the log and of the invocation, not a silent success."""
    with pytest.raises(UnknownEvent, match=named):
        lambda_handler(event, LambdaContext())
    (record,) = [record for record in caplog.records if record.name == "tocsin.gateway"]
    assert record.levelno == logging.ERROR
    assert named in record.getMessage()


def test_respond_serves_requests_only(app: Flask) -> None:
    """A tick is none."""
    with pytest.raises(UnknownEvent, match="detail-type"):
        gateway.respond(app, scheduled_event(), LambdaContext())


def test_request_id_lasts_as_long_as_the_invocation(app: Flask) -> None:
    """Lambda's, which the log has too."""
    known: list[str | None] = []

    def note() -> str:
        known.append(request_id.get())
        return ""

    app.add_url_rule("/known", view_func=note)
    lambda_handler(rest_event(path="/known"), LambdaContext())
    assert (known, request_id.get()) == ([LambdaContext.aws_request_id], None)


@pytest.mark.parametrize(("path", "phrase"), [("/api/broken", "request id"), ("/broken", "In the log the request is")])
def test_fault_of_ours_tells_the_request_id(
    app: Flask, path: str, phrase: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Programs get a line and people a page; the log has the traceback."""

    def fail() -> str:
        raise ZeroDivisionError("of ours")

    app.add_url_rule(path, path, fail)
    event = rest_event(path=path)
    seen = Seen.of(event, lambda_handler(event, LambdaContext()))
    assert seen.status == 500
    assert f"{phrase} {LambdaContext.aws_request_id}" in seen.body.decode()
    assert "of ours" not in seen.body.decode()
    assert "ZeroDivisionError: of ours" in caplog.text


def test_fault_beyond_the_app_tells_the_request_id(
    app: Flask, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where even Flask's own handling fails; the invocation is answered all the same."""

    def fail(*_: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(app, "wsgi_app", fail)
    answer: dict[str, Any] = lambda_handler(rest_event(), LambdaContext())
    assert answer["statusCode"] == 500
    assert LambdaContext.aws_request_id in answer["body"]
    assert "ZeroDivisionError" in caplog.text


def test_metrics_are_reported_whatever_happened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lambda freezes the process when it has the answer."""
    reports: list[str] = []
    monkeypatch.setattr(metrics, "report", lambda: reports.append("one"))
    lambda_handler(rest_event(), LambdaContext())
    with pytest.raises(UnknownEvent):
        lambda_handler({}, LambdaContext())
    assert reports == ["one", "one"]


def test_context_may_lack_what_the_tests_of_others_leave_out(app: Flask) -> None:
    """Only the time that is left is always told."""

    class Bare:
        def get_remaining_time_in_millis(self) -> int:
            return 1

    assert lambda_handler(scheduled_event(), Bare())["complete"] is True
    assert lambda_handler(rest_event(path="/setup"), Bare())["statusCode"] == 200
    assert gateway.respond(_broken, rest_event(), Bare())["body"] == "internal server error\n"


def _broken(_environ: object, _start_response: object) -> Any:
    raise ZeroDivisionError


@pytest.mark.parametrize("event", [{"requestContext": "x"}, {"requestContext": ["x"], "httpMethod": "GET"}])
def test_event_that_only_looks_like_a_request_is_named(event: dict[str, Any]) -> None:
    """Whatever stands where a request has its context."""
    with pytest.raises(UnknownEvent, match="requestContext"):
        lambda_handler(event, LambdaContext())

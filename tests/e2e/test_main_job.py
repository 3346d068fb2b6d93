"""A job pings; silence is noticed; people are told; a person sees it. On both engines, through both doors."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, cast

import pytest
from flask import Flask

import app as porch
from handlers import gateway
from tests.apps import serving_app
from tests.channels.receivers import Answer, Receiver, serving
from tests.conftest import Engine
from tests.e2e.doors import Door, LambdaDoor, Person, WsgiDoor
from tests.e2e.mailbox import Mailbox, mailbox
from tests.fakes import Clock, settings_for
from tests.handlers.events import http_event, rest_event


@pytest.fixture
def post() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as receiver:
        yield receiver


@pytest.fixture
def app(store_url: str, tmp_path: Path, clock: Clock, post: Mailbox) -> Iterator[Flask]:
    """The whole app; mail leaves by SMTP."""
    settings = settings_for(store_url, tmp_path, mail=f"smtp://127.0.0.1:{post.port}?tls=none")
    with serving_app(settings, clock) as app:
        yield app


@pytest.fixture(params=["wsgi", "lambda"])
def door(request: pytest.FixtureRequest, app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    """By Lambda, one kind of API over each engine: how a request came makes no difference to a store."""
    if request.param == "wsgi":
        yield WsgiDoor(app)
        return
    monkeypatch.setattr(porch, "lean_app", porch.LeanApp(app.extensions["tocsin"]), raising=False)
    gateway.the_app.cache_clear()
    yield LambdaDoor(http_event if engine == "sqlite" else rest_event)
    gateway.the_app.cache_clear()


@dataclass
class Story:
    """What both stories begin with: an account, two channels and a check that tells both."""

    person: Person
    checks: str
    channels: str
    check: str

    @classmethod
    def begin(cls, door: Door, **webhook: str) -> Story:
        person = Person(door)
        person.submit("/setup", email="alice@example.org", password="correct horse")
        checks = person.door.call("GET", "/").location
        channels = checks.replace("/checks/", "/channels/")
        person.submit(f"{channels}add/webhook", name="ops", **webhook)
        tells = re.findall(r"/channels/([0-9a-f-]{36})/edit", person.read(channels))
        times: dict[str, Any] = {"period": 1, "period_unit": "hours", "grace": 5, "grace_unit": "minutes"}
        check = person.submit(f"{checks}add", name="nightly", channels=tells, **times)
        return cls(person, checks, channels, check)

    @property
    def ping(self) -> str:
        return "/ping/" + self.check.rsplit("/", 1)[-1]


def test_job_falls_silent_and_comes_back(door: Door, clock: Clock, receiver: Receiver, post: Mailbox) -> None:
    """From the first visit to the message that all is well again."""
    story = Story.begin(
        door,
        url_down=receiver.url("/down"),
        method_down="POST",
        body_down="$NAME is $STATUS",
        url_up=receiver.url("/up"),
        method_up="GET",
    )
    assert [door.call(method, story.ping).text for method in ("GET", "POST")] == ["OK", "OK"]
    for minutes in (0, 64):
        clock.advance(minutes=minutes)
        door.tick()
    assert (receiver.calls, post.subjects) == ([], [])

    clock.advance(minutes=1)
    assert "Down" in story.person.read(story.check)
    for _ in range(2):
        door.tick()
    assert [(call.method, call.path, call.body) for call in receiver.calls] == [("POST", "/down", b"nightly is down")]
    assert post.subjects == ["DOWN | nightly"]
    assert post.messages[0]["To"] == "alice@example.org"
    assert story.person.door.call("GET", _link(post.messages[0], "/cloaked/")).location == story.check

    clock.advance(minutes=10)
    assert door.call("GET", story.ping).text == "OK"
    door.tick()
    assert [call.path for call in receiver.calls] == ["/down", "/up"]
    assert post.subjects == ["DOWN | nightly", "UP | nightly"]
    assert "Up" in story.person.read(story.check)
    assert "nightly" in story.person.read(story.checks)


def test_receiver_that_is_down_gets_its_message_later(
    door: Door, clock: Clock, receiver: Receiver, post: Mailbox
) -> None:
    """The mail goes out at once; the webhook is tried again by a later tick, with the same key."""
    story = Story.begin(door, url_down=receiver.url("/down"), method_down="POST", method_up="GET")
    receiver.answers["/down"] = Answer(503)
    door.call("GET", f"{story.ping}/3")
    door.tick()
    assert post.subjects == ["DOWN | nightly"]
    assert "Received status code 503" in story.person.read(story.channels)
    receiver.answers.clear()
    clock.advance(minutes=1)
    door.tick()
    assert post.subjects == ["DOWN | nightly"]
    assert len(receiver.calls) == 2
    assert len({call.header("Idempotency-Key") for call in receiver.calls}) == 1
    assert "Received status code 503" not in story.person.read(story.channels)


def _link(message: EmailMessage, path: str) -> str:
    """The path of a link in the plain text of a mail."""
    text = str(cast("EmailMessage", message.get_body(("plain",))).get_content())
    found = re.search(rf"https?://[^/]+({path}\S+)", text)
    assert found, text
    return found[1]

"""Two ways into the same house: a WSGI client and the command line, or Lambda events. Each keeps its cookies."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from flask import Flask

from handlers.gateway import lambda_handler
from tests.handlers.events import LambdaContext, rest_event, scheduled_event
from tests.handlers.gateway_exchange import Seen

STAGE = "dev"


@dataclass(frozen=True)
class Reply:
    status: int
    text: str
    location: str = ""
    """Where a redirect leads: a path of the app, without the stage."""


class Door(Protocol):
    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Reply: ...

    def tick(self) -> None: ...


@dataclass
class WsgiDoor:
    """What gunicorn does for a request, and cron for a tick."""

    app: Flask

    def __post_init__(self) -> None:
        self._client = self.app.test_client()

    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Reply:
        response = self._client.open(path, method=method, data=form)
        return Reply(response.status_code, response.text, response.headers.get("Location", ""))

    def tick(self) -> None:
        result = self.app.test_cli_runner().invoke(args=["tick"])
        assert result.exit_code == 0, result.output


@dataclass
class LambdaDoor:
    """What API Gateway does for a request, and EventBridge for a tick."""

    event: Callable[..., dict[str, Any]] = rest_event
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def call(self, method: str, path: str, form: Mapping[str, Any] | None = None) -> Reply:
        headers = {"Cookie": ["; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())]}
        body = None
        if form is not None:
            headers["Content-Type"] = ["application/x-www-form-urlencoded"]
            body = urlencode(form, doseq=True).encode()
        event = self.event(method, path, headers=headers, body=body, stage=STAGE)
        seen = Seen.of(event, lambda_handler(event, LambdaContext()))
        for cookie in seen.all("set-cookie"):
            self.cookies.load(cookie)
        location = urlsplit((seen.all("location") or [""])[0])
        return Reply(seen.status, seen.body.decode(), location.path.removeprefix(f"/{STAGE}"))

    def tick(self) -> None:
        assert lambda_handler(scheduled_event(), LambdaContext())["complete"] is True


@dataclass
class Person:
    """Somebody at a browser without JavaScript."""

    door: Door

    def read(self, path: str) -> str:
        """Open a page, following redirects."""
        reply = self.door.call("GET", path)
        while reply.status in (302, 303):
            reply = self.door.call("GET", reply.location)
        assert reply.status == 200, (path, reply)
        return reply.text

    def submit(self, path: str, *, page: str = "", **fields: Any) -> str:
        """Fill in a form and send it, with the token of its page; returns where that leads."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.read(page or path))
        assert token
        reply = self.door.call("POST", path, {**fields, "csrf_token": token[1]})
        assert reply.status in (302, 303), (path, re.findall(r'class="error"[^<]*<', reply.text))
        return reply.location

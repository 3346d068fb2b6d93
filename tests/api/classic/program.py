"""A program that speaks one of the old versions of the API, as its users wrote it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes import SECRET, Scene
from tocsin.services.channels import create_channel
from tocsin.services.keys import create_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

INVALID = "json validation error: "
NOWHERE = "00000000-0000-4000-8000-000000000000"
"""The id of no check."""


@dataclass(frozen=True)
class Program:
    """Calls with one key in the header, or with none, in one version."""

    client: FlaskClient
    scene: Scene
    key: str | None
    version: int = 3

    def call(self, method: str, path: str, body: object = b"", **headers: str) -> TestResponse:
        """`path` is what follows the version. A body that is no bytes is sent as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        key = {} if self.key is None else {"X-Api-Key": self.key}
        return self.client.open(f"/api/v{self.version}{path}", method=method, data=raw, headers=key | headers)

    def get(self, path: str) -> TestResponse:
        return self.call("GET", path)

    def post(self, path: str, body: object = b"") -> TestResponse:
        return self.call("POST", path, body)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)

    def make(self, **fields: object) -> dict[str, Any]:
        """A new check."""
        return told(self.post("/checks/", fields), 201)

    def change(self, check_id: str, **fields: object) -> dict[str, Any]:
        return told(self.post(f"/checks/{check_id}", fields))

    def show(self, check_id: str) -> dict[str, Any]:
        return told(self.get(f"/checks/{check_id}"))

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = told(self.get(f"/checks/{query}"))["checks"]
        return found

    def speaking(self, version: int) -> Program:
        return replace(self, version=version)

    def with_key(self, key: str | None) -> Program:
        return replace(self, key=key)

    def reading(self) -> Program:
        """With a key that only reads."""
        return self.with_key(new_key(self.scene, KeyKind.READ_ONLY))

    def channel(self, name: str) -> str:
        """Hang up another channel."""
        return create_channel(
            self.scene.house.checks,
            self.scene.house.kinds,
            project=self.scene.project,
            kind="fake",
            name=name,
            config={},
            by=COMMAND,
            now=self.scene.clock(),
        )


def new_key(scene: Scene, kind: KeyKind = KeyKind.READ_WRITE) -> str:
    owner = scene.owner if kind.account else scene.project
    _, text = create_key(scene.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=scene.clock())
    return text


def told(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """What was answered, if it was answered with this status."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    answer: dict[str, Any] = json.loads(response.data)
    return answer


def refused(response: TestResponse) -> tuple[int, object]:
    """The status and the error, or the bare text where there is no JSON."""
    if response.content_type == "application/json":
        return response.status_code, json.loads(response.data)["error"]
    return response.status_code, response.text

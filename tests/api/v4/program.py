"""A program that speaks version 4 of the API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes import SECRET, Scene
from tocsin.services.keys import create_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

NOWHERE = "00000000-0000-4000-8000-000000000000"
"""The id of nothing."""


@dataclass(frozen=True)
class Program:
    """Calls with one key in the header, or with none."""

    client: FlaskClient
    scene: Scene
    key: str | None

    def call(self, method: str, path: str, body: object = b"", **headers: str) -> TestResponse:
        """`path` is what follows the version. A body that is no bytes is sent as JSON; `_` in a header's name is -."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        key = {} if self.key is None else {"X-Api-Key": self.key}
        return self.client.open(f"/api/v4{path}", method=method, data=raw, headers=key | told)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object = b"", **headers: str) -> TestResponse:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: object, **headers: str) -> TestResponse:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> TestResponse:
        return self.call("DELETE", path, **headers)

    def make(self, **fields: object) -> dict[str, Any]:
        """A new check."""
        return told(self.post("/checks/", fields), 201)

    def change(self, check_id: str, **fields: object) -> dict[str, Any]:
        return told(self.patch(f"/checks/{check_id}", fields))

    def show(self, check_id: str) -> dict[str, Any]:
        return told(self.get(f"/checks/{check_id}"))

    def names(self, query: str = "") -> list[str]:
        """Of the checks that are listed."""
        return [check["name"] for check in told(self.get(f"/checks/{query}"))["checks"]]

    def pages(self, path: str, plural: str) -> Iterator[list[dict[str, Any]]]:
        """A list to its end."""
        cursor: str | None = ""
        while cursor is not None:
            answer = told(self.get(f"{path}{'&' if '?' in path else '?'}cursor={cursor}" if cursor else path))
            yield answer[plural]
            cursor = answer["next"]

    def all(self, path: str, plural: str) -> list[dict[str, Any]]:
        return [item for page in self.pages(path, plural) for item in page]

    def audit(self, query: str = "") -> list[dict[str, Any]]:
        """The newest first."""
        return self.all(f"/audit/{query}", "entries")

    def with_key(self, key: str | None) -> Program:
        return replace(self, key=key)

    def holding(self, kind: KeyKind) -> Program:
        """With a key of this kind, of the same owner or project."""
        return self.with_key(new_key(self.scene, kind))


def new_key(scene: Scene, kind: KeyKind = KeyKind.READ_WRITE, *, name: str = "") -> str:
    owner = scene.owner if kind.account else scene.project
    _, text = create_key(
        scene.house.keys, kind=kind, owner=owner, name=name, secret_key=SECRET, by=COMMAND, now=scene.clock()
    )
    return text


def told(response: TestResponse, status: int = 200) -> dict[str, Any]:
    """What was answered, if it was answered with this status."""
    assert response.status_code == status, response.text
    assert response.content_type == "application/json"
    answer: dict[str, Any] = json.loads(response.data)
    return answer


def refused(response: TestResponse, status: int) -> str:
    """The sentence."""
    assert response.status_code == status, response.text
    answer = json.loads(response.data)
    assert answer["status"] == status
    detail: str = answer["detail"]
    return detail


def faults(response: TestResponse) -> dict[str, str]:
    """What was wrong with the input, by field."""
    assert response.status_code == 400, response.text
    return {fault["field"]: fault["detail"] for fault in json.loads(response.data)["errors"]}

"""A walk through all that the OpenAPI document declares: each operation is called with what the document says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from handlers.api.document.examples import CHANNEL, PROJECT
from tests.api.contract import Contract, Operation, broken
from tests.fakes import SECRET, Scene
from tocsin.domain.ping import Kind
from tocsin.services.badges import badge_urls
from tocsin.services.keys import create_key
from tocsin.services.projects import create_project
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

_KEYS: Mapping[str, KeyKind | None] = {
    "no key": None,
    "any key": KeyKind.READ_ONLY,
    "a read-write key": KeyKind.READ_WRITE,
    "an account key": KeyKind.ACCOUNT_READ_ONLY,
    "a read-write account key": KeyKind.ACCOUNT,
    "a read-only key of the project": KeyKind.READ_ONLY,
}
"""The least that an operation says it needs."""


@dataclass(frozen=True)
class Walker:
    client: FlaskClient
    contract: Contract
    scene: Scene
    """With nothing in it yet but a channel."""

    def call(self, operation: Operation, sent: object = None, **query: str) -> TestResponse:
        """The operation, on things that are there."""
        check_id = self._check()
        if operation.path.endswith("/resume"):
            self._before("POST", f"{check_id}/pause")
        if operation.path.endswith("/restore"):
            self._before("DELETE", check_id)
        path = self._fill(operation.path, check_id)
        data = None if sent is None else self._meant(sent).encode()
        response = self.client.open(
            f"{path}?{urlencode(query)}" if query else path,
            method=operation.method,
            data=data,
            headers=self._headers(operation),
            content_type="application/json",
        )
        assert broken(self.contract, response, sent) == []
        return response

    def _meant(self, sent: object) -> str:
        """The body, with ids of what is there for those that stand in examples."""
        text = json.dumps(sent).replace(CHANNEL, self.scene.channel_id)
        return text.replace(PROJECT, self._other_project()) if PROJECT in text else text

    def _other_project(self) -> str:
        scene = self.scene
        made = create_project(
            scene.house.projects, name="Ops", owner=scene.owner, secret_key=SECRET, by=COMMAND, now=scene.clock()
        )
        return made.id

    def _check(self) -> str:
        check_id = self.scene.check(name="Nightly backup", slug="nightly-backup", tags="prod")
        self.scene.ping(check_id, Kind.FAIL, body=b"disk full")
        return check_id

    def _before(self, method: str, path: str) -> None:
        """What has to be done to a check first."""
        headers = {"X-Api-Key": self.key(KeyKind.READ_WRITE)}
        response = self.client.open(f"/api/v4/checks/{path}", method=method, headers=headers)
        assert response.status_code < 300, response.text

    def _headers(self, operation: Operation) -> dict[str, str]:
        kind = _KEYS[operation.item["x-needs"]]
        if kind is None:
            return {}
        schemes = {name for choice in operation.item["security"] for name in choice}
        key = self.key(kind)
        return {"X-Api-Key": key} if "ApiKey" in schemes else {"Authorization": f"Bearer {key}"}

    def key(self, kind: KeyKind) -> str:
        return self._make_key(kind)[1]

    def _make_key(self, kind: KeyKind) -> tuple[str, str]:
        """Its id, and itself."""
        scene = self.scene
        owner = scene.owner if kind.account else scene.project
        made, text = create_key(
            scene.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=scene.clock()
        )
        return made.id, text

    def _fill(self, path: str, check_id: str) -> str:
        values = {
            "check": check_id,
            "n": "1",
            "project": self.scene.project,
            "channel": self.scene.channel_id,
            "ping_key": self.scene.ping_key,
            "slug": "nightly-backup",
            "signal": "start",
            "tag": "prod",
            "format": "json",
            "states": "3",
        }
        values |= self._badge(path, check_id) if "{badge_key}" in path else {}
        if "{member}" in path:
            values["member"] = self.scene.join(f"{uuid4()}@example.org")
        if "{invitation}" in path:
            values["invitation"] = self.scene.invite("eve@example.org")
        if "{key}" in path:
            values["key"], _ = self._make_key(KeyKind.READ_WRITE if "/projects/" in path else KeyKind.ACCOUNT)
        if "{read_only_key}" in path:
            values["read_only_key"] = self.key(KeyKind.READ_ONLY)
        return re.sub(r"\{(\w+)\}", lambda place: values[place[1]], path)

    def _badge(self, path: str, check_id: str) -> dict[str, str]:
        house = self.scene.house
        if path.startswith("/b/"):
            found = house.checks.find(check_id)
            assert found
            return {"badge_key": found[1].badge_key}
        project = house.projects.get(self.scene.project)
        assert project
        url = badge_urls(project, {"prod"}, "", SECRET)["prod" if "{tag}" in path else "*"]["json3"]
        _, _, badge_key, signature = re.split("[/.]", url)[:4]
        return {"badge_key": badge_key, "signature": signature}


def examples(operation: Operation) -> Iterator[tuple[str, Any]]:
    """The bodies that the document shows; nothing where it declares none, or one that may be left out."""
    body = operation.item.get("requestBody", {})
    shown = {
        name: example["value"]
        for content in body.get("content", {}).values()
        for name, example in content.get("examples", {}).items()
    }
    assert shown or not body.get("required"), f"{operation.method} {operation.path} shows no body"
    yield from shown.items() or [("nothing", None)]


def samples(operation: Operation) -> dict[str, str]:
    """A value for each parameter of the query, but for cursors, which can't be made up."""
    asked = {each["name"]: each["schema"] for each in operation.item.get("parameters", ()) if each["in"] == "query"}
    return {name: _sample(schema) for name, schema in asked.items() if name not in ("cursor", "project")}


def _sample(schema: Mapping[str, Any]) -> str:
    if schema.get("type") == "array":
        return _sample(schema["items"])
    if "enum" in schema:
        return str(schema["enum"][0])
    if "examples" in schema:
        return str(schema["examples"][0])
    if schema.get("format") == "uuid":
        return "00000000-0000-4000-8000-000000000000"
    return {"integer": str(schema.get("minimum", 1)), "boolean": "true"}.get(schema["type"], "backup")

"""What programs do over the API, one thing after another, each with its name in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import botocore.session
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.fakes import SECRET, Scene
from tests.house.meter import TABLE
from tocsin.domain.check import unique_key
from tocsin.services.keys import create_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind

_AT_ONCE = 25
"""Most items of a BatchWriteItem."""


def programs(scene: Scene, client: FlaskClient) -> Iterator[str]:
    check = scene.check(name="Nightly backup of the shop", tags="prod db", slug="nightly")
    scene.ping(check)
    call = partial(_call, client, _key(scene, KeyKind.READ_WRITE))
    by_account = partial(_call, client, _key(scene, KeyKind.ACCOUNT))
    yield ""
    call("GET", f"/api/v4/checks/{check}")
    yield "show a check"
    by_account("GET", f"/api/v4/checks/{check}")
    yield "the same with an account's key"
    call("GET", f"/api/v4/checks/{unique_key(check)}")
    yield "the same by its unique key"
    call("PATCH", f"/api/v4/checks/{check}", {"name": "Weekly backup of the shop"})
    yield "change its name"
    call("POST", f"/api/v4/checks/{check}/clear")
    yield "clear its log of one ping and one flip"
    call("GET", f"/api/v4/checks/{check}/flips/")
    yield "a page of its flips"
    call("GET", f"/api/v4/checks/{check}/pings/")
    yield "a page of its pings"
    yield from _making(call)
    yield from _people(scene, check, by_account)
    yield from _lists(scene, call)


def _making(call: Any) -> Iterator[str]:
    made = call("POST", "/api/v4/checks/", {"name": "Report"}).json["uuid"]
    yield "make a check without a slug"
    call("POST", "/api/v4/checks/", {"slug": "dump", "unique": ["slug"]})
    yield "make one unless there is one of that slug"
    call("POST", "/api/v4/checks/", {"slug": "dump", "unique": ["slug"], "grace": 60})
    yield "the same when there is, and it changes"
    call("POST", f"/api/v4/checks/{made}/pause")
    yield "pause a check that is new"
    call("DELETE", f"/api/v4/checks/{made}")
    yield "delete a check without a slug"


def _people(scene: Scene, check: str, by_account: Any) -> Iterator[str]:
    other = by_account("POST", "/api/v4/projects/", {"name": "Ops"}).json["id"]
    scene.join("bob@example.org")
    yield ""
    by_account("POST", f"/api/v4/checks/{check}/move", {"project": other})
    yield "move a check to a project without channels"
    by_account("GET", f"/api/v4/projects/{scene.project}/members/")
    yield "list the two members of a project"
    by_account("POST", f"/api/v4/projects/{scene.project}/invitations/", {"email": "e@example.org", "role": "member"})
    yield "invite somebody"
    by_account("GET", f"/api/v4/projects/{scene.project}/invitations/")
    yield "list one invitation"


def _lists(scene: Scene, call: Any) -> Iterator[str]:
    ids = _clones(scene, 999)
    yield ""
    call("GET", "/api/v3/checks/")
    yield "list 1,000 checks, in version 3"
    call("GET", "/api/v4/checks/?limit=1000")
    yield "list 1,000 checks, in version 4"
    call("GET", "/api/v4/checks/")
    yield "a page of 100 checks"
    call("GET", "/api/v4/checks/?search=nothing")
    yield "a page with a filter that 1,000 checks are held against"
    call("POST", "/api/v4/checks/bulk", {"filter": {"uuids": ids[:10]}, "act": "tag", "add_tags": ["eu"]})
    yield "tag 10 checks in one call"
    call("GET", "/api/v4/badges/")
    yield "list the badges of 1,000 checks"
    call("GET", "/api/v4/export")
    yield "export 1,000 checks"


def _call(client: FlaskClient, key: str, method: str, path: str, body: object = None) -> TestResponse:
    response = client.open(path, method=method, json=body, headers={"X-Api-Key": key})
    assert response.status_code < 300, response.text
    return response


def _key(scene: Scene, kind: KeyKind) -> str:
    owner = scene.owner if kind.account else scene.project
    return create_key(scene.house.keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=scene.clock())[1]


def _clones(scene: Scene, count: int) -> list[str]:
    """More checks like one that is made for it. What finds them by slug and by key is left out."""
    first = scene.check(name="Nightly backup of the shop", tags="prod db")
    ids = [first, *(str(uuid4()) for _ in range(count - 1))]
    sdk: Any = botocore.session.get_session().create_client("dynamodb")
    items = [sdk.get_item(TableName=TABLE, Key=_wire_key(first, part))["Item"] for part in ("state", "info")]
    clones = [item | _wire_key(check_id, item["sk"]["S"]) for check_id in ids[1:] for item in items]
    for start in range(0, len(clones), _AT_ONCE):
        puts = [{"PutRequest": {"Item": item}} for item in clones[start : start + _AT_ONCE]]
        sdk.batch_write_item(RequestItems={TABLE: puts})
    return ids


def _wire_key(check_id: str, part: str) -> dict[str, dict[str, str]]:
    return {"pk": {"S": f"check#{check_id}"}, "sk": {"S": part}}

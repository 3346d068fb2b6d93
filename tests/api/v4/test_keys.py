"""API keys that programs make and revoke."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene
from tests.tables import everything

OF_PROJECT, OF_ACCOUNT = "/projects/{project}/keys/", "/keys/"


def where(path: str, scene: Scene) -> str:
    return path.format(project=scene.project)


def make(account: Program, path: str, **fields: object) -> dict[str, Any]:
    response = account.post(where(path, account.scene), fields)
    assert response.headers["Cache-Control"] == "no-store"
    return told(response, 201)


@pytest.mark.parametrize(
    ("path", "kind", "begins", "writes"),
    [
        (OF_PROJECT, "rw", "hcw_", True),
        (OF_PROJECT, "ro", "hcr_", False),
        (OF_ACCOUNT, "account", "tca_", True),
        (OF_ACCOUNT, "account-ro", "tcr_", False),
    ],
)
def test_key_opens_until_it_is_revoked(
    account: Program, store_url: str, path: str, kind: str, begins: str, writes: bool
) -> None:
    """It is shown once, kept nowhere, and opens nothing from the moment on when it is revoked."""
    account.scene.clock.advance(seconds=1)
    made = make(account, path, kind=kind, name=" CI ")
    text = made.pop("key")
    assert (len(text), text[:4]) == (32, begins)
    assert made == {
        "id": made["id"],
        "kind": kind,
        "name": "CI",
        "shown": text[:8],
        "created": "2026-03-01T12:00:01.000000+00:00",
    }
    assert told(account.get(where(path, account.scene)))["keys"][-1] == made
    assert text not in "".join(everything(store_url))
    holder, project = account.with_key(text), account.scene.project
    assert told(holder.get(f"/checks/?project={project}"))["checks"] == []
    assert holder.post(f"/checks/?project={project}", {}).status_code == (201 if writes else 403)
    assert account.delete(where(path, account.scene) + made["id"]).data == b""
    assert refused(holder.get(f"/checks/?project={project}"), 401)
    assert refused(account.delete(where(path, account.scene) + made["id"]), 404) == "There is no such key."


@pytest.mark.parametrize("path", [OF_PROJECT, OF_ACCOUNT])
def test_list_is_in_the_order_of_making_page_by_page(account: Program, path: str) -> None:
    kind = "ro" if path is OF_PROJECT else "account-ro"
    for number in range(4):
        account.scene.clock.advance(seconds=1)
        make(account, path, kind=kind, name=f"Key {number}")
    pages = list(account.pages(f"{where(path, account.scene)}?limit=2", "keys"))
    assert [[key["name"] for key in page] for page in pages][1:] == [["Key 1", "Key 2"], ["Key 3"]]


@pytest.mark.parametrize(
    ("path", "body", "fault"),
    [
        (OF_PROJECT, {}, "kind"),
        (OF_PROJECT, {"kind": "account"}, "kind"),
        (OF_PROJECT, {"kind": "ping"}, "kind"),
        (OF_ACCOUNT, {"kind": "rw"}, "kind"),
        (OF_ACCOUNT, {"kind": "account", "name": "n" * 101}, "name"),
        (OF_ACCOUNT, {"kind": "account", "key": "x" * 32}, "key"),
    ],
)
def test_key_that_cannot_be_is_refused(account: Program, path: str, body: object, fault: str) -> None:
    assert list(faults(account.post(where(path, account.scene), body))) == [fault]


def test_key_may_revoke_itself(account: Program) -> None:
    assert account.delete(f"/keys/{told(account.get('/keys/'))['keys'][0]['id']}").status_code == 204
    assert refused(account.get("/keys/"), 401)


def test_keys_of_others_are_not_there(program: Program, account: Program, stranger: Program) -> None:
    """Nor is a key of the project among those of the account."""
    key_id = told(account.get(where(OF_PROJECT, account.scene)))["keys"][0]["id"]
    for path in (f"/keys/{key_id}", f"/keys/{NOWHERE}", f"/projects/{stranger.scene.project}/keys/{key_id}"):
        assert refused(account.delete(path), 404)
    assert program.names() == []

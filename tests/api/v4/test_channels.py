"""Channels: hung up, edited, tried out and taken down by programs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene
from tests.tables import everything
from tocsin.channels.port import DeliveryFailed
from tocsin.domain.ping import Kind
from tocsin.stores.channels import MAX_CHANNELS


def hang_up(program: Program, kind: str = "fake", **more: object) -> dict[str, Any]:
    return told(program.post("/channels/", {"kind": kind, "config": {}} | more), 201)


def test_channel_is_hung_up_and_every_check_tells_it(program: Program, scene: Scene) -> None:
    check_id = program.make()["uuid"]
    response = program.post("/channels/", {"kind": "fake", "name": " Ops ", "config": {"to": "me"}})
    channel = told(response, 201)
    assert response.headers["Location"] == f"http://localhost/api/v4/channels/{channel['id']}"
    assert channel == {
        "id": channel["id"],
        "kind": "fake",
        "name": "Ops",
        "config": {"to": "me"},
        "created": "2026-03-01T12:00:00.000000+00:00",
        "disabled": False,
        "last_at": None,
        "last_error": None,
    }
    assert told(program.get(f"/channels/{channel['id']}")) == channel
    assert program.show(check_id)["channels"] == [channel["id"]]


@pytest.mark.parametrize(
    ("body", "field", "words"),
    [
        ({"kind": "pigeon", "config": {}}, "kind", "the kinds are: email, fake, webhook"),
        ({"kind": 3, "config": {}}, "kind", "must be text"),
        ({"config": {}}, "kind", "is missing"),
        ({"kind": "fake"}, "config", "is missing"),
        ({"kind": "fake", "config": []}, "config", "must be an object"),
        ({"kind": "email", "config": {}}, "config.address", ""),
        ({"kind": "email", "config": {"address": {"to": 1}, "cc": "x"}}, "config.cc", "There is no such setting."),
        ({"kind": "webhook", "config": {"url_down": ["x"]}}, "config.url_down", "must be a text"),
        ({"kind": "webhook", "config": {"headers_down": {"A": 2**70}}}, "config.headers_down", "must be a text"),
        ({"kind": "fake", "config": {"a": "x" * 20_001}}, "config.a", "20000 characters"),
        ({"kind": "fake", "config": {}, "name": "n" * 101}, "name", "at most 100"),
        ({"kind": "fake", "config": {}, "nam": "n"}, "nam", "did you mean name?"),
    ],
)
def test_channel_that_cannot_work_is_refused(
    program: Program, store_url: str, body: object, field: str, words: str
) -> None:
    before = everything(store_url)
    assert words in faults(program.post("/channels/", body))[field]
    assert everything(store_url) == before


def test_change_leaves_alone_what_is_not_sent(program: Program) -> None:
    """In the configuration too."""
    config = {"url_down": "https://example.org/down", "url_up": "https://example.org/up", "method_up": "PUT"}
    channel = hang_up(program, "webhook", name="Hook", config=config)
    path = f"/channels/{channel['id']}"
    changed = told(program.patch(path, {"config": {"url_up": None, "method_down": "POST"}}))
    assert changed == channel | {"config": channel["config"] | {"url_up": "", "method_down": "POST"}}
    assert told(program.patch(path, {"name": "Chat"})) == changed | {"name": "Chat"}
    assert told(program.patch(path, {})) == told(program.get(path))


def test_what_was_read_can_be_edited_and_sent_back(program: Program) -> None:
    channel = hang_up(program, name="Ops")
    path = f"/channels/{channel['id']}"
    assert told(program.patch(path, channel | {"name": "Dev", "disabled": True})) == channel | {"name": "Dev"}
    assert "can't be changed from fake" in faults(program.patch(path, channel | {"kind": "email"}))["kind"]
    assert told(program.post("/channels/", channel), 201)["id"] != channel["id"]


def test_change_switches_a_channel_on_again(program: Program, scene: Scene) -> None:
    scene.channel.failures.append(DeliveryFailed("Gone for good.", permanent=True))
    scene.ping(scene.check(), Kind.FAIL)
    scene.house.tick()
    path = f"/channels/{scene.channel_id}"
    off = told(program.get(path))
    assert (off["disabled"], off["last_error"]) == (True, "Gone for good.")
    assert off["last_at"] == "2026-03-01T12:00:00.000000+00:00"
    on = told(program.patch(path, {"config": {"to": "you"}}))
    assert (on["disabled"], on["last_error"]) == (False, None)


def test_invalid_change_is_refused_by_its_field(program: Program) -> None:
    channel = hang_up(program, "email", config={"address": "ops@example.org"})
    path = f"/channels/{channel['id']}"
    assert list(faults(program.patch(path, {"config": {"address": "ops"}}))) == ["config.address"]
    assert told(program.get(path)) == channel


def test_trying_a_channel_tells_how_that_went(program: Program, scene: Scene) -> None:
    path = f"/channels/{scene.channel_id}/test"
    assert told(program.post(path)) == {"delivered": True, "error": None}
    assert [notice.test for notice in scene.channel.told] == [True]
    scene.channel.failures.append(DeliveryFailed("No one is there."))
    assert told(program.post(path)) == {"delivered": False, "error": "No one is there."}


def test_channel_of_a_kind_that_is_no_more_can_be_seen_and_taken_down(
    program: Program, scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It can be neither tried nor changed."""
    kinds = scene.house.kinds._channels  # noqa: SLF001 (a plug-in that was uninstalled)
    monkeypatch.delitem(kinds, "fake")
    path = f"/channels/{scene.channel_id}"
    assert "the kinds are: email, webhook" in refused(program.post(f"{path}/test"), 409)
    assert refused(program.patch(path, {"name": "x"}), 409)
    assert told(program.get(path))["kind"] == "fake"
    assert program.delete(path).status_code == 204


def test_channel_that_is_taken_down_is_told_nothing_more(program: Program, scene: Scene) -> None:
    check_id = scene.check()
    path = f"/channels/{scene.channel_id}"
    assert program.delete(path).data == b""
    for method in ("GET", "PATCH", "DELETE"):
        assert refused(program.call(method, path, {}), 404) == "There is no such channel in this project."
    scene.ping(check_id, Kind.FAIL)
    scene.house.tick()
    assert scene.channel.told == []


def test_list_is_in_the_order_of_making_page_by_page(program: Program, scene: Scene) -> None:
    for number in range(5):
        scene.clock.advance(seconds=1)
        hang_up(program, name=f"Channel {number}")
    names = ["", *(f"Channel {number}" for number in range(5))]
    assert [channel["name"] for channel in told(program.get("/channels/"))["channels"]] == names
    pages = list(program.pages("/channels/?limit=4", "channels"))
    assert [[channel["name"] for channel in page] for page in pages] == [names[:4], names[4:]]
    assert list(faults(program.get("/channels/?limit=101"))) == ["limit"]


def test_no_more_channels_than_a_flip_can_tell(program: Program, scene: Scene) -> None:
    for _ in range(MAX_CHANNELS - 1):
        scene.hang_up()
    assert refused(program.post("/channels/", {"kind": "fake", "config": {}}), 409).startswith("A project has at most")


def test_channel_of_another_project_of_the_account_is_not_there(program: Program, account: Program) -> None:
    """Channels are looked for in the project that is named."""
    other = told(account.post("/projects/", {"name": "Other"}), 201)["id"]
    path = f"/channels/{program.scene.channel_id}"
    assert refused(account.get(f"{path}?project={other}"), 404)
    assert told(account.get(f"{path}?project={program.scene.project}"))
    assert refused(program.get(f"/channels/{NOWHERE}"), 404)

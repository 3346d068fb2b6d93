"""Where alerts go: the project's channels, and which of them a check rings (3.2, 3.4)."""

from __future__ import annotations

import pytest

from tests.api.classic.program import Program, told
from tocsin.domain.ping import Kind
from tocsin.services.channels import delete_channel
from tocsin.stores.audit import COMMAND


@pytest.mark.parametrize("version", [1, 2, 3])
def test_channels_are_listed(program: Program, stranger: Program, version: int) -> None:
    """Those of the project: id, name and kind, in this order, and nothing that is secret."""
    ops = program.channel("Ops")
    stranger.channel("Theirs")
    listed = told(program.speaking(version).get("/channels/"))["channels"]
    assert {channel["id"]: channel for channel in listed} == {
        ops: {"id": ops, "name": "Ops", "kind": "fake"},
        program.scene.channel_id: {"id": program.scene.channel_id, "name": "", "kind": "fake"},
    }
    assert [list(channel) for channel in listed] == [["id", "name", "kind"]] * 2


def test_no_channels(program: Program) -> None:
    """Nor a project without any."""
    channels = program.scene.house.channels
    for channel in channels.of_project(program.scene.project):
        delete_channel(channels, channel=channel, by=COMMAND, now=program.scene.clock())
    assert told(program.get("/channels/")) == {"channels": []}
    assert program.make(channels="*")["channels"] == ""


@pytest.mark.parametrize(
    ("sent", "chosen"),
    [
        ("*", ["", "Ops", "Night watch", "Größe"]),
        ("", []),
        ("Ops", ["Ops"]),
        ("{Ops}", ["Ops"]),
        ("Ops,Night watch", ["Ops", "Night watch"]),
        ("Night watch,{Ops}", ["Ops", "Night watch"]),
        ("Ops,{Ops},Ops", ["Ops"]),
        ("Größe", ["Größe"]),
        ("{}", [""]),
    ],
)
def test_channels_are_chosen(program: Program, sent: str, chosen: list[str]) -> None:
    """All, none, or by ids and names in any mix; to name one twice is to name it once."""
    ids = {"": program.scene.channel_id} | {name: program.channel(name) for name in ("Ops", "Night watch", "Größe")}
    text = sent.replace("{Ops}", ids["Ops"]).replace("{}", ids[""])
    expected = ",".join(sorted(ids[name] for name in chosen))
    made = program.make(channels=text)
    assert made["channels"] == expected
    other = program.make()
    assert other["channels"] == ""
    assert program.change(other["uuid"], channels=text)["channels"] == expected
    assert program.change(other["uuid"], name="Other")["channels"] == expected


def test_chosen_channels_are_replaced(program: Program) -> None:
    """Not added to."""
    ops, boss = program.channel("Ops"), program.channel("Boss")
    made = program.make(channels="Ops")["uuid"]
    assert program.change(made, channels="Boss")["channels"] == boss
    assert program.change(made, channels=f"{ops}")["channels"] == ops
    assert program.change(made, channels="")["channels"] == ""


def test_chosen_channels_ring(program: Program) -> None:
    """And no others: two are told where two are named, nobody where none is."""
    program.channel("Ops")
    for channels, notices in (("*", 2), ("Ops", 1), ("", 0)):
        made = program.make(channels=channels)["uuid"]
        program.scene.ping(made, Kind.FAIL)
        program.scene.house.tick()
        assert program.scene.told() == ["down"] * notices
        program.scene.channel.told.clear()


def test_all_channels_are_those_of_now(program: Program) -> None:
    """One that is hung up later is hung on every check by itself; one that was taken down is not shown."""
    made = program.make(channels="*")["uuid"]
    ops = program.channel("Ops")
    assert program.show(made)["channels"] == ",".join(sorted([program.scene.channel_id, ops]))
    (gone,) = (
        channel for channel in program.scene.house.channels.of_project(program.scene.project) if channel.id == ops
    )
    delete_channel(program.scene.house.channels, channel=gone, by=COMMAND, now=program.scene.clock())
    assert [channel["id"] for channel in told(program.get("/channels/"))["channels"]] == [program.scene.channel_id]
    assert program.show(made)["channels"] == program.scene.channel_id
    assert program.listed()[0]["channels"] == program.scene.channel_id


def test_badges_of_tags(program: Program) -> None:
    """One set of addresses a tag, and one for all checks; each is there to be fetched, by a read-only key as well."""
    program.make(tags="prod db")
    program.make(tags="prod é@home")
    for caller in (program, program.reading()):
        badges = told(caller.get("/badges/"))["badges"]
        assert set(badges) == {"*", "prod", "db", "é@home"}
        for addresses in badges.values():
            assert list(addresses) == ["svg", "svg3", "json", "json3", "shields", "shields3"]
            for form, address in addresses.items():
                assert address.endswith("." + form.removesuffix("3"))
                assert program.client.get(address).status_code == 200

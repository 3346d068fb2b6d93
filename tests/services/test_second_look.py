"""What is done to many checks is done to none that has changed since it was picked."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from tests.fakes import Scene, through
from tests.services.project_documents import apply
from tests.tables import Interposed
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.services.bulk import Act, Order, act_on
from tocsin.services.checks import Wishes
from tocsin.services.declared import Invalid
from tocsin.services.revising import revise_check
from tocsin.services.upsert import upsert_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info


def change(scene: Scene, check_id: str, *, name: str = "", tags: str = "") -> None:
    def revise(wishes: Wishes) -> Wishes:
        return replace(wishes, info=replace(wishes.info, name=name, tags=tags))

    revise_check(scene.house.checks, check_id=check_id, revise=revise, by=COMMAND, now=scene.clock())


def test_bulk_acts_on_no_check_that_has_changed_meanwhile(scene: Scene) -> None:
    check_id = scene.check(tags="old")
    found = scene.house.checks.listing(scene.project)
    change(scene, check_id, tags="precious")
    acts: tuple[Act, ...] = ("delete", "pause", "resume", "tag", "channels", "move")
    for act in acts:
        order = Order(act, COMMAND, scene.clock(), add_tags=["new"], remove_channels=[scene.channel_id], to="elsewhere")
        (done,) = act_on(scene.house.checks, found, order)
        assert (done.changed, "look again" in done.error) == (False, True), act
    info = scene.house.checks.info(check_id)
    assert info is not None
    assert info.tags == "precious"


def test_import_deletes_no_check_that_has_become_what_it_wants(scene: Scene) -> None:
    """Somebody renames A to B while a document that wants only B is applied. Which of two is meant, people must say."""
    check_id = scene.check(name="A", channels=frozenset())
    table = Interposed(scene.house.table, before={"transact": [lambda: change(scene, check_id, name="B")]})
    with pytest.raises(Invalid, match='the name "B" is that of 2 checks'):
        apply(scene, scene.project, {"checks": [{"name": "B"}]}, house=through(scene, table))
    assert table.before["transact"] == []
    assert check_id in [stored.check.id for stored, _ in scene.house.checks.listing(scene.project)]


def test_upsert_looks_through_the_project_only_once(scene: Scene) -> None:
    """A check that was made in another way is remembered by the first call that finds it."""
    check_id = scene.check(name="nightly")
    table = Interposed(scene.house.table)

    def upsert() -> str:
        table.calls.clear()
        return upsert_check(
            through(scene, table).checks,
            project=scene.project,
            unique={"name": "nightly"},
            wishes=Wishes(Info(name="nightly")),
            revise=lambda there: there,
            by=COMMAND,
            now=scene.clock(),
        )[0]

    assert upsert() == check_id
    assert "batch_get" in table.calls
    assert upsert() == check_id
    assert "batch_get" not in table.calls


def test_flip_is_told_to_as_many_channels_as_its_transaction_holds(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Several who hang up channels at once can pass the limit; then the check must go down all the same."""
    scene.hang_up()
    check_id = scene.check()
    monkeypatch.setattr("tocsin.services.changing.MAX_CHANNELS", 1)
    scene.ping(check_id, Kind.FAIL)
    assert scene.read(check_id).check.status is Status.DOWN
    scene.house.tick()
    assert scene.told() == ["down"]
    assert "has 2 channels" in caplog.text

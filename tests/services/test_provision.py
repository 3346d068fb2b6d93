"""Pings that race to make one check: whatever comes between, there is one check, and only its maker is told so."""

from __future__ import annotations

import pytest

from tests.fakes import Scene
from tests.tables import Interposed
from tocsin.services.changing import Busy
from tocsin.services.checks import delete_check
from tocsin.services.find_check import AmbiguousSlug
from tocsin.services.provision import provision
from tocsin.stores.audit import COMMAND
from tocsin.stores.checks import Checks
from tocsin.stores.log import Log
from tocsin.stores.table import Table


def race(scene: Scene, table: Table | None = None) -> tuple[str, bool]:
    table = table or scene.house.table
    checks = Checks(table, Log(table, scene.house.settings.log_age))
    asked = {"tags": "prod"}
    return provision(
        checks, scene.house.channels, project=scene.project, slug="nightly", asked=asked, now=scene.clock()
    )


def ids(scene: Scene) -> list[str]:
    return [stored.check.id for stored, _ in scene.house.checks.listing(scene.project)]


@pytest.mark.parametrize("verb", ["get", "query", "transact"])
@pytest.mark.parametrize("again", [False, True])
def test_check_made_in_between_is_found(scene: Scene, verb: str, again: bool) -> None:
    """Before the guard is read, between that and the search, and before the write; a guard left behind is no harm."""
    if again:
        delete_check(scene.house.checks, check_id=race(scene)[0], by=COMMAND, now=scene.clock())
    winner: list[tuple[str, bool]] = []
    table = Interposed(scene.house.table, before={verb: [lambda: winner.append(race(scene))]})
    assert race(scene, table) == (winner[0][0], False)
    assert winner[0][1] is True
    assert ids(scene) == [winner[0][0]]


def test_check_made_and_deleted_in_between_leaves_room(scene: Scene) -> None:
    """The race is lost, and the next round makes the check."""
    table = Interposed(
        scene.house.table,
        before={
            "transact": [
                lambda: delete_check(scene.house.checks, check_id=race(scene)[0], by=COMMAND, now=scene.clock())
            ]
        },
    )
    made = race(scene, table)
    assert made == (ids(scene)[0], True)
    assert table.calls.count("transact") == 2


def test_check_with_the_slug_made_by_hand_is_found(scene: Scene) -> None:
    """One is taken; of two neither."""
    check_id = scene.check(slug="nightly")
    assert race(scene) == (check_id, False)
    scene.check(slug="nightly")
    with pytest.raises(AmbiguousSlug):
        race(scene)


def test_race_that_can_never_be_won_says_busy(scene: Scene) -> None:
    """Nothing is written, and the caller is told."""

    def meddle() -> None:
        delete_check(scene.house.checks, check_id=race(scene)[0], by=COMMAND, now=scene.clock())

    table = Interposed(scene.house.table, before={"transact": [meddle] * 99})
    with pytest.raises(Busy):
        race(scene, table)
    assert ids(scene) == []

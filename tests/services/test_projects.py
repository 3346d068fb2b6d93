"""Projects: called otherwise, and deleted for good, whatever comes between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from tests.fakes import SECRET, Scene, through
from tests.tables import Interposed, PowerCut, places
from tocsin.channels.port import DeliveryFailed
from tocsin.domain.ping import Kind
from tocsin.house import House
from tocsin.services.changing import Busy
from tocsin.services.keys import create_key, open_with
from tocsin.services.projects import (
    GivenKeys,
    InvalidProject,
    UnknownProject,
    create_project,
    delete_project,
    edit_project,
)
from tocsin.services.provision import provision
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Keep, ProjectClosed
from tocsin.stores.keys import KeyKind


def rename(scene: Scene, name: str, *, house: House | None = None, project: str = "") -> None:
    house = house or scene.house
    edit_project(house.projects, project=project or scene.project, name=name, by=COMMAND, now=scene.clock())


def keep(scene: Scene, days: int) -> None:
    house = scene.house
    set_retention(
        house.checks, house.projects, project=scene.project, days=days, count=None, by=COMMAND, now=scene.clock()
    )


def delete(scene: Scene, *, house: House | None = None, project: str = "") -> None:
    house = house or scene.house
    delete_project(
        house.checks,
        house.channels,
        house.projects,
        house.keys,
        project=project or scene.project,
        owner=None,
        by=COMMAND,
        now=scene.clock(),
    )


def key(scene: Scene, kind: KeyKind = KeyKind.READ_WRITE) -> str:
    owner = scene.owner if kind.account else scene.project
    return create_key(
        scene.house.keys, kind=kind, owner=owner, name="", secret_key=SECRET, by=COMMAND, now=scene.clock()
    )[1]


def another(scene: Scene, **given: str) -> str:
    return create_project(
        scene.house.projects,
        name="Other",
        owner=scene.owner,
        secret_key=SECRET,
        by=COMMAND,
        now=scene.clock(),
        given=GivenKeys(**given),
    ).id


def fill(scene: Scene) -> list[str]:
    """Put something of every kind into the project; returns the ids of its checks."""
    for kind in (KeyKind.READ_WRITE, KeyKind.READ_ONLY):
        key(scene, kind)
    scene.hang_up()
    ids = [scene.check(slug="nightly"), scene.check()]
    made, _ = provision(
        scene.house.checks,
        scene.house.channels,
        project=scene.project,
        slug="weekly",
        asked={},
        now=scene.clock(),
    )
    for check_id in (*ids, made):
        scene.ping(check_id, body=b"x" * 400)
    return [*ids, made]


def lasting(store_url: str) -> set[tuple[str, str]]:
    """Where items stand that do not go by themselves."""
    logs = ("ping", "body", "flip", "alert", "audit")
    return {place for place in places(store_url) if place[1].partition("#")[0] not in logs}


def test_name_is_changed_and_nothing_else(scene: Scene) -> None:
    """Spaces around it go."""
    keep(scene, 9)
    before = scene.house.projects.get(scene.project)
    rename(scene, "  Ops ")
    after = scene.house.projects.get(scene.project)
    assert before is not None
    assert after is not None
    assert (after.name, after.keep) == ("Ops", Keep(timedelta(days=9)))
    assert (after.id, after.ping_key, after.badge_key, after.created) == (
        before.id,
        before.ping_key,
        before.badge_key,
        before.created,
    )


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_name_has_its_length(scene: Scene, name: str) -> None:
    """The refusal says which."""
    with pytest.raises(InvalidProject, match="1 to 100 characters"):
        rename(scene, name)


def test_edit_decides_again_where_somebody_came_between(scene: Scene) -> None:
    """Neither edit undoes the other, and each is noted with what it changed."""
    scene.clock.advance(seconds=1)
    table = Interposed(scene.house.table, before={"transact": [lambda: keep(scene, 9), lambda: rename(scene, "Mine")]})
    rename(scene, "Ops", house=through(scene, table))
    found = scene.house.projects.get(scene.project)
    assert found is not None
    assert (found.name, found.keep) == ("Ops", Keep(timedelta(days=9)))
    noted = [entry.changes for entry in scene.house.audit.page(scene.project, now=scene.clock(), limit=9)[0]]
    for changes in ({"log_days": ("", "9")}, {"name": ("Backups", "Mine")}, {"name": ("Mine", "Ops")}):
        assert changes in noted


def test_edit_that_can_never_be_written_says_busy(scene: Scene) -> None:
    """After many tries, and nothing is written of it."""
    names = iter(range(1000))
    meddle: list[Callable[[], object]] = [lambda: rename(scene, f"{next(names)}")] * 99
    with pytest.raises(Busy):
        rename(scene, "Ops", house=through(scene, Interposed(scene.house.table, before={"transact": meddle})))


def test_unknown_project_is_neither_edited_nor_deleted(scene: Scene, store_url: str) -> None:
    """Nothing is made of it either."""
    before = places(store_url)
    with pytest.raises(UnknownProject):
        rename(scene, "Ops", project="nobody's")
    with pytest.raises(UnknownProject):
        delete(scene, project="nobody's")
    assert places(store_url) == before


def test_deleted_project_leaves_nothing_but_logs(scene: Scene, store_url: str) -> None:
    """Its owner, their other project and their account key stay as they were."""
    mine = key(scene, KeyKind.ACCOUNT)
    before = lasting(store_url)
    doomed = replace(scene, project=another(scene))
    ids = fill(doomed)
    delete(doomed)
    assert lasting(store_url) == before
    assert [scene.house.checks.get(check_id) for check_id in ids] == [None] * 3
    assert [project.id for project in scene.house.projects.of_user(scene.owner)] == [scene.project]
    assert open_with(scene.house.keys, mine, secret_key=SECRET) is not None
    with pytest.raises(UnknownProject):
        delete(doomed)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("cut_after", [False, True])
def test_deletion_cut_anywhere_is_finished_by_the_next(scene: Scene, store_url: str, cut_after: bool) -> None:
    """Until it is gone as a whole, its owner finds the project and can delete it again."""
    before, cuts = lasting(store_url), 0
    while True:
        doomed = replace(scene, project=another(scene))
        fill(doomed)
        try:
            delete(doomed, house=through(scene, Interposed(scene.house.table, lives=cuts, cut_after=cut_after)))
            break
        except PowerCut:
            cuts += 1
        there = doomed.project in {project.id for project in scene.house.projects.of_user(scene.owner)}
        assert there is (scene.house.projects.role(doomed.project, scene.owner) is not None)
        if there:
            delete(doomed)
        assert lasting(store_url) == before
    # That it is shut, the ping key, two API keys, a channel, three checks, the guard of the one that a ping made, and
    # the project.
    assert cuts == 10


def test_no_key_opens_a_project_that_is_being_deleted(scene: Scene) -> None:
    """The first thing that goes; a job that calls by slug is told that there is none."""
    texts = [key(scene), key(scene, KeyKind.READ_ONLY)]
    scene.check(slug="nightly")
    with pytest.raises(PowerCut):
        delete(scene, house=through(scene, Interposed(scene.house.table, lives=4)))
    assert [open_with(scene.house.keys, text, secret_key=SECRET) for text in texts] == [None, None]
    assert scene.house.projects.by_ping_key(scene.ping_key) is None
    assert len(scene.house.checks.listing(scene.project)) == 1


def test_ping_key_that_has_found_another_owner_stays_theirs(scene: Scene) -> None:
    """After a deletion that was cut off, somebody may have taken it; finishing the work takes it from nobody."""
    with pytest.raises(PowerCut):
        delete(scene, house=through(scene, Interposed(scene.house.table, lives=2)))
    other = another(scene, ping_key=scene.ping_key)
    delete(scene)
    assert scene.house.projects.by_ping_key(scene.ping_key) == other


def test_project_that_is_being_deleted_rings_nobody(scene: Scene) -> None:
    """Channels go before checks, so that what falls silent meanwhile, or waits already, is not told."""
    scene.channel.failures = [DeliveryFailed("Try again", permanent=False)]
    scene.ping(scene.check(), Kind.FAIL)
    scene.house.tick()
    scene.ping(scene.check())
    with pytest.raises(PowerCut):
        delete(scene, house=through(scene, Interposed(scene.house.table, lives=3)))
    assert len(scene.house.checks.listing(scene.project)) == 2
    scene.house.tick(now=scene.clock.advance(hours=3))
    assert scene.told() == []


def test_no_check_is_made_meanwhile(scene: Scene, store_url: str) -> None:
    """Somebody presses the button while the others are deleted, and would have a check that nobody can delete."""

    def press() -> None:
        with pytest.raises(ProjectClosed):
            doomed.check(slug="late")

    before = lasting(store_url)
    doomed = replace(scene, project=another(scene))
    doomed.check()
    table = Interposed(scene.house.table, before={"transact": [lambda: None, press]})
    delete(doomed, house=through(scene, table))
    assert table.before["transact"] == []
    assert lasting(store_url) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_deletion_by_two_at_once_is_no_trouble(scene: Scene, store_url: str) -> None:
    """Whoever comes later finds everything gone, at whichever step."""
    before = lasting(store_url)
    for step in range(8):
        doomed = replace(scene, project=another(scene))
        fill(doomed)
        quicker: list[Callable[[], object]] = [*[lambda: None] * step, partial(delete, doomed)]
        table = Interposed(scene.house.table, before={"transact": quicker})
        delete(doomed, house=through(scene, table))
        assert quicker == []
        assert lasting(store_url) == before

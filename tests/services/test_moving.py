"""A check that moves to another project takes all with it but those whom it tells."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.fakes import SECRET, Scene, through
from tests.services.acts import ALICE
from tests.tables import Interposed, everything
from tocsin.domain.ping import Kind
from tocsin.services.changing import UnknownCheck
from tocsin.services.checks import Wishes, edit_check
from tocsin.services.find_check import VacantSlug, find_by_slug
from tocsin.services.moving import move_check
from tocsin.services.projects import NewProject, UnknownProject, create_project, delete_project
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND, AuditEntry
from tocsin.stores.check_items import Info, Keep


@pytest.fixture
def ops(scene: Scene) -> NewProject:
    """A second project, with a channel of its own and a log of nine pings."""
    house, now = scene.house, scene.clock()
    made = create_project(house.projects, name="Ops", owner=scene.owner, secret_key=SECRET, by=COMMAND, now=now)
    home, scene.project = scene.project, made.id
    scene.hang_up()
    scene.project = home
    set_retention(house.checks, house.projects, project=made.id, days=None, count=9, by=COMMAND, now=now)
    return made


def move(scene: Scene, check_id: str, to: str) -> bool:
    return move_check(scene.house.checks, scene.house.projects, check_id=check_id, to=to, by=ALICE, now=scene.clock())


def newest(scene: Scene, project: str) -> AuditEntry:
    return scene.house.audit.page(project, now=scene.clock(), limit=1)[0][0]


def test_moved_check_keeps_what_it_is(scene: Scene, ops: NewProject) -> None:
    """Its id, status, log and badge stay, and a ping to its URL is heard as before."""
    check = scene.check(name="Nightly")
    scene.ping(check, body=b"done")
    before = scene.house.checks.info(check)

    assert move(scene, check, ops.id)
    scene.ping(check, Kind.FAIL)

    assert [ping.kind for ping in scene.log(check)] == [Kind.FAIL, Kind.SUCCESS]
    after = scene.house.checks.info(check)
    assert before is not None
    assert after is not None
    assert (after.name, after.badge_key) == (before.name, before.badge_key)


def test_moved_check_belongs_to_the_other_project(scene: Scene, ops: NewProject) -> None:
    """Lists, its slug, whom it tells and how much of its log is kept are the new project's business."""
    check = scene.check(slug="nightly")
    move(scene, check, ops.id)
    house = scene.house

    assert house.checks.listing(scene.project) == []
    [(stored, info)] = house.checks.listing(ops.id)
    assert stored.keep == Keep(count=9)
    assert info.channels == {channel.id for channel in house.channels.of_project(ops.id)}
    assert find_by_slug(house.checks, house.projects, ping_key=ops.ping_key, slug="nightly") == check
    with pytest.raises(VacantSlug):
        find_by_slug(house.checks, house.projects, ping_key=scene.ping_key, slug="nightly")


def test_moved_check_rings_the_new_channels(scene: Scene, ops: NewProject) -> None:
    """A move into a project with a channel leaves nobody untold."""
    check = scene.check(channels=frozenset())
    move(scene, check, ops.id)
    scene.ping(check, Kind.FAIL)
    scene.clock.advance(seconds=1)
    scene.house.tick()

    assert scene.told() == ["down"]


def test_both_projects_are_told_of_a_move(scene: Scene, ops: NewProject) -> None:
    """Each audit log has an entry that says where from and where to."""
    check = scene.check(name="Nightly")
    scene.clock.advance(seconds=1)
    move(scene, check, ops.id)

    for project in (scene.project, ops.id):
        entry = newest(scene, project)
        assert (entry.act, entry.actor, entry.subject, entry.name) == ("check.move", ALICE, check, "Nightly")
        assert entry.changes == {"project": ("Backups", "Ops")}


def test_move_to_where_it_is_changes_nothing(scene: Scene, store_url: str) -> None:
    """Neither a write nor an entry comes of it."""
    check = scene.check()
    before = everything(store_url)

    assert not move(scene, check, scene.project)
    assert everything(store_url) == before


@pytest.mark.parametrize("closing", [False, True])
def test_move_to_a_project_that_is_gone_is_refused(
    scene: Scene, ops: NewProject, store_url: str, closing: bool
) -> None:
    """One that is being deleted takes nothing in either; the check stays as it was."""
    check = scene.check(slug="nightly")
    project = scene.house.projects.get(ops.id)
    assert project is not None
    if closing:
        scene.house.projects.shut(project)
    before = everything(store_url)

    with pytest.raises(UnknownProject):
        move(scene, check, ops.id if closing else "gone")
    assert everything(store_url) == before


def test_check_that_is_gone_does_not_move(scene: Scene, ops: NewProject) -> None:
    """An unknown id is refused."""
    with pytest.raises(UnknownCheck):
        move(scene, "00000000-0000-4000-8000-000000000001", ops.id)


def test_move_meets_an_edit_and_takes_it_along(scene: Scene, ops: NewProject) -> None:
    """Who edits while it moves is not undone: the slug of the edit is the one that leads to it."""
    check, house = scene.check(slug="nightly"), scene.house

    def edit() -> None:
        wishes = Wishes(Info(name="Weekly", slug="weekly"))
        edit_check(house.checks, check_id=check, wishes=wishes, by=ALICE, now=scene.clock())

    meddled = through(scene, Interposed(house.table, before={"transact": [edit]}))
    move_check(meddled.checks, meddled.projects, check_id=check, to=ops.id, by=ALICE, now=scene.clock())

    assert find_by_slug(house.checks, house.projects, ping_key=ops.ping_key, slug="weekly") == check
    assert house.checks.with_slug(ops.id, "nightly") == []


@pytest.mark.parametrize(("verb", "place"), [("batch_get", 0), ("get", 1), ("get", 2), ("transact", 2)])
def test_check_that_leaves_a_project_outlives_it(scene: Scene, ops: NewProject, verb: str, place: int) -> None:
    """Whether it goes while its project lists what it has, or between that and its own turn."""
    check = scene.check(name="Nightly")
    leave: list[Callable[[], object]] = [*[lambda: None] * place, lambda: move(scene, check, ops.id)]
    table = Interposed(scene.house.table, before={verb: leave})
    house = through(scene, table)
    rooms = (house.checks, house.channels, house.projects, house.keys)

    delete_project(*rooms, project=scene.project, owner=None, by=ALICE, now=scene.clock())

    assert table.before[verb] == []
    assert scene.read(check).project == ops.id
    assert [stored.check.id for stored, _ in scene.house.checks.listing(ops.id)] == [check]


def test_check_that_leaves_does_not_take_new_limits_along(scene: Scene, ops: NewProject) -> None:
    """Its log is the other project's business by the time that it would be told."""
    check = scene.check()
    table = Interposed(scene.house.table, before={"update": [lambda: move(scene, check, ops.id)]})
    house = through(scene, table)

    set_retention(house.checks, house.projects, project=scene.project, days=None, count=2, by=ALICE, now=scene.clock())

    assert table.before["update"] == []
    assert scene.read(check).keep == Keep(None, 9)


def test_lists_leave_out_what_has_left_before_their_index_knows(scene: Scene, ops: NewProject) -> None:
    """An index may lag; the check itself says where it is."""
    check = scene.check()
    table = Interposed(scene.house.table)
    checks = through(scene, table).checks
    for read in (checks.listing, checks.states, lambda project: checks.page(project, limit=9)[0]):
        table.before = {"batch_get": [lambda: move(scene, check, ops.id)]}
        assert read(scene.project) == []
        assert table.before["batch_get"] == []
        move(scene, check, scene.project)

"""The log is looked through page by page: whatever is wanted is found once, in order, and nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import START, Scene
from tocsin.domain.ping import Kind
from tocsin.services import search_log as searching
from tocsin.services.channels import delete_channel
from tocsin.services.search_log import ALL, Leaf, Line, Search, search_log
from tocsin.stores import alerts
from tocsin.stores.audit import COMMAND

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

S, F, L, B = Kind.SUCCESS, Kind.FAIL, Kind.LOG, Kind.START
STORY = [S, B, S, L, L, F, L, S, S, B, F, F, S, L, S, F, S]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def check(scene: Scene) -> str:
    """With a ping a minute, of all kinds, and the flips and alerts that come of them."""
    check_id = scene.check()
    for kind in STORY:
        scene.ping(check_id, kind)
        scene.clock.advance(minutes=1)
    scene.house.tick()
    return check_id


def look(scene: Scene, check: str, search: Search, *, limit: int = 99, **where: int | None) -> Leaf:
    return search_log(
        scene.house.checks, stored=scene.read(check), search=search, now=scene.clock(), limit=limit, **where
    )


def name(line: Line) -> str:
    if line.ping:
        return str(line.ping.ping.n)
    return line.flip.new.value if line.flip else "told"


def pages(scene: Scene, check: str, search: Search, limit: int) -> list[list[str]]:
    """From the newest to the oldest."""
    leaf = look(scene, check, search, limit=limit)
    found = [[name(line) for line in leaf.lines]]
    while leaf.older:
        leaf = look(scene, check, search, limit=limit, before=leaf.older)
        found.append([name(line) for line in leaf.lines])
    return found


def test_log_weaves_pings_flips_and_alerts(scene: Scene, check: str) -> None:
    """At one moment the alert is on top of the flip, and that on top of the ping that caused it."""
    leaf = look(scene, check, Search())

    assert [name(line) for line in leaf.lines[:7]] == ["told", "up", "17", "told", "down", "16", "15"]
    assert [name(line) for line in leaf.lines[-4:]] == ["3", "2", "up", "1"]
    assert (leaf.newer, leaf.older) == (None, None)


@pytest.mark.parametrize("kinds", [ALL, frozenset({F}), frozenset({L, B})], ids=["all", "failures", "others"])
@pytest.mark.parametrize("limit", [1, 3, 4, 16, 17])
def test_pages_have_everything_once(scene: Scene, check: str, kinds: frozenset[Kind], limit: int) -> None:
    """Pages, one behind the other, are the log on one page, and each is full but the last."""
    search = Search(kinds)
    whole = [name(line) for line in look(scene, check, search).lines]

    found = pages(scene, check, search, limit)

    assert [each for page in found for each in page] == whole
    assert all(sum(each.isdigit() for each in page) == limit for page in found[:-1])
    assert sum(each.isdigit() for each in found[-1]) > 0


@pytest.mark.parametrize("limit", [1, 4, 17])
def test_pages_lead_back(scene: Scene, check: str, limit: int) -> None:
    """From the oldest page to the newest everything is found once, flips too."""
    whole = [name(line) for line in look(scene, check, Search()).lines]
    leaf, found = look(scene, check, Search(), limit=limit, after=0), list[str]()
    while True:
        found = [*(name(line) for line in leaf.lines), *found]
        if leaf.newer is None:
            break
        leaf = look(scene, check, Search(), limit=limit, after=leaf.newer)

    assert found == whole


@pytest.mark.parametrize(("first", "last"), [(0, 17), (3, 9), (4.5, 4.6), (-9, 2), (16, 99), (9, 3)])
@pytest.mark.parametrize("limit", [2, 99])
def test_time_is_from_the_start_up_to_the_end(scene: Scene, check: str, first: float, last: float, limit: int) -> None:
    """Pings, flips and alerts of that time, and the end is not part of it."""
    start, end = START + first * MINUTE, START + last * MINUTE
    everything = look(scene, check, Search()).lines
    wanted = [name(line) for line in everything if start <= line.at < end]

    found = pages(scene, check, Search(start=start, end=end), limit)

    assert [each for page in found for each in page] == wanted


def test_flips_alone_are_looked_for_without_pings(scene: Scene, check: str) -> None:
    """The newest ones, as many as a page takes, however many pings lie between."""
    found = look(scene, check, Search(frozenset(), alerts=False), limit=3)

    assert [name(line) for line in found.lines] == ["up", "down", "up"]
    assert found.older is None


def test_search_gives_up_in_time(scene: Scene, check: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where what is wanted lies far behind, the page ends early and says where to go on."""
    monkeypatch.setattr(searching, "_LOOKED_THROUGH", 5)
    search = Search(frozenset({B}), flips=False, alerts=False)

    assert pages(scene, check, search, 99) == [[], ["10"], [], ["2"]]


def test_log_of_many_alerts_shows_the_newest_of_each_channel(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are, and of whichever channels, that were deleted too; older pages have theirs."""
    monkeypatch.setattr(alerts, "_FEW", 5)
    monkeypatch.setattr(searching, "_MAX_ALERTS", 3)
    scene.hang_up()
    check_id = scene.check(channels=frozenset(channel.id for channel in scene.house.channels.of_project(scene.project)))
    for number in range(12):
        scene.ping(check_id, F if number % 2 else S)
        scene.clock.advance(minutes=1)
    [gone, _] = scene.house.channels.of_project(scene.project)
    delete_channel(scene.house.channels, channel=gone, by=COMMAND, now=scene.clock())

    leaf = look(scene, check_id, Search(), limit=2)
    assert [name(line) for line in leaf.lines] == ["told", "told", "down", "12", "told", "told", "up", "11"]
    leaf = look(scene, check_id, Search(), limit=2, before=leaf.older)
    assert [name(line) for line in leaf.lines] == ["told", "told", "down", "10", "told", "told", "up", "9"]
    whole = look(scene, check_id, Search())
    assert [name(line) for line in whole.lines].count("told") == 6
    assert [name(line) for line in look(scene, check_id, Search(kinds=frozenset(), flips=False)).lines] == ["told"] * 6

"""The audit log: every act leaves an entry, written together with it, and no secret is in any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import chain

import pytest

from tests.fakes import SECRET, Scene, through
from tests.services.acts import (
    ACTS,
    ALICE,
    Act,
    Stage,
    channel,
    create_channel,
    delete_channel,
    edit_channel,
    pause_check,
    rename_project,
    resume_check,
    revoke_api_key,
    set_log_days,
)
from tests.tables import Interposed, PowerCut, everything
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron
from tocsin.services import checks
from tocsin.services.checks import Wishes
from tocsin.services.keys import create_key
from tocsin.services.projects import create_project, delete_project, edit_project
from tocsin.services.provision import provision
from tocsin.services.retention import set_retention
from tocsin.stores.audit import AUDIT_AGE, PING, AuditEntry
from tocsin.stores.check_items import Info
from tocsin.stores.keys import KeyKind

HOUR = timedelta(hours=1)


def entries(scene: Scene, project: str = "") -> list[AuditEntry]:
    """The newest first."""
    return scene.house.audit.page(project or scene.project, now=scene.clock(), limit=99)[0]


def acts(scene: Scene) -> list[str]:
    return [entry.act for entry in entries(scene)]


def newest(scene: Scene) -> AuditEntry:
    return entries(scene)[0]


each_act = pytest.mark.parametrize(("act", "do", "name"), ACTS, ids=[do.__name__ for _, do, _ in ACTS])


@each_act
def test_act_leaves_one_entry(scene: Scene, act: str, do: Act, name: str) -> None:
    """It says who did what to what, and when; what that was called is said as it was before."""
    stage = Stage.of(scene, paused=do is resume_check)
    before = entries(scene)
    do(stage, scene.house)
    entry, *rest = entries(scene)
    assert rest == before
    assert (entry.act, entry.actor, entry.at) == (act, ALICE, scene.clock())
    assert entry.name.startswith(name)
    there = {stage.check, stage.channel.id, stage.key.id, scene.project}
    assert (entry.subject in there) is (not act.endswith(".create"))


@pytest.mark.parametrize("cut_after", [False, True])
@each_act
def test_power_cut_leaves_act_and_entry_or_neither(
    scene: Scene, store_url: str, act: str, do: Act, name: str, cut_after: bool
) -> None:
    """At the first write, which is the act itself: nothing is written, or the entry with it."""
    stage = Stage.of(scene, paused=do is resume_check)
    before, noted = everything(store_url), acts(scene)
    with pytest.raises(PowerCut):
        do(stage, through(scene, Interposed(scene.house.table, lives=0, cut_after=cut_after)))
    assert acts(scene) == ([act, *noted] if cut_after else noted)
    assert (everything(store_url) == before) is not cut_after


def test_project_notes_that_it_was_made(scene: Scene) -> None:
    """By whoever made it, as its first entry."""
    made = create_project(
        scene.house.projects, name="Ops", owner=scene.owner, secret_key=SECRET, by=ALICE, now=scene.clock()
    )
    (entry,) = entries(scene, made.id)
    assert (entry.act, entry.actor, entry.subject, entry.name) == ("project.create", ALICE, made.id, "Ops")


def test_deleted_project_leaves_its_log_behind(scene: Scene) -> None:
    """What went with it is noted piece by piece, until the entries expire."""
    stage, house = Stage.of(scene), scene.house
    gone = (house.checks, house.channels, house.projects, house.keys)
    delete_project(*gone, project=scene.project, owner=None, by=ALICE, now=scene.clock())
    done = {(entry.act, entry.subject) for entry in entries(scene) if entry.actor == ALICE}
    assert done == {
        ("key.revoke", stage.key.id),
        ("channel.delete", stage.channel.id),
        ("check.delete", stage.check),
        ("project.delete", scene.project),
    }


def test_check_made_by_a_ping_is_noted_as_such(scene: Scene) -> None:
    """Nobody else did it; the pings after that are not noted."""
    for _ in range(2):
        check_id, _ = provision(
            scene.house.checks,
            scene.house.channels,
            project=scene.project,
            slug="weekly",
            asked={},
            now=scene.clock(),
        )
        scene.ping(check_id)
    found = [(entry.act, entry.subject, entry.name) for entry in entries(scene) if entry.actor == PING]
    assert found == [("check.create", check_id, "weekly")]


def test_edit_of_a_check_tells_what_changed(scene: Scene) -> None:
    """In the words of the API, lengths of time in seconds; what stays is not told."""
    stage = Stage.of(scene)
    rules = Rules(post_only=True, filter_subject=True, keywords=Keywords(failure="ERR", default_fail=True))
    limits = Limits(max_duration=HOUR, failure_tolerance=2, track_runs=True)
    info = Info(name="Nightly", slug="night", desc="x" * 500, rules=rules)
    wishes = Wishes(info, Cron("0 3 * * *", "Europe/Vienna"), 2 * HOUR, limits, manual_resume=True)
    checks.edit_check(scene.house.checks, check_id=stage.check, wishes=wishes, by=ALICE, now=scene.clock())
    assert newest(scene).changes == {
        "slug": ("nightly", "night"),
        "desc": ("", "x" * 199 + "…"),
        "timeout": ("3600", ""),
        "schedule": ("", "0 3 * * *"),
        "tz": ("", "Europe/Vienna"),
        "grace": ("300", "7200"),
        "max_duration": ("", "3600"),
        "failure_tolerance": ("0", "2"),
        "track_runs": ("false", "true"),
        "manual_resume": ("false", "true"),
        "methods": ("", "POST"),
        "filter_subject": ("false", "true"),
        "failure_kw": ("", "ERR"),
        "filter_default_fail": ("false", "true"),
        "channels": (scene.channel_id, ""),
    }


def test_edit_of_a_project_tells_what_changed(scene: Scene) -> None:
    """Its name, and how much of its logs it keeps."""
    stage = Stage.of(scene)
    rename_project(stage, scene.house)
    assert newest(scene).changes == {"name": ("Backups", "Ops")}
    scene.clock.advance(seconds=1)
    set_log_days(stage, scene.house)
    assert newest(scene).changes == {"log_days": ("", "9")}


def test_edit_of_a_channel_tells_which_settings_changed_and_nothing_they_say(scene: Scene) -> None:
    """That there was a value, or is one; and its name, and that it is switched on again."""
    stage = Stage.of(scene)
    channel_id = scene.hang_up(url="https://example.org/hush-1", token="hush-2", same="hush-3")
    scene.house.channels.note_result(channel(scene, channel_id), now=scene.clock(), error="gone", disable=True)
    stage = replace(stage, channel=channel(scene, channel_id))
    scene.clock.advance(seconds=1)
    edit_channel(stage, scene.house, config={"url": "https://example.org/hush-4", "same": "hush-3", "new": "hush-5"})
    assert newest(scene).changes == {
        "name": ("", "Pager"),
        "disabled": ("true", "false"),
        "config.url": ("…", "…"),
        "config.token": ("…", ""),
        "config.new": ("", "…"),
    }


def test_no_secret_is_in_any_entry(scene: Scene) -> None:
    """Neither what a channel's configuration says, nor a key, nor its digest."""
    stage = Stage.of(scene)
    create_channel(stage, scene.house)
    edit_channel(stage, scene.house, config={"token": "hush, hush"})
    text = create_key(
        scene.house.keys,
        kind=KeyKind.ACCOUNT,
        owner=scene.owner,
        name="tv",
        secret_key=SECRET,
        by=ALICE,
        now=scene.clock(),
    )[1]
    delete_channel(stage, scene.house)
    revoke_api_key(stage, scene.house)
    told = repr(entries(scene))
    assert "tca_" in told
    assert [secret for secret in ("hush", text, text[8:], stage.key.digest, scene.ping_key) if secret in told] == []


def test_edit_that_changes_nothing_leaves_no_entry(scene: Scene) -> None:
    """Nor does an act that is done already, or on something that is gone."""
    stage, house, now = Stage.of(scene, paused=True), scene.house, scene.clock()
    before = entries(scene)
    stored, info = house.checks.listing(scene.project)[0]
    checks.edit_check(
        house.checks, check_id=stage.check, wishes=checks.wishes_of(stored.check, info), by=ALICE, now=now
    )
    pause_check(stage, house)
    edit_channel(stage, house, name="")
    edit_project(house.projects, project=scene.project, name=" Backups ", by=ALICE, now=now)
    set_retention(house.checks, house.projects, project=scene.project, days=None, count=None, by=ALICE, now=now)
    house.channels.delete(stage.channel)
    edit_channel(stage, house, name="Pager")
    delete_channel(stage, house)
    assert entries(scene) == before


def test_log_is_read_in_pages_and_forgets_after_400_days(scene: Scene) -> None:
    """The newest first, at most so many at once; what has expired is not shown, though it may still be there."""
    first = acts(scene)
    for n in range(5):
        scene.clock.advance(days=1)
        edit_project(scene.house.projects, project=scene.project, name=f"{n}", by=ALICE, now=scene.clock())

    def pages(limit: int) -> list[list[str]]:
        found, cursor = list[list[str]](), None
        while True:
            page, cursor = scene.house.audit.page(scene.project, now=scene.clock(), limit=limit, cursor=cursor)
            found.append([entry.changes["name"][1] if entry.changes else entry.act for entry in page])
            if cursor is None:
                return found

    assert list(chain.from_iterable(pages(2))) == ["4", "3", "2", "1", "0", *first]
    assert pages(2)[:2] == [["4", "3"], ["2", "1"]]
    scene.clock.now += AUDIT_AGE - timedelta(days=2)
    assert list(chain.from_iterable(pages(1))) == list(chain.from_iterable(pages(99))) == ["4", "3"]
    assert len(pages(1)) == 3

"""Everything that can be done to what is in a project, and something to do it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from tests.fakes import SECRET, Scene
from tocsin.house import House
from tocsin.services import channels, checks
from tocsin.services.checks import Wishes
from tocsin.services.keys import create_key, revoke_key
from tocsin.services.projects import edit_project
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND, Actor
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info
from tocsin.stores.keys import KeyKind, StoredKey

ALICE = Actor("user", "alice@example.org")


def channel(scene: Scene, channel_id: str) -> StoredChannel:
    found = scene.house.channels.get(scene.project, channel_id)
    assert found is not None
    return found


@dataclass
class Stage:
    """What acts are done to, made a second before them."""

    scene: Scene
    check: str
    channel: StoredChannel
    key: StoredKey

    @classmethod
    def of(cls, scene: Scene, *, paused: bool = False) -> Stage:
        now = scene.clock()
        check = scene.check(name="Nightly", slug="nightly")
        if paused:
            checks.pause_check(scene.house.checks, check_id=check, by=COMMAND, now=now)
        key, _ = create_key(
            scene.house.keys,
            kind=KeyKind.READ_WRITE,
            owner=scene.project,
            name="deploy",
            secret_key=SECRET,
            by=COMMAND,
            now=now,
        )
        scene.clock.advance(seconds=1)
        return cls(scene, check, channel(scene, scene.channel_id), key)


Act: TypeAlias = Callable[[Stage, House], object]


def create_check(stage: Stage, house: House) -> object:
    wishes = Wishes(Info(name="Nightly"))
    return checks.create_check(house.checks, project=stage.scene.project, wishes=wishes, by=ALICE, now=house.clock())


def edit_check(stage: Stage, house: House) -> None:
    wishes = Wishes(Info(name="Weekly"))
    checks.edit_check(house.checks, check_id=stage.check, wishes=wishes, by=ALICE, now=house.clock())


def pause_check(stage: Stage, house: House) -> None:
    checks.pause_check(house.checks, check_id=stage.check, by=ALICE, now=house.clock())


def resume_check(stage: Stage, house: House) -> None:
    checks.resume_check(house.checks, check_id=stage.check, by=ALICE, now=house.clock())


def clear_check(stage: Stage, house: House) -> None:
    checks.clear_events(house.checks, check_id=stage.check, by=ALICE, now=house.clock())


def delete_check(stage: Stage, house: House) -> None:
    checks.delete_check(house.checks, check_id=stage.check, by=ALICE, now=house.clock())


def create_channel(stage: Stage, house: House) -> object:
    return channels.create_channel(
        house.checks,
        house.kinds,
        project=stage.scene.project,
        kind="fake",
        name="Pager",
        config={"token": "hush"},
        by=ALICE,
        now=house.clock(),
    )


def edit_channel(
    stage: Stage, house: House, *, name: str = "Pager", config: Mapping[str, object] | None = None
) -> None:
    channels.edit_channel(
        house.channels,
        house.kinds,
        channel=stage.channel,
        name=name,
        config=config or {},
        by=ALICE,
        now=house.clock(),
    )


def try_channel(stage: Stage, house: House) -> None:
    project = house.projects.get(stage.scene.project)
    assert project is not None
    channels.test_channel(
        house.channels,
        house.kinds,
        house.notices,
        channel=stage.channel,
        project=project,
        by=ALICE,
        now=house.clock(),
    )


def delete_channel(stage: Stage, house: House) -> None:
    channels.delete_channel(house.channels, channel=stage.channel, by=ALICE, now=house.clock())


def rename_project(stage: Stage, house: House) -> None:
    edit_project(house.projects, project=stage.scene.project, name="Ops", by=ALICE, now=house.clock())


def set_log_days(stage: Stage, house: House) -> None:
    set_retention(
        house.checks, house.projects, project=stage.scene.project, days=9, count=None, by=ALICE, now=house.clock()
    )


def create_api_key(stage: Stage, house: House) -> object:
    kind, owner = KeyKind.READ_ONLY, stage.scene.project
    return create_key(house.keys, kind=kind, owner=owner, name="tv", secret_key=SECRET, by=ALICE, now=house.clock())


def revoke_api_key(stage: Stage, house: House) -> None:
    revoke_key(house.keys, key=stage.key, by=ALICE, now=house.clock())


ACTS: tuple[tuple[str, Act, str], ...] = (
    ("check.create", create_check, "Nightly"),
    ("check.edit", edit_check, "Nightly"),
    ("check.pause", pause_check, "Nightly"),
    ("check.resume", resume_check, "Nightly"),
    ("check.clear", clear_check, "Nightly"),
    ("check.delete", delete_check, "Nightly"),
    ("channel.create", create_channel, "Pager"),
    ("channel.edit", edit_channel, "fake"),
    ("channel.test", try_channel, "fake"),
    ("channel.delete", delete_channel, "fake"),
    ("project.edit", rename_project, "Backups"),
    ("project.edit", set_log_days, "Backups"),
    ("key.create", create_api_key, "tv (hcr_"),
    ("key.revoke", revoke_api_key, "deploy (hcw_"),
)

"""Short ways to projects and their documents, and any documents at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fakes import SECRET, Scene
from tocsin.house import House
from tocsin.services import project_apply, project_export, project_plan, projects
from tocsin.services.declared import Invalid
from tocsin.services.project_document import Document, read_project_document
from tocsin.services.project_plan import Plan
from tocsin.stores.audit import COMMAND

NOBODY = "00000000-0000-4000-8000-000000000000"
OPS = {"name": "ops", "kind": "fake", "config": {"address": "ops@example.org"}}
PAGER = {"name": "pager", "kind": "fake", "config": {"token": "t"}}
BEFORE: dict[str, Any] = {
    "project": {"name": "Old", "log_days": 9},
    "channels": [OPS, {"name": "gone", "kind": "fake", "config": {"address": "gone@example.org"}}],
    "checks": [
        {"name": "dump", "slug": "dump", "channels": ["ops", "gone"]},
        {"name": "weekly", "slug": "old-slug"},
        {"name": "unwanted", "slug": "unwanted"},
    ],
}
AFTER: dict[str, Any] = {
    "project": {"name": "New", "log_count": 5},
    "channels": [{**OPS, "config": {"address": "new@example.org"}}, PAGER],
    "checks": [
        {"name": "dump", "slug": "dump", "timeout": 3600, "channels": ["pager"]},
        {"name": "weekly", "slug": "new-slug", "schedule": "0 3 * * 1", "tags": ["prod"]},
        {"name": "fresh", "channels": ["ops"]},
    ],
}


def empty_project(scene: Scene) -> str:
    """One with neither checks nor channels."""
    made = projects.create_project(
        scene.house.projects, name="Empty", owner=scene.owner, secret_key=SECRET, by=COMMAND, now=scene.clock()
    )
    return made.id


def document(parts: dict[str, Any]) -> Document:
    return read_project_document({"tocsin": 1, **parts})


def exported(scene: Scene, project: str) -> dict[str, Any]:
    house = scene.house
    found = project_export.export_project(house.checks, house.projects, house.kinds, project=project)
    return project_export.document_data(found)


def planned(scene: Scene, project: str, parts: dict[str, Any]) -> Plan:
    house = scene.house
    return project_plan.plan_project(
        house.checks, house.projects, house.kinds, project=project, document=document(parts)
    )


def complaints(scene: Scene, parts: dict[str, Any]) -> list[str]:
    """What is said about a document that is wrong."""
    with pytest.raises(Invalid) as caught:
        planned(scene, scene.project, parts)
    return [str(problem) for problem in caught.value.problems]


def apply(scene: Scene, project: str, parts: dict[str, Any], *, house: House | None = None) -> Plan:
    """A second later than the one before, so that what is made is younger."""
    house = house or scene.house
    return project_apply.apply_project(
        house.checks,
        house.projects,
        house.kinds,
        project=project,
        document=document(parts),
        by=COMMAND,
        now=scene.clock.advance(seconds=1),
    )


def parts_of(data: dict[str, Any]) -> dict[str, Any]:
    """What is exported, to be applied."""
    return {name: value for name, value in data.items() if name != "tocsin"}


def ids(scene: Scene, project: str) -> dict[str, str]:
    """Of checks, by name."""
    return {info.name: stored.check.id for stored, info in scene.house.checks.listing(project)}


def channel_ids(scene: Scene, project: str) -> dict[str, str]:
    return {channel.name: channel.id for channel in scene.house.channels.of_project(project)}


def rings(scene: Scene, project: str) -> dict[str, frozenset[str]]:
    """The names of channels that each check rings."""
    names = {channel.id: channel.name for channel in scene.house.channels.of_project(project)}
    return {
        info.name: frozenset(names[ring] for ring in info.channels) for _, info in scene.house.checks.listing(project)
    }

"""What is done with a project's document, one thing after another, each with its name in docs/access-patterns.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient

from tests.fakes import Scene
from tocsin.services.project_apply import apply_project
from tocsin.services.project_document import Document, read_project_document
from tocsin.services.project_export import export_project
from tocsin.services.project_plan import plan_project
from tocsin.stores.audit import COMMAND

DUMP: dict[str, Any] = {"name": "dump", "slug": "dump"}
OPS: dict[str, Any] = {"name": "ops", "kind": "fake", "config": {}}


def documents(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house = scene.house
    for number in range(100):
        scene.check(name=f"Nightly backup {number:02}", tags="prod db")
    yield ""
    document = export_project(house.checks, house.projects, house.kinds, project=scene.project)
    yield "`flask project export`, 100 checks"
    plan_project(house.checks, house.projects, house.kinds, project=scene.project, document=document)
    yield "`flask project plan`, 100 checks"
    _apply(scene, document)
    yield "`flask project apply` where nothing changes, 100 checks"
    _apply(scene, _document(channels=[], checks=[]))
    yield ""
    _apply(scene, _document(channels=[OPS]))
    yield "one that makes a channel"
    _apply(scene, _document(checks=[DUMP]))
    yield "one that makes a check with a slug"
    _apply(scene, _document(checks=[{"name": "report"}, DUMP]))
    yield "one that makes a check without a slug beside it"
    _apply(scene, _document(checks=[{"name": "report", "timeout": 60}, DUMP]))
    yield "one that changes one of the two"
    _apply(scene, _document(checks=[DUMP]))
    yield "one that deletes it"


def _document(**parts: Any) -> Document:
    return read_project_document({"tocsin": 1, **parts})


def _apply(scene: Scene, document: Document) -> None:
    house = scene.house
    apply_project(
        house.checks,
        house.projects,
        house.kinds,
        project=scene.project,
        document=document,
        by=COMMAND,
        now=scene.clock(),
    )

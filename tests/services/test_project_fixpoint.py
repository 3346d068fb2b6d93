"""A document and its project are the same thing twice, for any document."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from handlers.documents import Format, read_text, write_text
from tests.conftest import Engine
from tests.fakes import Scene
from tests.services.any_documents import any_parts
from tests.services.project_documents import apply, empty_project, exported, parts_of, planned


@pytest.fixture
def engine() -> Engine:
    """One is enough: these apply whole documents dozens of times, and moto copies its table for each transaction."""
    return "sqlite"


same_scene = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)


@same_scene
@given(parts=any_parts())
def test_applying_twice_changes_nothing(scene: Scene, parts: dict[str, Any]) -> None:
    """The second plan is empty, and an export says what was applied."""
    project = empty_project(scene)
    apply(scene, project, parts)
    assert planned(scene, project, parts).empty
    first = exported(scene, project)
    assert apply(scene, project, parts).empty
    assert apply(scene, project, parts_of(first)).empty
    assert exported(scene, project) == first


@same_scene
@given(before=any_parts(), after=any_parts())
def test_what_stood_there_leaves_no_trace(scene: Scene, before: dict[str, Any], after: dict[str, Any]) -> None:
    """A project that was something else ends like one that was nothing."""
    project, other = empty_project(scene), empty_project(scene)
    apply(scene, project, before)
    apply(scene, project, after)
    apply(scene, other, after)
    assert planned(scene, project, after).empty
    assert _unordered(exported(scene, project)) == _unordered(exported(scene, other))


@same_scene
@given(parts=any_parts())
def test_export_makes_an_equal_project(scene: Scene, parts: dict[str, Any]) -> None:
    """One project's export, applied to an empty one through either kind of text, is exported as the same."""
    project = empty_project(scene)
    apply(scene, project, parts)
    first = exported(scene, project)
    for form in Format:
        other = empty_project(scene)
        read = read_text(write_text(first, form).encode(), form).data
        assert read == first
        apply(scene, other, parts_of(first))
        assert exported(scene, other) == first


def _unordered(data: dict[str, Any]) -> dict[str, Any]:
    """Lists are in the order of making, which differs between the two."""
    checks = [{**check, "channels": sorted(check.get("channels", "*"))} for check in data["checks"]]
    channels = data["channels"]
    return {**data, "checks": sorted(checks, key=repr), "channels": sorted(channels, key=repr)}

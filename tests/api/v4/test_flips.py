"""The flips of a check: each change of its status, and why."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.v4.program import Program, faults
from tests.fakes import START, Scene
from tocsin.domain.ping import Kind

SPANS: dict[str, list[int]] = {
    "?start=2026-03-01T13:00:00Z": [4, 3, 2],
    "?end=2026-03-01T13:00:00Z": [1],
    "?start=2026-03-01T13:00:00&end=2026-03-01T15:05:00": [3, 2],
    "?start=2026-03-01T14:00:00%2B01:00": [4, 3, 2],
    "?start=2026-03-01T14:00:00+01:00": [4, 3, 2],
    "?start=2026-03-01T14:00:00.000001Z": [4],
    "?start=2026-03-02": [],
    "?start=20260301T140000Z": [4, 3],
    f"?start={int(START.timestamp()) + 3600}": [4, 3, 2],
    f"?end={int(START.timestamp())}.5": [1],
    "?start=0&end=9999999999": [4, 3, 2, 1],
    "?start=0001-01-01&end=9999-12-31T23:59:59": [4, 3, 2, 1],
    "?start=1960-01-01&end=2290-01-01": [4, 3, 2, 1],
    "?start=2026-03-02&end=2026-03-01": [],
}


@pytest.fixture
def check(scene: Scene) -> str:
    """Up at 12:00, down by failure at 13:00, up at 14:00, down by silence at 15:05."""
    check_id = scene.check(name="Nightly")
    for kind in (Kind.SUCCESS, Kind.FAIL, Kind.SUCCESS):
        scene.ping(check_id, kind)
        scene.clock.advance(hours=1)
    scene.clock.advance(hours=1)
    scene.house.tick()
    return check_id


def flips(program: Program, check: str, query: str = "") -> list[dict[str, Any]]:
    return program.all(f"/checks/{check}/flips/{query}", "flips")


def test_flip_tells_what_became_of_what_and_why(program: Program, reader: Program, check: str) -> None:
    """The newest first; to read-only keys as well, by either name of the check."""
    expected = [
        {"n": 4, "at": "15:05", "old": "up", "new": "down", "reason": "timeout", "lasted": 3900},
        {"n": 3, "at": "14:00", "old": "down", "new": "up", "reason": None, "lasted": 3600},
        {"n": 2, "at": "13:00", "old": "up", "new": "down", "reason": "fail", "lasted": 3600},
        {"n": 1, "at": "12:00", "old": "new", "new": "up", "reason": None, "lasted": None},
    ]
    expected = [flip | {"at": f"2026-03-01T{flip['at']}:00.000000+00:00"} for flip in expected]
    assert flips(program, check) == expected
    assert flips(reader, check) == expected
    assert flips(reader, program.show(check)["unique_key"]) == expected


def test_span_begins_with_its_start_and_ends_before_its_end(program: Program, check: str) -> None:
    for query, found in SPANS.items():
        assert [flip["n"] for flip in flips(program, check, query)] == found, query
        assert [flip["n"] for flip in flips(program, check, f"{query}&limit=1")] == found, query


def test_what_is_no_moment_is_a_fault(program: Program, check: str) -> None:
    for moment in ("", "yesterday", "12345678901", "-1", "2026-13-01", "0001-01-01T00:00+14:00", "%00"):
        found = faults(program.get(f"/checks/{check}/flips/?start={moment}&end={moment}"))
        assert list(found) == ["start", "end"], moment
        assert "must be a moment such as" in found["start"]


def test_pages_lose_and_repeat_nothing_while_the_status_changes(program: Program, scene: Scene, check: str) -> None:
    """Flips of one moment are told apart by their numbers."""
    for act in ("pause", "resume", "pause", "resume"):
        program.post(f"/checks/{check}/{act}")
    found: list[int] = []
    for page in program.pages(f"/checks/{check}/flips/?limit=3", "flips"):
        found += [flip["n"] for flip in page]
        scene.ping(check, Kind.FAIL if len(found) % 2 else Kind.SUCCESS)
    assert found == [8, 7, 6, 5, 4, 3, 2, 1]
    assert datetime.fromisoformat(flips(program, check)[0]["at"]).tzinfo == UTC

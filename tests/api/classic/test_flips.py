"""The changes of a check's status (3.6, and 10, 14 and 17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.classic.program import Program, told
from tests.fakes import START
from tocsin.domain.check import unique_key
from tocsin.domain.ping import Kind

NOON = int(START.timestamp())


def flips_of(program: Program, name: str, query: str = "") -> list[tuple[str, int]]:
    """Time of day and what it became."""
    flips = told(program.get(f"/checks/{name}/flips/{query}"))["flips"]
    assert [list(flip) for flip in flips] == [["timestamp", "up"]] * len(flips)
    return [(flip["timestamp"].removeprefix("2026-03-01T").removesuffix("+00:00"), flip["up"]) for flip in flips]


@pytest.fixture
def check(program: Program) -> str:
    """Up at 12:00, down at 12:01, up at 12:02, paused at 12:03, new at 12:04, up at 12:05; it is 12:10."""
    made: str = program.make(timeout=86400)["uuid"]
    acts = (
        lambda: program.scene.ping(made),
        lambda: program.scene.ping(made, Kind.FAIL),
        lambda: program.scene.ping(made),
        lambda: program.post(f"/checks/{made}/pause"),
        lambda: program.post(f"/checks/{made}/resume"),
        lambda: program.scene.ping(made),
    )
    for act in acts:
        act()
        program.scene.ping(made, Kind.LOG)
        program.scene.clock.advance(minutes=1)
    program.scene.clock.now = START + timedelta(minutes=10)
    return made


ALL = [("12:05:00", 1), ("12:04:00", 0), ("12:03:00", 0), ("12:02:00", 1), ("12:01:00", 0), ("12:00:00", 1)]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_newest_flip_is_first(program: Program, check: str, version: int) -> None:
    """Pauses and resumes among them; by either name, and for a key that only reads."""
    speaking = program.speaking(version)
    for caller in (speaking, speaking.reading()):
        for name in (check, unique_key(check)):
            assert flips_of(caller, name) == ALL


def test_no_flips(program: Program) -> None:
    assert told(program.get(f"/checks/{program.make()['uuid']}/flips/")) == {"flips": []}


def test_moments_have_no_microseconds(program: Program) -> None:
    """Cut, as those of checks are."""
    made = program.make()["uuid"]
    program.scene.clock.now = datetime(2026, 3, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    program.scene.ping(made)
    assert told(program.get(f"/checks/{made}/flips/")) == {
        "flips": [{"timestamp": "2026-03-01T23:59:59+00:00", "up": 1}]
    }


def test_silence_is_told_by_when_it_became_too_long(program: Program) -> None:
    made = program.make(timeout=60, grace=60)["uuid"]
    program.scene.ping(made)
    program.scene.clock.advance(hours=1)
    program.scene.house.tick()
    assert flips_of(program, made) == [("12:02:00", 0), ("12:00:00", 1)]


SPANS = (
    ("", 0, 6),
    ("?nonsense=1", 0, 6),
    ("?seconds=", 0, 6),
    ("?seconds=0", 0, 6),
    ("?seconds=31536000", 0, 6),
    ("?seconds=300", 0, 1),
    ("?seconds=299", 0, 0),
    ("?seconds=480", 0, 4),
    (f"?start={NOON}", 0, 6),
    (f"?start={NOON + 60}", 0, 5),
    (f"?start={NOON + 61}", 0, 4),
    (f"?start={NOON + 301}", 0, 0),
    (f"?end={NOON}", 6, 6),
    (f"?end={NOON + 1}", 5, 6),
    (f"?end={NOON + 60}", 5, 6),
    (f"?end={NOON + 300}", 1, 6),
    (f"?end={NOON + 301}", 0, 6),
    (f"?start={NOON + 60}&end={NOON + 180}", 3, 5),
    (f"?end={NOON + 180}&start={NOON + 180}", 0, 0),
    (f"?start={NOON + 180}&end={NOON + 60}", 0, 0),
    (f"?start={NOON}&seconds=480", 0, 4),
    (f"?start={NOON + 240}&seconds=480", 0, 2),
    (f"?seconds=480&end={NOON + 240}", 2, 4),
    ("?start=0", 0, 6),
    ("?end=0", 0, 0),
    ("?start=10000000000", 0, 0),
    ("?end=10000000000", 0, 6),
    (f"?start=1&start={NOON + 60}", 0, 5),
)


def test_span(program: Program, check: str) -> None:
    """Bounds combine; the start is in it, the end is not. The last one of a kind counts."""
    reading = program.reading()
    for query, first, last in SPANS:
        assert (query, flips_of(program, check, query)) == (query, ALL[first:last])
        assert (query, flips_of(reading, unique_key(check), query)) == (query, ALL[first:last])


MISREAD = (
    *(f"?seconds={text}" for text in ("-1", "31536001", "x", "1.5", "1e3", "%C2%B2", "9" * 99, "60%00", "%FF")),
    *(f"?start={text}" for text in ("", "-1", "10000000001", "x", "1.5", "2026-03-01", "9" * 9999, "%00", "%FF")),
    *(f"?end={text}" for text in ("", "-1", "10000000001", "x", "1e3", "%F0%9F%94%94", "9" * 99, "null", "NaN")),
    "?seconds=x&start=1",
    "?start=1&end=x",
    "?start",
)


def test_misread_span(program: Program) -> None:
    """Refused without a word."""
    made = program.make()["uuid"]
    for name in (made, unique_key(made)):
        for query in MISREAD:
            response = program.get(f"/checks/{name}/flips/{query}")
            assert (query, response.status_code, response.data) == (query, 400, b"")


def test_many_flips(program: Program) -> None:
    """All of them, however many."""
    made = program.make()["uuid"]
    for _ in range(52):
        program.scene.clock.advance(seconds=1)
        program.scene.ping(made, Kind.FAIL)
        program.scene.clock.advance(seconds=1)
        program.scene.ping(made)
    flips = flips_of(program, made)
    assert [up for _, up in flips] == [1, 0] * 52
    assert len(set(flips)) == 104

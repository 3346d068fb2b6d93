"""Make checks: every field as it is sent, every schedule, every zone (3.4)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.classic.program import INVALID, Program, refused
from tests.fakes import Scene
from tocsin.domain.zones import all_zones

EVERYTHING: dict[str, Any] = {
    "name": "Nightly backup",
    "slug": "nightly-backup_1",
    "tags": "prod  db-1 Größe",
    "desc": "Call Bob.\n\nTwice.",
    "grace": 90,
    "timeout": 31_536_000,
    "manual_resume": True,
    "methods": "POST",
    "start_kw": "begin",
    "success_kw": "fine, good",
    "failure_kw": "broken",
    "filter_subject": True,
    "filter_body": True,
    "filter_http_body": True,
    "filter_default_fail": True,
}
LONGEST = {
    "name": "ü" * 100,
    "slug": "s" * 100,
    "tags": "t" * 500,
    "desc": "d" * 10_000,
    "start_kw": "k" * 200,
    "success_kw": "k" * 200,
    "failure_kw": "k" * 200,
    "schedule": "0 0 1 1 *".ljust(100),
}
FORMER = {
    "Europe/Kiev": "Europe/Kyiv",
    "UCT": "Etc/UTC",
    "CET": "Europe/Brussels",
    "US/Eastern": "America/New_York",
    "Asia/Calcutta": "Asia/Kolkata",
}


def test_all_that_can_be_said(program: Program) -> None:
    made = program.make(**EVERYTHING)
    assert {name: made[name] for name in EVERYTHING} == EVERYTHING
    assert program.show(made["uuid"]) == made


@pytest.mark.parametrize("field", EVERYTHING)
def test_one_field_alone(program: Program, field: str) -> None:
    """All else is as in a check of which nothing was said."""
    plain, made = program.make(), program.make(**{field: EVERYTHING[field]})
    own = {"uuid", "ping_url", "update_url", "pause_url", "resume_url", "badge_url"}
    assert {name for name in made if made[name] != plain[name]} - own == {field}


def test_longest_texts(program: Program) -> None:
    """Counted in characters; spaces around a schedule do not stay."""
    made = program.make(**LONGEST)
    assert {name: made[name] for name in LONGEST} == LONGEST | {"schedule": "0 0 1 1 *"}


def test_lengths_of_time(program: Program) -> None:
    """To both ends of what is allowed."""
    for seconds in (60, 61, 3600, 31_535_999, 31_536_000):
        made = program.make(timeout=seconds, grace=seconds)
        assert (made["timeout"], made["grace"]) == (seconds, seconds)


def test_what_is_not_known_is_passed_over(program: Program) -> None:
    """Also what only the answer has, of whatever type."""
    sent = {"uuid": "mine", "status": "up", "n_pings": 5, "ping_url": None, "unique_key": [], "nonsense": {"a": 1}}
    made = program.make(**sent, name="Nightly")
    assert (made["name"], made["status"], made["n_pings"]) == ("Nightly", "new", 0)
    assert made["uuid"] != "mine"


CRONS = ("* * * * *", "*/5 1-3,5 L * MON#1", "5/10 * * JAN sun", "0 0 29 2 *", "0\t0 * *   7", "0 0 LW * 5L")
CALENDARS = (
    *("hourly", "daily", "weekly", "monthly", "quarterly", "semiannually", "yearly", "minutely", "2019-01-01"),
    *("Mon..Fri 12:30", "*-*~1 04:00", "12:30 Europe/Riga", "Mon 12:30\nTue 4:00 UTC", "*-*-* *:*:30"),
)


@pytest.mark.parametrize(("kind", "schedules"), [("cron", CRONS), ("oncalendar", CALENDARS)])
def test_schedules(program: Program, kind: str, schedules: tuple[str, ...]) -> None:
    """Cron and systemd's calendars, whichever it is by its form."""
    for schedule in schedules:
        made = program.make(schedule=schedule, tz="America/Santiago")
        assert (made["schedule"], made["tz"]) == (schedule, "America/Santiago")
        assert "timeout" not in made
        assert program.scene.read(made["uuid"]).check.schedule.kind == kind


def test_former_names_of_zones(program: Program) -> None:
    """Are taken, and told by today's name."""
    for former, name in FORMER.items():
        made = program.make(schedule="0 4 * * *", tz=former)
        assert made["tz"] == name
        assert program.change(made["uuid"], tz="UTC")["tz"] == "UTC"
        assert program.change(made["uuid"], tz=former)["tz"] == name


def test_names_of_zones(program: Program) -> None:
    """Every one of today's is taken as it is; UTC is what nobody named."""
    check = program.make(schedule="0 4 * * *")
    assert check["tz"] == "UTC"
    for zone in all_zones()[::40]:
        assert program.change(check["uuid"], tz=zone)["tz"] == zone


def test_schedule_goes_before_timeout(program: Program) -> None:
    """Whichever is sent first."""
    for body in (b'{"timeout": 60, "schedule": "0 4 * * *"}', b'{"schedule": "0 4 * * *", "timeout": 60}'):
        made = program.post("/checks/", body).json
        assert made
        assert (made["schedule"], "timeout" in made) == ("0 4 * * *", False)


def test_wrong_timeout_beside_a_schedule_is_wrong(program: Program) -> None:
    """Even though it would not be used."""
    refusal = refused(program.post("/checks/", {"schedule": "0 4 * * *", "timeout": 1}))
    assert refusal == (400, f"{INVALID}timeout is too small")


@pytest.mark.parametrize("zone", ["Europe/Riga", "Europe/Kiev"])
def test_zone_without_schedule(program: Program, zone: str) -> None:
    """Is no fault, and a check with a timeout shows none."""
    made = program.make(timeout=60, tz=zone)
    assert (made["timeout"], "tz" in made) == (60, False)


SLUGS = {
    "Hello World! 1": "hello-world-1",
    "Größe – Über": "groe-uber",
    "  --two   words__ ": "two-words",
    "under_score-dash": "under_score-dash",
    "日本語": "",
    "a.b/c:d": "abcd",
    "ﬃ" * 100: "ffi" * 33 + "f",
    "": "",
}


@pytest.mark.parametrize("version", [1, 2])
def test_older_versions_derive_the_slug(program: Program, version: int) -> None:
    """From every name that is sent; version 3 never does."""
    for name, slug in SLUGS.items():
        made = program.speaking(version).make(name=name)
        assert (name, made["slug"]) == (name, slug)
    assert program.make(name="Nightly")["slug"] == ""
    assert program.change(made["uuid"], name="Nightly")["slug"] == ""
    assert program.speaking(version).change(made["uuid"], name="Hourly")["slug"] == "hourly"


@pytest.mark.parametrize("version", [1, 2])
def test_slug_that_is_sent_is_not_derived(program: Program, version: int) -> None:
    """Even an empty one; and where no name is sent, it stays."""
    speaking = program.speaking(version)
    assert speaking.make(name="Nightly", slug="")["slug"] == ""
    made = speaking.make(name="Nightly", slug="own")
    assert made["slug"] == "own"
    assert speaking.change(made["uuid"], desc="No name")["slug"] == "own"
    assert speaking.change(made["uuid"], name="Hourly", slug="owned")["slug"] == "owned"
    assert program.change(made["uuid"], name="By version 3")["slug"] == "owned"


def test_made_check_is_pinged_by_its_slug(program: Program, scene: Scene) -> None:
    made = program.speaking(1).make(name="Nightly Backup")
    assert program.client.get(f"/ping/{scene.ping_key}/nightly-backup").text == "OK"
    assert program.show(made["uuid"])["status"] == "up"


def test_checks_are_listed(program: Program) -> None:
    """Those of the project, the oldest first; by whole tags, all of which a check must have, and by slug."""
    for name, tags in (("a", "prod db"), ("b", "prod"), ("c", "production db"), ("d", "")):
        program.make(name=name, slug=f"slug-{name}", tags=tags)
        program.scene.clock.advance(seconds=1)
    queries = {
        "": "abcd",
        "?tag=prod": "ab",
        "?tag=db": "ac",
        "?tag=prod&tag=db": "a",
        "?&tag=db&tag=prod": "a",
        "?tag=prod%20db": "",
        "?tag=PROD": "",
        "?tag=nobody": "",
        "?slug=slug-b": "b",
        "?slug=slug-b&tag=db": "",
        "?slug=nobody": "",
        "?slug=": "abcd",
        "?nonsense=1": "abcd",
    }
    found = {query: "".join(check["name"] for check in program.listed(query)) for query in queries}
    assert found == queries

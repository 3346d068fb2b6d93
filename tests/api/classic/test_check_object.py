"""A check as the old versions show it: which fields, in which order, told how (3.3 and 10, 15 to 17)."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from hashlib import sha1

import pytest
from flask import Flask
from msgspec.structs import replace

from tests.api.classic.program import Program
from tocsin.domain.ping import Kind

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

COMMON = [
    "name",
    "slug",
    "tags",
    "desc",
    "grace",
    "n_pings",
    "status",
    "started",
    "last_ping",
    "next_ping",
    "manual_resume",
    "methods",
    "subject",
    "subject_fail",
    "start_kw",
    "success_kw",
    "failure_kw",
    "filter_subject",
    "filter_body",
    "filter_http_body",
    "filter_default_fail",
    "badge_url",
]
WAYS_IN = ["uuid", "ping_url", "update_url", "pause_url", "resume_url", "channels"]


def test_fields_of_a_simple_check(program: Program) -> None:
    """29 of them, in the protocol's order, wherever it is shown."""
    made = program.make(name="Nightly")
    check = made["uuid"]
    shown = [
        made,
        program.show(check),
        program.listed()[0],
        program.change(check),
        program.delete(f"/checks/{check}").json,
    ]
    for each in shown:
        assert list(each or {}) == [*COMMON, *WAYS_IN, "timeout"]
    assert len(made) == 29


def test_fields_for_a_read_only_key(program: Program) -> None:
    """24: a name that gives nothing away instead of all ways in."""
    check = program.make(name="Nightly")["uuid"]
    reading = program.reading()
    key = sha1(check.replace("-", "")[:16].encode(), usedforsecurity=False).hexdigest()
    for each in (reading.show(check), reading.show(key), *reading.listed()):
        assert list(each) == [*COMMON, "unique_key", "timeout"]
        assert each["unique_key"] == key
    assert len(reading.show(key)) == 24
    assert check not in json.dumps(reading.listed())


def test_fields_for_a_read_write_key_by_unique_key(program: Program) -> None:
    """The key decides what is shown, not the name that was asked for."""
    made = program.make(name="Nightly")
    key = sha1(made["uuid"].replace("-", "")[:16].encode(), usedforsecurity=False).hexdigest()
    assert program.show(key) == made


@pytest.mark.parametrize("schedule", ["30 4 * * *", "Mon..Fri 04:30"])
def test_fields_of_a_schedule(program: Program, schedule: str) -> None:
    """Its expression and its zone stand where the timeout would."""
    made = program.make(schedule=schedule, tz="Europe/Riga")
    assert list(made) == [*COMMON, *WAYS_IN, "schedule", "tz"]
    assert (made["schedule"], made["tz"]) == (schedule, "Europe/Riga")
    assert list(program.reading().show(made["uuid"])) == [*COMMON, "unique_key", "schedule", "tz"]


def test_new_check(program: Program) -> None:
    """What a check is about which nothing was said."""
    made = program.make()
    check, root = made["uuid"], "http://localhost"
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", check)
    assert re.fullmatch(rf"{root}/b/2/[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}\.svg", made["badge_url"])
    assert check not in made["badge_url"]
    texts = ("name", "slug", "tags", "desc", "methods", "subject", "subject_fail", "channels")
    assert {made[name] for name in (*texts, "start_kw", "success_kw", "failure_kw")} == {""}
    truths = ("started", "manual_resume", "filter_subject", "filter_body", "filter_http_body", "filter_default_fail")
    assert {made[name] for name in truths} == {False}
    assert (made["timeout"], made["grace"], made["n_pings"]) == (86400, 3600, 0)
    assert (made["status"], made["last_ping"], made["next_ping"]) == ("new", None, None)
    assert made["ping_url"] == f"{root}/ping/{check}"


@pytest.mark.parametrize("version", [1, 2, 3])
def test_addresses_are_of_the_version_that_asks(program: Program, version: int) -> None:
    """Whichever made the check; its ping URL has no version, and no slug."""
    made = program.make(slug="nightly")["uuid"]
    shown = program.speaking(version).show(made)
    address = f"http://localhost/api/v{version}/checks/{made}"
    assert shown["update_url"] == address
    assert shown["pause_url"] == f"{address}/pause"
    assert shown["resume_url"] == f"{address}/resume"
    assert shown["ping_url"] == f"http://localhost/ping/{made}"


def test_addresses_lead_there(program: Program) -> None:
    """A program follows them without knowing how they are made."""
    made = program.make(name="Nightly")
    headers = {"X-Api-Key": str(program.key)}
    assert program.client.get(made["ping_url"]).text == "OK"
    for url, status in (("pause_url", "paused"), ("update_url", "paused"), ("resume_url", "new")):
        answer = program.client.post(made[url], headers=headers).json
        assert answer
        assert answer["status"] == status
    assert program.client.get(made["badge_url"]).status_code == 200


def test_channels_are_ids_in_order(program: Program) -> None:
    ids = [program.channel(name) for name in ("Ops", "Night watch", "Boss")]
    made = program.make(channels="Boss,Ops,Night watch")
    assert made["channels"] == ",".join(sorted(ids))
    assert program.show(made["uuid"])["channels"] == made["channels"]


@pytest.mark.parametrize("text", ["Größe", "日本語", "🔔", "\u2028", "</script>", '"\\\b\t'])
def test_json_is_ascii(program: Program, text: str) -> None:
    """Old programs may count on that; what it says is what was sent."""
    made = program.make(name=text, desc=text, tags=text)
    response = program.get(f"/checks/{made['uuid']}")
    assert response.data.isascii()
    shown = json.loads(response.data)
    assert (shown["name"], shown["desc"], shown["tags"]) == (text, text, text)


def test_moments_have_whole_seconds_and_utc(program: Program) -> None:
    """Cut, not rounded."""
    made = program.make(timeout=60)["uuid"]
    program.scene.clock.now = datetime(2026, 3, 1, 11, 59, 59, 999_999, tzinfo=UTC)
    program.scene.ping(made)
    shown = program.show(made)
    assert shown["last_ping"] == "2026-03-01T11:59:59+00:00"
    assert shown["next_ping"] == "2026-03-01T12:00:59+00:00"


@pytest.mark.parametrize(
    ("took", "shown"),
    [
        (timedelta(seconds=75), 75),
        (timedelta(seconds=1, milliseconds=999), 1),
        (timedelta(seconds=59, microseconds=999_999), 59),
        (timedelta(days=4), 345_600),
        (timedelta(), None),
    ],
)
def test_last_duration_in_whole_seconds(program: Program, took: timedelta, shown: int | None) -> None:
    """Cut, not capped, and left out where there is none; it stands before what only some keys see."""
    check = program.make(grace=31_536_000)["uuid"]
    assert "last_duration" not in program.show(check)
    program.scene.ping(check, Kind.START)
    program.scene.clock.now += took
    program.scene.ping(check)
    found = program.show(check)
    assert found.get("last_duration") == shown
    assert list(found) == [*COMMON, *(["last_duration"] if shown else []), *WAYS_IN, "timeout"]
    program.scene.ping(check)
    assert "last_duration" not in program.show(check)


def test_whole_object_may_be_sent_back(program: Program) -> None:
    """As programs do that read a check, change a field of it and write it: what can't be set is passed over."""
    program.channel("Ops")
    wishes: list[dict[str, object]] = [
        {"name": "Nightly backup", "slug": "backup", "tags": "a b", "timeout": 60, "grace": 90, "channels": "*"},
        {"name": "Cron", "schedule": "30 4 * * *", "tz": "Europe/Riga", "desc": "Call Bob", "methods": "POST"},
        {"name": "Calendar", "schedule": "Mon 04:30", "manual_resume": True, "filter_http_body": True},
        {"name": "Mail", "subject": "fine", "subject_fail": "broken", "start_kw": "begin", "filter_body": True},
        {"name": "Half", "success_kw": "fine", "failure_kw": "broken", "filter_default_fail": True},
    ]
    for wished in wishes:
        made = program.make(**wished)
        program.scene.ping(made["uuid"], Kind.FAIL)
        for version in (1, 2, 3):
            before = program.speaking(version).show(made["uuid"])
            assert program.speaking(version).change(made["uuid"], **before) == before


def test_addresses_are_the_public_ones(program: Program, app: Flask) -> None:
    """Where the site is reached otherwise than it was asked, or pings have a host of their own."""
    house = program.scene.house
    check = program.make()["uuid"]
    settings = replace(house.settings, site_root="https://example.org/x", ping_root="https://ping.example.org")
    app.extensions["tocsin"] = replace(house, settings=settings)
    shown = program.show(check)
    assert shown["ping_url"] == f"https://ping.example.org/{check}"
    assert shown["pause_url"] == f"https://example.org/x/api/v3/checks/{check}/pause"
    assert shown["badge_url"].startswith("https://example.org/x/b/2/")
    program.client.post(f"/ping/{check}", data=b"done")
    (ping,) = program.get(f"/checks/{check}/pings/").get_json()["pings"]
    assert ping["body_url"] == f"https://example.org/x/api/v3/checks/{check}/pings/1/body"

"""The log of a check: pings and their bodies (3.2, 3.5, and 10, 16 and 17)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.api.classic import events
from tests.api.classic.program import Program, told
from tests.fakes import START
from tocsin.domain.ping import Kind
from tocsin.services.mail_pings import take_mail
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND

RID = "00000000-0000-4000-8000-00000000000a"
OTHER = "00000000-0000-4000-8000-00000000000b"
FIELDS = ["type", "date", "n", "scheme", "remote_addr", "method", "ua", "rid", "body_url"]


def pings_of(program: Program, check: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(program.get(f"/checks/{check}/pings/"))["pings"]
    return found


def test_no_pings(program: Program) -> None:
    assert told(program.get(f"/checks/{program.make()['uuid']}/pings/")) == {"pings": []}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_ping_as_it_came(program: Program, version: int) -> None:
    """Which request it was, by whom, and where its body is to be had, in the version that asks."""
    made = program.make()
    headers = {"User-Agent": "curl/8.5.0"}
    program.client.put(f"{made['ping_url']}?rid={RID.upper()}", data=b"done", headers=headers)
    (ping,) = pings_of(program.speaking(version), made["uuid"])
    assert list(ping) == FIELDS
    assert ping == {
        "type": "success",
        "date": "2026-03-01T12:00:00+00:00",
        "n": 1,
        "scheme": "http",
        "remote_addr": "127.0.0.1",
        "method": "PUT",
        "ua": "curl/8.5.0",
        "rid": RID,
        "body_url": f"http://localhost/api/v{version}/checks/{made['uuid']}/pings/1/body",
    }


def test_newest_ping_is_first(program: Program) -> None:
    """Of whatever type; the exit status is not told."""
    made = program.make()
    for what in ("", "/start", "/log", "/fail", "/0", "/7"):
        program.client.get(made["ping_url"] + what)
    program.change(made["uuid"], methods="POST")
    program.client.get(made["ping_url"])
    found = pings_of(program, made["uuid"])
    assert [ping["type"] for ping in found] == ["ign", "fail", "success", "fail", "log", "start", "success"]
    assert [ping["n"] for ping in found] == [7, 6, 5, 4, 3, 2, 1]
    assert {ping["body_url"] for ping in found} == {None}
    assert {ping["rid"] for ping in found} == {None}
    assert {name for ping in found for name in ping} == {*FIELDS, "duration"}


def test_keep_alive_is_a_log_to_programs_of_old(program: Program) -> None:
    """They know nothing else that changes no status."""
    made = program.make()
    program.client.get(f"{made['ping_url']}/keepalive")
    assert [ping["type"] for ping in pings_of(program, made["uuid"])] == ["log"]


@pytest.mark.parametrize(
    ("microsecond", "fraction"), [(0, ""), (1, ".000001"), (500_000, ".500000"), (999_999, ".999999")]
)
def test_moments_have_microseconds(program: Program, microsecond: int, fraction: str) -> None:
    """Which are left out where they are nought."""
    made = program.make()["uuid"]
    program.scene.clock.now = datetime(2026, 3, 1, 23, 59, 59, microsecond, tzinfo=UTC)
    program.scene.ping(made)
    assert pings_of(program, made)[0]["date"] == f"2026-03-01T23:59:59{fraction}+00:00"


@pytest.mark.parametrize(
    ("took", "duration"),
    [
        (timedelta(seconds=75), 75.0),
        (timedelta(seconds=1, microseconds=234_567), 1.23),
        (timedelta(microseconds=4_999), 0.0),
        (timedelta(microseconds=5_001), 0.01),
        (timedelta(), 0.0),
        (timedelta(hours=71, minutes=59, seconds=59), 259_199.0),
        (timedelta(hours=72, seconds=1), None),
    ],
)
def test_durations_have_two_decimals(program: Program, took: timedelta, duration: float | None) -> None:
    """Of the ping that ends a run, and of no other; a run has at most 72 hours."""
    made = program.make(grace=31_536_000)["uuid"]
    program.scene.ping(made, Kind.START)
    program.scene.clock.now += took
    program.scene.ping(made)
    program.scene.ping(made)
    again, ended, began = pings_of(program, made)
    assert ("duration" in again, "duration" in began) == (False, False)
    assert ended.get("duration") == duration


def test_durations_of_runs_that_overlap(program: Program) -> None:
    """Each end belongs to the start with its id; logs and ignored pings in between do not part them."""
    made = program.make()["uuid"]
    for seconds, kind, rid in (
        (0, Kind.START, RID),
        (10, Kind.START, OTHER),
        (5, Kind.LOG, RID),
        (5, Kind.SUCCESS, RID),
        (20, Kind.FAIL, OTHER),
        (1, Kind.SUCCESS, OTHER),
    ):
        program.scene.clock.advance(seconds=seconds)
        program.scene.ping(made, kind, rid=rid)
    durations = [(ping["type"], ping.get("duration")) for ping in pings_of(program, made)]
    assert durations == [
        ("success", None),
        ("fail", 30.0),
        ("success", 20.0),
        ("log", None),
        ("start", None),
        ("start", None),
    ]


BODIES = {
    "text": "alles läuft\n".encode(),
    "binary": bytes(range(256)),
    "no UTF-8": b"\xff\xfe broken \xc3",
    "page": b"<script>alert(1)</script>",
    "JSON": b'{"a": 1}',
    "zeros": b"\0" * 1000,
    "as long as is kept": b"x" * 100_000,
}


@pytest.mark.parametrize("name", BODIES)
def test_body_comes_back_byte_for_byte(program: Program, name: str) -> None:
    """As text that no browser takes for a page."""
    made = program.make()
    program.client.post(made["ping_url"], data=BODIES[name], content_type="text/html")
    (ping,) = pings_of(program, made["uuid"])
    response = program.client.get(ping["body_url"], headers={"X-Api-Key": str(program.key)})
    assert (response.status_code, response.headers["Content-Type"]) == (200, "text/plain")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.data == BODIES[name]


def test_long_body_is_cut(program: Program) -> None:
    """At what the answer to the ping says is kept."""
    made = program.make()
    sent = b"0123456789" * 20_000
    limit = int(program.client.post(made["ping_url"], data=sent).headers["Ping-Body-Limit"])
    assert program.get(f"/checks/{made['uuid']}/pings/1/body").data == sent[:limit]


@pytest.mark.parametrize("n", [1, 3, 999, 9_999_999_999])
def test_no_body(program: Program, n: int) -> None:
    """A ping that had none, and pings that there are none of."""
    made = program.make()
    program.client.get(made["ping_url"])
    program.client.post(made["ping_url"], data=b"x")
    response = program.get(f"/checks/{made['uuid']}/pings/{n}/body")
    assert (response.status_code, response.data) == (404, b"")


def test_bodies_are_kept_as_long_as_their_pings(program: Program) -> None:
    """By number and by age: what the list does not show has no body either."""
    made = program.make()["uuid"]
    projects, checks = program.scene.house.projects, program.scene.house.checks
    set_retention(
        checks, projects, project=program.scene.project, days=10, count=3, by=COMMAND, now=program.scene.clock()
    )
    for n in range(1, 6):
        program.scene.clock.now = START + timedelta(days=n)
        program.scene.ping(made, body=f"{n}".encode())
    assert [ping["n"] for ping in pings_of(program, made)] == [5, 4, 3]
    fetched = {n: program.get(f"/checks/{made}/pings/{n}/body").data for n in range(1, 6)}
    assert fetched == {1: b"", 2: b"", 3: b"3", 4: b"4", 5: b"5"}
    program.scene.clock.now = START + timedelta(days=14, seconds=1)
    assert [ping["n"] for ping in pings_of(program, made)] == [5]
    assert program.get(f"/checks/{made}/pings/4/body").status_code == 404


def test_newest_thousand_pings_are_listed(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Here the newest five, to save the time; the check itself counts them all."""
    assert events.MOST_PINGS == 1000
    monkeypatch.setattr(events, "MOST_PINGS", 5)
    made = program.make()["uuid"]
    for _ in range(8):
        program.scene.ping(made, Kind.LOG)
    assert [ping["n"] for ping in pings_of(program, made)] == [8, 7, 6, 5, 4]
    assert program.show(made)["n_pings"] == 8


def test_mail_is_a_ping(program: Program) -> None:
    """With a scheme of its own and no method; its body is the whole mail."""
    made, house = program.make()["uuid"], program.scene.house
    mail = b"From: a@example.org\r\nSubject: fine\r\n\r\nAll is fine\r\n"
    take_mail(
        house.checks,
        house.projects,
        domain="in.example.org",
        recipients=[f"{made}@in.example.org"],
        sender="a@example.org",
        message=mail,
        now=program.scene.clock(),
    )
    (ping,) = pings_of(program, made)
    assert (ping["type"], ping["scheme"], ping["method"]) == ("success", "email", "")
    assert ping["ua"] == "Email from a@example.org"
    assert program.get(f"/checks/{made}/pings/1/body").data == mail

"""The log of a check: its pings, one of them, and bodies."""

from __future__ import annotations

import pytest

from tests.api.v4.program import Program, faults, refused, told
from tests.fakes import Scene
from tocsin.domain.ping import Kind
from tocsin.services.mail_pings import take_mail
from tocsin.services.retention import set_retention
from tocsin.stores.audit import COMMAND

RID = "11111111-2222-4333-8444-555555555555"


@pytest.fixture
def check(scene: Scene) -> str:
    return scene.check(name="Nightly")


def numbers(program: Program, check: str, query: str = "") -> list[int]:
    return [ping["n"] for ping in program.all(f"/checks/{check}/pings/{query}", "pings")]


def test_ping_tells_all_that_is_known_of_it(program: Program, scene: Scene, check: str) -> None:
    scene.ping(check, Kind.START, rid=RID)
    scene.clock.advance(seconds=2.25)
    scene.ping(check, Kind.FAIL, rid=RID, exit_status=3, body=b"disk full")
    url = f"http://localhost/api/v4/checks/{check}/pings/2/body"
    expected = {
        "n": 2,
        "at": "2026-03-01T12:00:02.250000+00:00",
        "kind": "fail",
        "exit_status": 3,
        "duration": 2.25,
        "rid": RID,
        "scheme": "http",
        "method": "GET",
        "remote_addr": "192.0.2.7",
        "ua": "curl/8",
        "subject": None,
        "size": 9,
        "body_url": url,
    }
    assert told(program.get(f"/checks/{check}/pings/2")) == expected
    started = told(program.get(f"/checks/{check}/pings/1"))
    assert (started["exit_status"], started["duration"], started["body_url"]) == (None, None, None)
    assert told(program.get(f"/checks/{check}/pings/")) == {"pings": [expected, started], "next": None}
    body = program.client.get(url, headers={"X-Api-Key": str(program.key)})
    assert (body.data, body.content_type) == (b"disk full", "text/plain")
    assert body.headers["X-Content-Type-Options"] == "nosniff"


def test_mail_has_its_subject(program: Program, scene: Scene, check: str) -> None:
    take_mail(
        scene.house.checks,
        scene.house.projects,
        domain="ping.example.org",
        recipients=[f"{check}@ping.example.org"],
        sender="cron@db-1",
        message=b"Subject: Backup done",
        now=scene.clock(),
    )
    mail = told(program.get(f"/checks/{check}/pings/1"))
    assert (mail["scheme"], mail["subject"]) == ("email", "Backup done")


def test_pages_lose_and_repeat_nothing_while_pings_come(program: Program, scene: Scene, check: str) -> None:
    for _ in range(7):
        scene.clock.advance(seconds=1)
        scene.ping(check)
    found: list[int] = []
    for page in program.pages(f"/checks/{check}/pings/?limit=3", "pings"):
        found += [ping["n"] for ping in page]
        scene.ping(check)
    assert found == [7, 6, 5, 4, 3, 2, 1]


def test_page_that_ends_with_the_first_ping_is_the_last(program: Program, scene: Scene, check: str) -> None:
    for _ in range(2):
        scene.ping(check)
    assert told(program.get(f"/checks/{check}/pings/?limit=2"))["next"] is None


def test_kinds_are_any_of_those_that_are_named(program: Program, scene: Scene, check: str) -> None:
    """A page may be short and have a cursor all the same."""
    for kind in (Kind.SUCCESS, Kind.START, Kind.FAIL, Kind.LOG, Kind.KEEPALIVE):
        scene.ping(check, kind)
    assert numbers(program, check, "?kind=fail&kind=log&limit=2") == [4, 3]
    assert numbers(program, check, "?kind=ign&limit=1") == []
    assert numbers(program, check, "?kind=keepalive") == [5]
    assert list(faults(program.get(f"/checks/{check}/pings/?kind=down&limit=1001"))) == ["kind[0]", "limit"]


def test_what_is_not_kept_is_not_there(program: Program, scene: Scene, check: str) -> None:
    """Too many, or too old: neither in the list nor by number."""
    for _ in range(3):
        scene.clock.advance(minutes=1)
        scene.ping(check, body=b"x")
    house = scene.house
    set_retention(house.checks, house.projects, project=scene.project, days=1, count=2, by=COMMAND, now=scene.clock())
    assert numbers(program, check, "?limit=1") == [3, 2]
    for where in ("1", "1/body", "4", "4/body", "9999999999"):
        assert refused(program.get(f"/checks/{check}/pings/{where}"), 404)
    scene.clock.advance(days=1)
    assert numbers(program, check) == []
    assert refused(program.get(f"/checks/{check}/pings/3"), 404)


def test_ping_without_a_body_has_none_to_fetch(program: Program, scene: Scene, check: str) -> None:
    scene.ping(check)
    assert refused(program.get(f"/checks/{check}/pings/1/body"), 404) == "This ping had no body."


def test_what_is_no_number_is_no_address(program: Program, check: str) -> None:
    for number in ("0", "01", "-1", "1.0", "9" * 11, "9" * 400, "x"):
        assert refused(program.get(f"/checks/{check}/pings/{number}"), 404) == "There is nothing at this address."

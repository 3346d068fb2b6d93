"""Look at checks: one, all, those that fit a filter, page by page; pause, resume, clear and delete them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.api.v4.program import NOWHERE, Program, faults, refused, told
from tests.fakes import Scene
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.services.channels import delete_channel
from tocsin.stores.audit import COMMAND


def test_check_shows_every_field_and_null_where_there_is_nothing(program: Program, scene: Scene) -> None:
    check_id = scene.check(name="Nightly", slug="nightly", tags="prod  db", desc="Dumps.")
    check = program.show(check_id)
    badges = check.pop("badges")
    assert check.pop("unique_key")
    assert check == {
        "uuid": check_id,
        "name": "Nightly",
        "slug": "nightly",
        "tags": ["prod", "db"],
        "desc": "Dumps.",
        "status": "new",
        "started": False,
        "created": "2026-03-01T12:00:00.000000+00:00",
        "last_ping": None,
        "next_ping": None,
        "rings_at": None,
        "last_duration": None,
        "n_pings": 0,
        "kind": "simple",
        "timeout": 3600,
        "schedule": None,
        "tz": None,
        "grace": 300,
        "max_duration": None,
        "min_duration": None,
        "failure_tolerance": 0,
        "track_runs": False,
        "manual_resume": False,
        "methods": "",
        "start_kw": "",
        "success_kw": "",
        "failure_kw": "",
        "filter_subject": False,
        "filter_body": False,
        "filter_http_body": False,
        "filter_default_fail": False,
        "channels": [scene.channel_id],
        "project": scene.project,
        "ping_url": f"http://localhost/ping/{check_id}",
    }
    for name, url in badges.items():
        assert program.client.get(url).status_code == 200, name


def test_check_shows_what_pings_made_of_it(program: Program, scene: Scene) -> None:
    """Moments with microseconds, lengths of time as seconds with a fraction where they have one."""
    check_id = scene.check(limits=Limits(max_duration=timedelta(minutes=20)))
    scene.ping(check_id, Kind.START)
    scene.clock.advance(seconds=1.5)
    scene.ping(check_id)
    check = program.show(check_id)
    assert (check["status"], check["n_pings"], check["last_duration"]) == ("up", 2, 1.5)
    assert check["last_ping"] == "2026-03-01T12:00:01.500000+00:00"
    assert check["next_ping"] == "2026-03-01T13:00:01.500000+00:00"
    assert check["rings_at"] == "2026-03-01T13:05:01.500000+00:00"
    scene.ping(check_id, Kind.START)
    assert program.show(check_id)["rings_at"] == "2026-03-01T12:20:01.500000+00:00"
    scene.clock.advance(minutes=20)
    running = program.show(check_id)
    assert (running["status"], running["started"], running["max_duration"]) == ("down", True, 1200)


def test_channel_that_is_gone_is_not_shown_on_checks(program: Program, scene: Scene) -> None:
    check_id, channels = scene.check(), scene.house.channels
    channel = channels.get(scene.project, scene.channel_id)
    assert channel
    delete_channel(channels, channel=channel, by=COMMAND, now=scene.clock())
    assert program.show(check_id)["channels"] == []


FILTERS = {
    "": ["Shop dump", "Report", "Shop import", ""],
    "?tag=prod": ["Shop dump", "Shop import"],
    "?tag=prod&tag=db": ["Shop dump"],
    "?tag=pro": [],
    "?tag=Prod": [],
    "?slug=report": ["Report"],
    "?slug=": [""],
    "?name=Report": ["Report"],
    "?name=report": [],
    "?name=": [""],
    "?status=down": ["Report"],
    "?status=new&status=up": ["Shop dump", "Shop import", ""],
    "?search=SHOP": ["Shop dump", "Shop import"],
    "?search=STRA%C3%9FE": [""],
    "?search=port": ["Report", "Shop import"],
    "?search=": ["Shop dump", "Report", "Shop import", ""],
    "?search=shop&tag=db&status=up": ["Shop dump"],
}


def test_list_has_what_fits_all_of_the_filter(program: Program, scene: Scene) -> None:
    scene.ping(scene.check(name="Shop dump", tags="prod db", slug="dump"))
    scene.clock.advance(seconds=1)
    scene.ping(scene.check(name="Report", slug="report"), Kind.FAIL)
    scene.clock.advance(seconds=1)
    scene.check(name="Shop import", tags="prod", slug="imp")
    scene.clock.advance(seconds=1)
    scene.check(tags="Straße")
    for query, fit in FILTERS.items():
        assert program.names(query) == fit, query


def test_status_of_the_filter_is_what_people_see(program: Program, scene: Scene) -> None:
    """Silence counts before a tick has noticed it."""
    scene.ping(scene.check(name="Nightly"))
    scene.clock.advance(minutes=61)
    assert (program.names("?status=grace"), program.names("?status=up")) == (["Nightly"], [])
    scene.clock.advance(minutes=5)
    assert program.names("?status=down") == ["Nightly"]


@pytest.mark.parametrize("query", ["?limit=3", "?limit=3&tag=odd", "?limit=1&search=job"])
def test_pages_lose_and_repeat_nothing_while_checks_come_and_go(program: Program, scene: Scene, query: str) -> None:
    """Those that were there from the first page to the last are on one page each."""
    made = []
    for number in range(10):
        scene.clock.advance(seconds=1)
        made.append(scene.check(name=f"Job {number}", tags="odd" if number % 2 else "even"))
    expected = [f"Job {number}" for number in range(10) if "tag" not in query or number % 2]
    found: list[str] = []
    for page in program.pages(f"/checks/{query}", "checks"):
        assert len(page) <= 3
        found += [check["name"] for check in page]
        scene.clock.advance(seconds=1)
        if len(found) < len(expected):
            scene.check(name="Added", tags="odd")
            gone = made[int(found[-1].removeprefix("Job "))]
            assert program.delete(f"/checks/{gone}").status_code == 204
    assert [name for name in found if name != "Added"] == expected


def test_page_of_a_filter_fills_up_to_its_limit(program: Program, scene: Scene) -> None:
    """What does not fit takes no room on the page: 30 checks are looked through for one that fits."""
    for number in range(30):
        scene.clock.advance(seconds=1)
        scene.check(name=f"{number}", tags="rare" if number == 29 else "")
    page = told(program.get("/checks/?tag=rare&limit=1"))
    assert ([check["name"] for check in page["checks"]], page["next"]) == (["29"], None)


def test_cursor_is_of_one_list_only(program: Program, stranger: Program, scene: Scene) -> None:
    for check_id in (scene.check(), scene.check()):
        for _ in range(3):
            scene.clock.advance(seconds=1)
            scene.ping(check_id)
    cursor = told(program.get("/checks/?limit=1"))["next"]
    pings = told(program.get(f"/checks/{check_id}/pings/?limit=1"))["next"]
    stranger.scene.check()
    for caller, path in (
        (stranger, f"/checks/?cursor={cursor}"),
        (program, f"/checks/?cursor={pings}"),
        (program, f"/checks/{check_id}/pings/?cursor={cursor}"),
        (program, f"/checks/{check_id}/flips/?cursor={pings}"),
        (program, f"/audit/?cursor={cursor}"),
        (program, f"/channels/?cursor={pings}"),
        (program, f"/checks/?cursor={cursor[:-4]}"),
        (program, "/checks/?cursor=%00"),
    ):
        assert "take `next`" in refused(caller.get(path), 400)


def test_faults_of_a_query_are_all_told(program: Program) -> None:
    assert faults(program.get("/checks/?limit=0&status=late&tags=prod&cursor=")) == {
        "limit": "must be at least 1",
        "status[0]": 'must be one of "down", "grace", "new", "paused", "up"',
        "tags": "is not known here: did you mean tag?",
    }


def test_pause_stops_and_resume_goes_on(program: Program, scene: Scene) -> None:
    check_id = scene.check()
    scene.ping(check_id)
    assert told(program.post(f"/checks/{check_id}/pause"))["status"] == "paused"
    assert told(program.post(f"/checks/{check_id}/pause"))["status"] == "paused"
    assert [flip["new"] for flip in told(program.get(f"/checks/{check_id}/flips/"))["flips"]] == ["paused", "up"]
    assert told(program.post(f"/checks/{check_id}/resume"))["status"] == "new"
    assert refused(program.post(f"/checks/{check_id}/resume"), 409).startswith("This check is not paused")


def test_clear_forgets_pings_and_flips(program: Program, scene: Scene) -> None:
    check_id = scene.check()
    scene.ping(check_id, Kind.FAIL)
    cleared = told(program.post(f"/checks/{check_id}/clear"))
    assert (cleared["status"], cleared["last_ping"], cleared["n_pings"]) == ("new", None, 1)
    assert told(program.get(f"/checks/{check_id}/pings/"))["pings"] == []
    assert told(program.get(f"/checks/{check_id}/flips/"))["flips"] == []


def test_deleted_check_is_not_there(program: Program, scene: Scene) -> None:
    check_id = scene.check()
    assert program.delete(f"/checks/{check_id}").data == b""
    for path in (f"/checks/{check_id}", f"/checks/{check_id}/pings/"):
        assert refused(program.get(path), 404) == "There is no such check."
    assert program.client.get(f"/ping/{check_id}").status_code == 404
    assert refused(program.delete(f"/checks/{NOWHERE}"), 404)

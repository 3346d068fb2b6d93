"""Checks that their first ping makes, `?create=1`: protocol 1.9 and what goes beyond it, on both engines."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fakes import Scene
from tests.tables import everything
from tocsin.domain.check import Status
from tocsin.domain.ping import Kind
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.services.channels import create_channel
from tocsin.services.checks import Wishes, delete_check, edit_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info, Stored

RID = "00000000-0000-4000-8000-00000000000a"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def url(scene: Scene, slug: str = "nightly") -> str:
    return f"/ping/{scene.ping_key}/{slug}"


def only(scene: Scene) -> tuple[Stored, Info]:
    """The one check that there is."""
    (found,) = scene.house.checks.listing(scene.project)
    return found


def hang_up(scene: Scene, name: str) -> str:
    """Another channel, which has a name."""
    house = scene.house
    return create_channel(
        house.checks,
        house.kinds,
        project=scene.project,
        kind="fake",
        name=name,
        config={},
        by=COMMAND,
        now=scene.clock(),
    )


def test_first_ping_makes_the_check(scene: Scene, client: FlaskClient) -> None:
    """Called like its slug, with the protocol's defaults and all channels; the ping is its first."""
    response = client.post(f"{url(scene)}?create=1&rid={RID}", data=b"done")
    assert (response.status_code, response.text, response.mimetype) == (201, "Created", "text/plain")
    assert response.headers["Ping-Body-Limit"] == "100000"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    stored, info = only(scene)
    assert (info.name, info.slug, info.tags) == ("nightly", "nightly", "")
    assert info.channels == {scene.channel_id}
    assert (stored.check.schedule, stored.check.grace) == (Simple(DAY), HOUR)
    assert (stored.check.status, stored.check.n_pings) == (Status.UP, 1)
    ping = scene.entry(stored.check.id, 1)
    assert ping is not None
    assert (ping.rid, ping.body) == (RID, b"done")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS"])
def test_next_ping_finds_the_check(scene: Scene, client: FlaskClient, method: str) -> None:
    """The same line is called for ever, by any method: 201 once, 200 from then on."""
    answers = [client.open(f"{url(scene)}?create=1", method=method) for _ in range(3)]
    assert [(answer.status_code, answer.text) for answer in answers] == [(201, "Created"), (200, "OK"), (200, "OK")]
    assert only(scene)[0].check.n_pings == 3


@pytest.mark.parametrize(
    ("signal", "kind", "status"),
    [
        ("/start", Kind.START, Status.NEW),
        ("/fail", Kind.FAIL, Status.DOWN),
        ("/log", Kind.LOG, Status.NEW),
        ("/keepalive", Kind.KEEPALIVE, Status.NEW),
        ("/0", Kind.SUCCESS, Status.UP),
        ("/3", Kind.FAIL, Status.DOWN),
    ],
)
def test_any_signal_makes_the_check(scene: Scene, client: FlaskClient, signal: str, kind: Kind, status: Status) -> None:
    """And counts as on a check that was there; a failure is told at once."""
    assert client.get(f"{url(scene)}{signal}?create=1").status_code == 201
    check = only(scene)[0].check
    assert (check.status, [ping.kind for ping in scene.log(check.id)]) == (status, [kind])
    scene.house.tick()
    assert scene.told() == (["down"] if status is Status.DOWN else [])


@pytest.mark.parametrize(
    ("asked", "schedule", "grace"),
    [
        ({"timeout": "60"}, Simple(timedelta(minutes=1)), HOUR),
        ({"timeout": "31536000", "grace": "31536000"}, Simple(timedelta(days=365)), timedelta(days=365)),
        ({"grace": "00000090"}, Simple(DAY), timedelta(seconds=90)),
        ({"schedule": "30 4 * * 1-5"}, Cron("30 4 * * 1-5"), HOUR),
        ({"schedule": " 30 4 * * 1-5\n", "tz": "Europe/Kiev"}, Cron("30 4 * * 1-5", "Europe/Kyiv"), HOUR),
        ({"schedule": "30 4 * * *", "timeout": "60", "grace": "60"}, Cron("30 4 * * *"), timedelta(minutes=1)),
        ({"schedule": "Mon 04:30\nFri 05:00"}, OnCalendar("Mon 04:30\nFri 05:00"), HOUR),
        ({"tz": "Europe/Vienna"}, Simple(DAY), HOUR),
    ],
)
def test_schedule_of_the_check_can_be_said(
    scene: Scene, client: FlaskClient, asked: Mapping[str, str], schedule: Schedule, grace: timedelta
) -> None:
    """Lengths in seconds; a schedule goes before a timeout, and has a time zone."""
    assert client.get(url(scene), query_string={"create": "1", **asked}).status_code == 201
    check = only(scene)[0].check
    assert (check.schedule, check.grace) == (schedule, grace)


@pytest.mark.parametrize(
    ("asked", "tags"), [("prod db", "prod db"), ("  prod\tdb prod ", "prod db prod"), ("", ""), ("t" * 500, "t" * 500)]
)
def test_tags_of_the_check_can_be_said(scene: Scene, client: FlaskClient, asked: str, tags: str) -> None:
    """Words with spaces between them, in the order they were given."""
    assert client.get(url(scene), query_string={"create": "1", "tags": asked}).status_code == 201
    assert only(scene)[1].tags == tags


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ("*", ["", "ops", "night watch"]),
        (None, ["", "ops", "night watch"]),
        ("", []),
        ("ops", ["ops"]),
        ("{ops},night watch", ["ops", "night watch"]),
        ("ops,{ops},ops", ["ops"]),
    ],
)
def test_channels_of_the_check_can_be_said(
    scene: Scene, client: FlaskClient, asked: str | None, names: list[str]
) -> None:
    """All, none, or those of these ids or names; saying one twice is saying it once."""
    ids = {"": scene.channel_id} | {name: hang_up(scene, name) for name in ("ops", "night watch")}
    query = {"create": "1"} | ({} if asked is None else {"channels": asked.format(ops=ids["ops"])})
    assert client.get(url(scene), query_string=query).status_code == 201
    assert only(scene)[1].channels == {ids[name] for name in names}


LENGTH = "must be a whole number of seconds from 60 to 31536000"
NO_LENGTHS = ("", "59", "31536001", "-60", "+60", " 60", "3600.0", "1e3", "0x40", "٣٦٠٠", "1 hour", "9" * 9999)
WRONG: tuple[tuple[Mapping[str, str], str], ...] = (
    *(({name: value}, f"{name} {LENGTH}") for name in ("timeout", "grace") for value in NO_LENGTHS),
    ({"schedule": "30 4 * * *", "timeout": "x"}, f"timeout {LENGTH}"),
    *(({"schedule": text}, "schedule: ") for text in ("", "61 * * * *", "0 0 31 2 *", "* " * 99, "30 4 * * *\0")),
    *(({"tz": zone}, "tz: ") for zone in ("", "Mars/Olympus", "europe/vienna", "../../etc/passwd")),
    ({"schedule": "30 4 * * *", "tz": "Mars/Olympus"}, "tz: "),
    ({"tags": "t" * 501}, "tags must be words with spaces between them, at most 500 characters together"),
    ({"channels": ","}, "empty channel identifier"),
    ({"channels": "ops,"}, "empty channel identifier"),
    ({"channels": "pager"}, "invalid channel identifier: pager"),
    ({"channels": "ops,OPS"}, "invalid channel identifier: OPS"),
    ({"channels": "ops, ops"}, "invalid channel identifier:  ops"),
    ({"channels": "ops,*"}, "invalid channel identifier: *"),
    ({"channels": "twins"}, "non-unique channel identifier: twins"),
    ({"rid": ""}, "invalid uuid format"),
    ({"rid": RID[1:]}, "invalid uuid format"),
)


def test_what_is_wrong_is_said_and_nothing_made(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """The answer names the parameter and what it takes; not one item is written."""
    for name in ("ops", "twins", "twins"):
        hang_up(scene, name)
    before = everything(store_url)
    for asked, text in WRONG:
        response = client.post(url(scene), query_string={"create": "1", **asked})
        assert (response.status_code, response.mimetype) == (400, "text/plain"), asked
        assert response.text.startswith(text), asked
    assert everything(store_url) == before


def test_exit_status_that_is_none_makes_nothing(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """It is looked at before the check is made."""
    before = everything(store_url)
    assert client.get(f"{url(scene)}/256?create=1").text == "invalid url format"
    assert client.get(f"{url(scene, 'Nightly')}?create=1").text == "invalid url format"
    assert everything(store_url) == before


def test_only_1_makes_checks(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """Whoever asks otherwise is told that there is none."""
    before = everything(store_url)
    for query in ("", "create", "create=", "create=true", "create=01", "create=1+", "create=1&create=0", "Create=1"):
        response = client.get(f"{url(scene)}?{query}&timeout=oops")
        assert (response.status_code, response.text) == (404, "not found"), query
    assert everything(store_url) == before


def test_last_of_a_repeated_parameter_counts(scene: Scene, client: FlaskClient) -> None:
    """For `create` as for those that say what to make."""
    assert client.get(f"{url(scene)}?create=0&timeout=x&create=1&timeout=120").status_code == 201
    assert only(scene)[0].check.schedule == Simple(timedelta(minutes=2))


def test_nothing_is_made_where_no_project_is_known(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """By an unknown key, by an id, or in answer to a browser's question; 404 comes before any complaint."""
    before = everything(store_url)
    for path in (
        f"/ping/{'x' * 22}/nightly",
        f"/ping/{'x' * 22}/nightly/256",
        f"/ping/{uuid4()}",
        f"/ping/{uuid4()}/x",
    ):
        for query in ("create=1", "create=1&timeout=x", "create=1&rid="):
            assert client.get(f"{path}?{query}").status_code == 404, (path, query)
    asks = {"Access-Control-Request-Method": "POST"}
    assert client.options(f"{url(scene)}?create=1", headers=asks).status_code == 204
    assert everything(store_url) == before


def test_parameters_do_not_matter_to_a_check_that_is_there(scene: Scene, client: FlaskClient) -> None:
    """What people set by hand stays; even nonsense is a ping then."""
    check_id = scene.check(slug="nightly", name="By hand", tags="mine")
    before = scene.house.checks.info(check_id)
    for query in ("timeout=60&tags=x&channels=&schedule=30 4 * * *", "timeout=x&tz=Mars&channels=pager"):
        assert client.get(f"{url(scene)}?create=1&{query}").text == "OK"
    stored, info = only(scene)
    assert info == before
    assert (stored.check.schedule, stored.check.n_pings) == (Simple(HOUR), 2)


def test_slug_of_two_checks_stays_ambiguous(scene: Scene, client: FlaskClient, store_url: str) -> None:
    """A third would not help."""
    for _ in range(2):
        scene.check(slug="nightly")
    before = everything(store_url)
    response = client.get(f"{url(scene)}?create=1&timeout=x")
    assert (response.status_code, response.text) == (409, "ambiguous slug")
    assert everything(store_url) == before


def test_check_that_is_gone_is_made_again(scene: Scene, client: FlaskClient) -> None:
    """Deleted, or given another slug by hand: the next ping makes one anew, time after time."""
    made = []
    for _ in range(3):
        assert client.get(f"{url(scene)}?create=1").status_code == 201
        made.append(only(scene)[0].check.id)
        delete_check(scene.house.checks, check_id=made[-1], by=COMMAND, now=scene.clock())
    assert client.get(f"{url(scene)}?create=1").status_code == 201
    renamed = only(scene)[0].check.id
    edit_check(
        scene.house.checks, check_id=renamed, wishes=Wishes(Info(name="x", slug="other")), by=COMMAND, now=scene.clock()
    )
    assert client.get(f"{url(scene)}?create=1").status_code == 201
    assert client.get(f"{url(scene, 'other')}?create=1").status_code == 200
    assert len({*made, *(stored.check.id for stored, _ in scene.house.checks.listing(scene.project))}) == 5


@pytest.mark.parametrize("again", [False, True])
def test_twenty_at_once_make_one_check(scene: Scene, app: Flask, again: bool) -> None:
    """One is answered 201, and the pings are numbered without gaps; also where an earlier check was deleted."""
    if again:
        app.test_client().get(f"{url(scene)}?create=1")
        delete_check(scene.house.checks, check_id=only(scene)[0].check.id, by=COMMAND, now=scene.clock())
    together = Barrier(20)

    def ping(_: int) -> str:
        together.wait()
        return app.test_client().get(f"{url(scene)}?create=1").text

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(ping, range(20)))
    assert answers == ["Created"] + ["OK"] * 19
    check = only(scene)[0].check
    assert [ping.n for ping in scene.log(check.id)] == list(range(20, 0, -1))
    assert check.n_pings == 20

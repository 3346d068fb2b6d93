"""docs/access-patterns.md is under test: its items, and what each pattern is said to cost."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from os import urandom
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import pytest
from botocore.client import BaseClient
from flask.testing import FlaskClient
from moto import mock_aws

from app import create_app
from tests.fakes import SECRET, Clock, Scene, settings_for
from tests.house.api_stories import programs
from tests.house.document_stories import documents
from tests.house.door_stories import accounts_of_people, links_of_people
from tests.house.factor_stories import factors_kept, factors_of_people
from tests.house.meter import TABLE, Meter
from tests.house.pages import doc, rows
from tests.house.team_stories import teams
from tests.visits import sign_in
from tocsin.channels.port import DeliveryFailed
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron
from tocsin.services import accounts, checks, projects
from tocsin.services.badges import badge_urls, check_badge_urls
from tocsin.services.checks import Wishes
from tocsin.services.keys import create_key, open_with, revoke_key
from tocsin.services.mail_pings import take_mail
from tocsin.services.moving import move_check
from tocsin.services.read_log import read_log
from tocsin.services.retention import set_retention
from tocsin.services.trash import restore_check
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info
from tocsin.stores.keys import KeyKind
from tocsin.stores.members import Member
from tocsin.stores.projects import Role


@contextmanager
def on_dynamodb(folder: Path) -> Iterator[tuple[Scene, FlaskClient]]:
    """A scene of its own, and a browser that its owner is signed in with."""
    with mock_aws():
        clock = Clock()
        app = create_app(settings_for(f"dynamodb://{TABLE}", folder), clock=clock)
        app.extensions["tocsin"].table.create()
        scene = Scene.set(app.extensions["tocsin"], clock)
        client = app.test_client()
        sign_in(client, scene.owner)
        yield scene, client


def pings(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """Does one thing after another, each with its name in the page; nameless ones set the scene."""
    check = scene.check(slug="nightly")
    yield "make a check with a slug"
    scene.ping(check)
    yield "first success of a check"
    scene.ping(check)
    yield "success on a healthy check without rules"
    scene.ping(check, body=b"All is well. " * 400)
    yield "the same with a body of 5,000 bytes that compresses well"
    scene.ping(check, body=urandom(5000))
    yield "the same with one that does not"
    client.get(f"/ping/{scene.ping_key}/nightly")
    yield "the same by slug"
    client.get(f"/ping/{scene.ping_key}/weekly?create=1")
    yield "ping that makes its check (`?create=1`)"
    for kind, name in (
        (Kind.LOG, "log"),
        (Kind.START, "start"),
        (Kind.KEEPALIVE, "keep-alive of a run"),
        (Kind.SUCCESS, "success that ends a run"),
        (Kind.FAIL, "failure that turns it down"),
        (Kind.FAIL, "failure while it is down"),
        (Kind.SUCCESS, "success that brings it back"),
    ):
        scene.ping(check, kind)
        yield name
    take_mail(
        scene.house.checks,
        scene.house.projects,
        domain="ping.example.org",
        recipients=[f"{check}@ping.example.org"],
        sender="cron@db-1",
        message=b"Subject: done",
        now=scene.clock(),
    )
    yield "mail, by id"
    ruled = scene.check(rules=Rules(post_only=True))
    scene.ping(ruled)
    yield ""
    scene.ping(ruled)
    yield "success on a healthy check with rules"
    tolerant = scene.check(limits=Limits(failure_tolerance=1))
    scene.ping(tolerant)
    yield ""
    scene.ping(tolerant, Kind.FAIL)
    yield "failure that is put up with"


def ticks(scene: Scene, client: FlaskClient) -> Iterator[str]:
    check = scene.check()
    yield ""
    scene.house.tick()
    yield "tick with nothing due"
    scene.ping(check)
    scene.clock.advance(minutes=30)
    scene.ping(check)
    scene.clock.advance(minutes=40)
    yield ""
    scene.house.tick()
    yield "a check met that had called in time"
    scene.clock.advance(minutes=40)
    scene.house.tick()
    yield "a check met that fell silent, its alert delivered"
    scene.ping(check)
    yield ""
    scene.house.tick()
    yield "an alert met, and delivered"
    for _ in range(4):
        scene.ping(check)
    set_retention(
        scene.house.checks,
        scene.house.projects,
        project=scene.project,
        days=None,
        count=4,
        by=COMMAND,
        now=scene.clock(),
    )
    scene.clock.advance(minutes=62)
    scene.ping(check)
    scene.clock.advance(minutes=4)
    yield ""
    scene.house.tick()
    yield "a check met that had called in time, its log of too many cleared up by 4"


def upkeep(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house, now, check = scene.house, scene.clock(), scene.check(slug="nightly")
    yield ""
    checks.edit_check(house.checks, check_id=check, wishes=Wishes(Info(name="x", slug="nightly")), by=COMMAND, now=now)
    yield "edit its name"
    checks.pause_check(house.checks, check_id=check, by=COMMAND, now=now)
    yield "pause it"
    checks.resume_check(house.checks, check_id=check, by=COMMAND, now=now)
    yield "resume it"
    read_log(house.checks, stored=scene.read(check), now=now, limit=30)
    yield "a page of a check's log"
    checks.clear_events(house.checks, check_id=check, by=COMMAND, now=now)
    yield "clear it, nothing in its log"
    set_retention(house.checks, house.projects, project=scene.project, days=9, count=9, by=COMMAND, now=scene.clock())
    yield "`flask project retention`, one check"
    scene.hang_up()
    yield "hang up a channel, one check"
    other = projects.create_project(
        house.projects, name="Ops", owner=scene.owner, secret_key=SECRET, by=COMMAND, now=now
    )
    yield ""
    move_check(house.checks, house.projects, check_id=check, to=other.id, by=COMMAND, now=now)
    yield "move it to another project"
    checks.delete_check(house.checks, check_id=check, by=COMMAND, now=now)
    yield "delete it"
    restore_check(house.checks, project=other.id, check_id=check, by=COMMAND, now=now)
    yield "restore it"


def owners(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """People, projects and keys."""
    house, now = scene.house, scene.clock()
    yield ""
    accounts.create_user(house.accounts, email="bob@example.org", password=None, now=now)
    yield "`flask user create`"
    house.accounts.by_email("bob@example.org")
    yield "find somebody by address, or nobody (sign-in, `flask project create`)"
    projects.create_project(
        house.projects,
        name="x",
        owner=scene.owner,
        secret_key=SECRET,
        by=COMMAND,
        now=now,
        given=projects.GivenKeys(api_key="w" * 32, api_key_readonly="r" * 32),
    )
    yield "`flask project create`, owner found"
    projects.edit_project(house.projects, project=scene.project, name="Ops", by=COMMAND, now=now)
    yield "rename a project"
    kind = KeyKind.READ_WRITE
    made, text = create_key(house.keys, kind=kind, owner=scene.project, secret_key=SECRET, by=COMMAND, now=now)
    yield "make an API key of a project"
    open_with(house.keys, text, secret_key=SECRET)
    yield "open with an API key"
    house.keys.of_project(scene.project)
    yield "list the API keys of a project"
    revoke_key(house.keys, key=made, by=COMMAND, now=now)
    yield "revoke an API key of a project"
    house.audit.page(scene.project, now=now, limit=30)
    yield "a page of the audit log"
    scene.check(slug="nightly")
    yield ""
    gone = (house.checks, house.channels, house.projects, house.keys)
    projects.delete_project(*gone, project=scene.project, owner=scene.owner, by=COMMAND, now=now)
    yield "delete a project with one check and one channel"


def pages(scene: Scene, client: FlaskClient) -> Iterator[str]:
    ids = [scene.check(name="Nightly backup of the shop", tags="prod db") for _ in range(99)]
    ids.append(scene.check(slug="nightly"))
    scene.ping(ids[-1])
    yield ""
    scene.house.checks.listing(scene.project)
    yield "list 100 checks"
    seen = _seen(client.get(f"/projects/{scene.project}/checks/").text)
    yield "list of 100 checks"
    client.get(f"/projects/{scene.project}/checks/live?{seen}")
    yield "the same, asked anew"
    client.get(f"/projects/{scene.project}/checks/live")
    yield "the same when something has moved"
    seen = _seen(client.get("/projects/").text)
    yield "overview of a project of 100 checks"
    client.get(f"/projects/?{seen}")
    yield "the overview, asked anew"
    client.get(f"/checks/{ids[-1]}")
    yield "a check"
    client.get(f"/checks/{ids[-1]}/live?seen=never")
    yield "what moved of it"
    client.get(f"/checks/{ids[-1]}/pings/")
    yield "the log of a check"
    client.get(f"/checks/{ids[-1]}/pings/live?after=1&flips=1")
    yield "what is new in it, while nothing is"
    scene.clock.advance(hours=1)
    client.get("/projects/add")
    yield "a form, an hour or more after the last request"
    yield from readers(scene, client, ids[-1])


def _seen(page: str) -> str:
    """What the page sends along when it asks anew."""
    return "seen=" + page.split("seen=")[1].split('"', maxsplit=1)[0]


def readers(scene: Scene, client: FlaskClient, check_id: str) -> Iterator[str]:
    """Programs that only look."""
    project, info = scene.house.projects.get(scene.project), scene.house.checks.info(check_id)
    assert project is not None
    assert info is not None
    _, key = create_key(
        scene.house.keys, kind=KeyKind.READ_ONLY, owner=project.id, secret_key=SECRET, by=COMMAND, now=scene.clock()
    )
    yield ""
    client.get(check_badge_urls(info, "")["svg"])
    yield "badge of a check"
    client.get(badge_urls(project, ["prod"], "", SECRET)["prod"]["svg"])
    yield "badge of a tag or of the project, 100 checks"
    client.get(badge_urls(project, ["prod"], "", "forged")["prod"]["svg"])
    yield "badge with a forged signature"
    client.get(f"/projects/{project.id}/metrics/{key}")
    yield "page for Prometheus, 100 checks"


STORIES = (
    pings,
    ticks,
    upkeep,
    owners,
    teams,
    accounts_of_people,
    links_of_people,
    factors_of_people,
    pages,
    programs,
    documents,
)


def told_costs() -> dict[str, tuple[float, int]]:
    return {row[0]: (float(row[2]), int(row[3])) for row in rows(doc("access-patterns.md")) if row[-1].isdigit()}


@pytest.mark.parametrize("story", STORIES)
def test_access_patterns_cost_what_their_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Callable[[Scene, FlaskClient], Iterator[str]]
) -> None:
    """What a story does is done, and its units counted."""
    meter = Meter()
    with on_dynamodb(tmp_path) as (scene, client), monkeypatch.context() as patch:
        # A function, so that it becomes a method of each client.
        patch.setattr(BaseClient, "_make_api_call", lambda *call: meter.call(*call))  # noqa: PLW0108
        counted = {name: meter.take() for name in story(scene, client)}
    counted.pop("", None)
    told = told_costs()
    assert counted == {name: told.get(name) for name in counted}


def test_every_row_of_costs_is_counted() -> None:
    """A row that no story does could say anything."""
    sources = {story.__module__: inspect.getsource(sys.modules[story.__module__]) for story in STORIES}
    assert [name for name in told_costs() if f'"{name}"' not in "".join(sources.values())] == []


def oddities(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """What the other stories leave out, so that every attribute there is gets written."""
    rules = Rules(post_only=True, filter_http_body=True, keywords=Keywords("a", "b", "c", default_fail=True))
    check, rid = scene.check(slug="odd"), str(uuid4())
    scene.ping(check)
    scene.ping(check, Kind.START, rid=rid)
    scene.ping(check, Kind.SUCCESS, rid=rid, exit_status=0, body=b"done")
    scene.ping(check, Kind.START, rid=rid)
    scene.channel.failures.append(DeliveryFailed("Gone", permanent=True))
    scene.ping(scene.check(), Kind.FAIL)
    scene.house.tick()
    wishes = Wishes(Info(rules=rules), manual_resume=True)
    checks.edit_check(scene.house.checks, check_id=check, wishes=wishes, by=COMMAND, now=scene.clock())
    everything = Limits(timedelta(minutes=1), timedelta(seconds=1), failure_tolerance=2, track_runs=True)
    tracked = Rules(filter_subject=True, filter_body=True)
    wishes = Wishes(Info(rules=tracked), Cron("* * * * *", "Europe/Vienna"), limits=everything)
    other = checks.create_check(scene.house.checks, project=scene.project, wishes=wishes, by=COMMAND, now=scene.clock())
    for kind in (Kind.SUCCESS, Kind.FAIL, Kind.START):
        scene.ping(other, kind, rid=rid, body=urandom(400).hex().encode())
    set_retention(
        scene.house.checks, scene.house.projects, project=scene.project, days=9, count=9, by=COMMAND, now=scene.clock()
    )
    checks.clear_events(scene.house.checks, check_id=scene.check(), by=COMMAND, now=scene.clock())
    eve = accounts.create_user(
        scene.house.accounts, email="eve@example.org", password="correct horse", now=scene.clock()
    )
    scene.house.members.add(scene.project, Member(eve.id, Role.MEMBER, scene.clock()), also=[])
    checks.delete_check(scene.house.checks, check_id=scene.check(), by=COMMAND, now=scene.clock())
    (project,) = scene.house.projects.of_user(scene.owner)
    scene.house.projects.shut(project)
    yield ""


def test_items_are_documented_with_their_attributes(tmp_path: Path) -> None:
    """The table of items tells of every kind that is ever written, with all its attributes, and of no other."""
    items = next(text for text in doc("access-patterns.md").split("\n## ") if text.startswith("Items"))
    told = {row[1].strip("`").partition("#")[0]: set(re.findall(r"`(\w+)`", row[3])) for row in rows(items)[2:]}
    found: dict[str, set[str]] = {}
    for story in (pings, ticks, upkeep, owners, teams, accounts_of_people, links_of_people, factors_kept, oddities):
        with on_dynamodb(tmp_path) as (scene, client):
            list(story(scene, client))
            sdk: Any = botocore.session.get_session().create_client("dynamodb")
            for item in sdk.scan(TableName=TABLE)["Items"]:
                found.setdefault(item["sk"]["S"].partition("#")[0], set()).update(item.keys() - {"pk", "sk"})
    assert found == told

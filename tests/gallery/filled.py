"""A site that somebody has lived in for a while, made through the services: what is looked at, and photographed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from app import create_app
from tests.channels.receivers import closed_port
from tests.fakes import SECRET, settings_for
from tests.gallery.jobs import DAY, HISTORY, HOUR, JOBS, Job
from tests.gallery.people import settle_people
from tests.gallery.security import ISSUER, secure
from tocsin.domain.ping import Kind
from tocsin.house import House, utc_now
from tocsin.services import accounts, channels, checks
from tocsin.services.checks import Wishes
from tocsin.services.founding import found_project
from tocsin.services.record_ping import Source, record_ping
from tocsin.settings import OidcSettings
from tocsin.stores.accounts import User
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Info

OWNER = "ada@example.org"
PASSWORD = "a sentence of mine"
_SOURCE = Source("https", "POST", "203.0.113.24", "curl/8.14.1")
_KINDS = {"": (Kind.SUCCESS, None), "start": (Kind.START, None), "1": (Kind.FAIL, 1)}


@dataclass
class PlayedClock:
    """Shows what it is set to; once set to None, the time of this machine."""

    set_to: datetime | None = field(default_factory=utc_now)

    def __call__(self) -> datetime:
        return self.set_to or utc_now()


@dataclass
class Filled:
    app: Flask
    house: House
    clock: PlayedClock
    owner: User
    project: str
    url: str
    ids: dict[str, str] = field(default_factory=dict)
    """Of the checks, by the name of the job."""
    others: dict[str, str] = field(default_factory=dict)
    """Of whatever else stands in paths, by what it is called there."""

    @property
    def by(self) -> Actor:
        return Actor("user", self.owner.email)


@contextmanager
def filled_site(folder: Path) -> Iterator[Filled]:
    """Serve it on a port of this machine; what happens from now on happens now."""
    port = closed_port()
    clock = PlayedClock(utc_now() - HISTORY - DAY)
    url = f"http://localhost:{port}"  # a name: passkeys are made for nothing else
    facts = {"site_root": url, "sign_up": True, "oidc": OidcSettings(ISSUER, "tocsin", name="Example Staff")}
    app = create_app(settings_for(f"sqlite://{folder / 'tocsin.sqlite3'}", folder, **facts), clock=clock)
    site = _furnished(app, clock, url)
    _live_through(site)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    Thread(target=server.serve_forever, daemon=True).start()
    _ring(site)
    _throw_away(site)
    secure(site.house, site.owner)
    try:
        yield site
    finally:
        server.shutdown()
        site.house.courier.close()
        site.house.table.close()  # type: ignore[attr-defined]


class _Quiet(WSGIRequestHandler):
    def log(self, *_: object) -> None:
        """Nobody reads it."""


def _furnished(app: Flask, clock: PlayedClock, url: str) -> Filled:
    house: House = app.extensions["tocsin"]
    owner = accounts.create_user(house.accounts, email=OWNER, password=PASSWORD, now=clock())
    project, _ = (_project(house, owner, name) for name in ("Shop and home", "Weather station on the roof"))
    site = Filled(app, house, clock, owner, project, url)
    rings = frozenset(channel.id for channel in house.channels.of_project(project))
    for job in JOBS:
        told = Info(name=job.name, tags=job.tags, slug=job.slug, desc=job.desc, channels=rings)
        wishes = Wishes(told, job.schedule, job.grace, job.limits)
        site.ids[job.name] = checks.create_check(house.checks, project=project, wishes=wishes, by=site.by, now=clock())
    site.others = settle_people(house, project=project, owner=owner.id, by=site.by)
    return site


def _project(house: House, owner: User, name: str) -> str:
    facts = {"owner": owner, "name": name, "secret_key": SECRET, "now": house.clock()}
    return found_project(house.projects, house.checks, house.kinds, **facts)  # type: ignore[arg-type]


def _hang_up(site: Filled, kind: str, name: str, config: dict[str, str]) -> None:
    house, facts = site.house, {"kind": kind, "name": name, "config": config, "by": site.by, "now": site.clock()}
    channels.create_channel(house.checks, house.kinds, project=site.project, **facts)  # type: ignore[arg-type]


def _ring(site: Filled) -> None:
    """Channels that work, that fail, and that nobody has tried."""
    house = site.house
    _hang_up(site, "webhook", "On-call chat", {"url_down": f"{site.url}/api/v3/status/", "url_up": ""})
    _hang_up(site, "webhook", "Pager", {"url_down": f"http://127.0.0.1:{closed_port()}/page", "url_up": ""})
    project = house.projects.get(site.project)
    assert project
    for channel in house.channels.of_project(site.project):
        channels.test_channel(
            house.channels,
            house.kinds,
            house.notices,
            channel=channel,
            project=project,
            by=site.by,
            now=site.clock(),
        )
    _hang_up(site, "email", "", {"address": "night-shift@example.org"})


def _throw_away(site: Filled) -> None:
    """Two checks in one act, for the page of deleted ones."""
    house, now = site.house, site.clock()
    for name, tags in (("Old web server, disk space", "legacy web"), ("Fax gateway", "legacy")):
        wishes = Wishes(Info(name=name, tags=tags))
        made = checks.create_check(house.checks, project=site.project, wishes=wishes, by=site.by, now=now)
        checks.delete_check(house.checks, check_id=made, by=site.by, now=now)


def _live_through(site: Filled) -> None:
    """All pings in their order, with a look at what is due where somebody would have heard silence."""
    now = utc_now()
    signals = sorted(((signal, job) for job in JOBS for signal in job.signals(now)), key=lambda pair: pair[0].at)
    for signal, job in signals:
        _tick_until(site, signal.at)
        kind, exit_status = _KINDS[signal.kind]
        facts = {"kind": kind, "exit_status": exit_status, "body": signal.body, "now": signal.at, "source": _SOURCE}
        record_ping(site.house.checks, check_id=site.ids[job.name], **facts)  # type: ignore[arg-type]
    _tick_until(site, now)
    for job in JOBS:
        _end(site, job, now)
    site.clock.set_to = None


def _tick_until(site: Filled, at: datetime) -> None:
    """Once an hour, to notice who has been silent; and at the end, for whoever has just been heard of."""
    while site.clock() + HOUR < at:
        site.clock.set_to = site.clock() + HOUR
        site.house.tick()
    if at - site.clock() > timedelta():
        site.clock.set_to = at
        site.house.tick()


def _end(site: Filled, job: Job, now: datetime) -> None:
    if job.fate == "paused":
        checks.pause_check(site.house.checks, check_id=site.ids[job.name], by=site.by, now=now)

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask

from tests.fakes import SECRET, Clock
from tests.visits import sign_in
from tests.web.browser import Browser
from tocsin.domain.ping import Kind, Ping
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Schedule, Simple
from tocsin.house import House
from tocsin.services import accounts, checks, invitations
from tocsin.services.checks import Wishes
from tocsin.services.founding import found_project
from tocsin.services.record_ping import Source, record_ping
from tocsin.stores.accounts import User
from tocsin.stores.audit import COMMAND, Act, AuditEntry
from tocsin.stores.check_items import Info
from tocsin.stores.members import Member
from tocsin.stores.projects import Role


@dataclass
class Site:
    """A person with a project, a channel that mails them, and a browser in which they are signed in."""

    app: Flask
    house: House
    clock: Clock
    user: User
    project: str
    browser: Browser
    token: str = ""
    """Of an invitation to the project, if there is one."""

    @property
    def list_url(self) -> str:
        return f"/projects/{self.project}/checks/"

    @property
    def channels_url(self) -> str:
        return f"/projects/{self.project}/channels/"

    def sign_in(self) -> None:
        """Again: a session that nobody uses for a month ends."""
        sign_in(self.browser.client, self.user.id)

    def check(
        self,
        *,
        timeout: timedelta = timedelta(hours=1),
        schedule: Schedule | None = None,
        grace: timedelta = timedelta(minutes=5),
        limits: Limits = Limits(),
        **info: object,
    ) -> str:
        rings = frozenset(channel.id for channel in self.house.channels.of_project(self.project))
        told = Info(**({"name": "Job", "channels": rings} | info))  # type: ignore[arg-type]
        wishes = Wishes(told, schedule or Simple(timeout), grace, limits)
        return checks.create_check(self.house.checks, project=self.project, wishes=wishes, by=COMMAND, now=self.clock())

    def member(self, role: Role, *, email: str = "") -> Browser:
        """Let somebody else into the project, in this role; returns their browser."""
        email = email or f"{role.value}@example.org"
        user = accounts.create_user(self.house.accounts, email=email, password=None, now=self.clock())
        self.house.members.add(self.project, Member(user.id, role, self.clock()), also=[])
        return browser_of(self.app, user)

    def invite(self, email: str, role: Role) -> str:
        """The token in the link that would be mailed."""
        links: list[str] = []
        here = self.house
        desk = invitations.Desk(
            *(here.accounts, here.members, here.projects, here.invitations, here.tokens, here.rate_limits),
            send=lambda *sent: links.append(str(sent[-1])),
        )
        project = here.projects.get(self.project)
        assert project
        invitations.invite(desk, project=project, email=email, role=role, inviter=self.user, now=self.clock())
        return links[0]

    def noted(self, act: Act) -> AuditEntry:
        """The only entry of the audit log with this act."""
        entries, _ = self.house.audit.page(self.project, now=self.clock(), limit=1000)
        [found] = [entry for entry in entries if entry.act == act]
        return found

    def ping(self, check_id: str, kind: Kind = Kind.SUCCESS, *, ua: str = "curl/8", **facts: object) -> Ping:
        source = Source(remote_addr="192.0.2.7", ua=ua)
        return record_ping(
            self.house.checks,
            check_id=check_id,
            kind=kind,
            now=self.clock(),
            source=source,
            **facts,  # type: ignore[arg-type]
        )

    def entry(self, check_id: str, n: int) -> Ping | None:
        """One ping of the log, with its whole body."""
        return self.house.checks.log.ping(check_id, n, now=self.clock())


def settle(app: Flask, clock: Clock, email: str) -> Site:
    """Without a password: hashing one takes longer than most tests do."""
    house: House = app.extensions["tocsin"]
    user = accounts.create_user(house.accounts, email=email, password=None, now=clock())
    project = found_project(
        house.projects,
        house.checks,
        house.kinds,
        owner=user,
        name="Backups",
        secret_key=SECRET,
        now=clock(),
    )
    return Site(app, house, clock, user, project, browser_of(app, user))


def browser_of(app: Flask, user: User) -> Browser:
    """A browser in which the user is signed in."""
    client = app.test_client()
    sign_in(client, user.id)
    return Browser(client)


@pytest.fixture
def site(app: Flask, clock: Clock) -> Site:
    return settle(app, clock, "alice@example.org")


@pytest.fixture
def other(app: Flask, clock: Clock, site: Site) -> Site:
    """Somebody else, with a project of their own."""
    return settle(app, clock, "bob@example.org")


@pytest.fixture
def anonymous(app: Flask) -> Browser:
    return Browser(app.test_client())

"""Stand-ins with behaviour of their own, and short ways to a house with something in it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tocsin.channels.port import Config, DeliveryFailed, Notice
from tocsin.channels.registry import Registry
from tocsin.domain.flip import Flip
from tocsin.domain.ping import Kind, Ping
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Simple
from tocsin.house import House
from tocsin.services import accounts, channels, checks, projects
from tocsin.services.checks import Wishes
from tocsin.services.record_ping import Source, record_ping
from tocsin.settings import Settings
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.invitations import Invitation
from tocsin.stores.members import Member
from tocsin.stores.projects import Role
from tocsin.stores.table import Table

ROOT = Path(__file__).parent.parent
SECRET = "a secret for tests only"
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@dataclass
class Clock:
    """Stands still until it is told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        return self.now


@dataclass
class FakeChannel:
    """Remembers what it was told. Fails as often as it is asked to."""

    kind: str = "fake"
    title: str = "Fake"
    told: list[Notice] = field(default_factory=list)
    failures: list[DeliveryFailed | RuntimeError] = field(default_factory=list)

    def validate(self, config: Mapping[str, object]) -> Config:
        return {key: str(value) for key, value in config.items()}

    def summary(self, config: Config) -> str:
        return "nowhere"

    def wants(self, config: Config, *, up: bool) -> bool:
        return config.get("only") in (None, "up" if up else "down")

    def send(self, config: Config, notice: Notice) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.told.append(notice)


def own_environ(folder: Path, **settings: str) -> dict[str, str]:
    """For a process that keeps everything in `folder`; `settings` are named without their prefix."""
    own = {"STORE": f"sqlite://{folder / 'tocsin.sqlite3'}", "SECRET_KEY": SECRET, "MAIL": f"file://{folder / 'mail'}"}
    return {"PATH": os.environ["PATH"]} | {f"TOCSIN_{name}": value for name, value in (own | settings).items()}


def settings_for(store_url: str, folder: Path, **changes: object) -> Settings:
    values: dict[str, object] = {
        "store": store_url,
        "secret_key": SECRET,
        "mail": f"file://{folder / 'mail'}",
        "mail_from": "tocsin@example.org",
        "templates": ROOT / "templates",
        "allow_private_targets": True,
    }
    return Settings(**(values | changes))  # type: ignore[arg-type]


@dataclass
class Scene:
    """A house with one owner, one project and one channel, which tells `channel`."""

    house: House
    channel: FakeChannel
    clock: Clock
    project: str = ""
    owner: str = ""
    channel_id: str = ""
    ping_key: str = ""

    def delete_project(self) -> None:
        """As an operator does, with all that is in it."""
        house = self.house
        rooms = (house.checks, house.channels, house.projects, house.keys)
        projects.delete_project(*rooms, project=self.project, owner=None, by=COMMAND, now=self.clock())

    @classmethod
    def set(cls, house: House, clock: Clock, *, owner: str = "alice@example.org") -> Scene:
        """Furnish the table of `house` anew, with a fake kind of channel beside its own."""
        fake = FakeChannel()
        kinds = Registry([*(kind for kind in house.kinds if kind.kind != fake.kind), fake])
        scene = cls(House(house.settings, house.table, kinds, clock=clock, mail=house.mail), fake, clock)
        person = accounts.create_user(scene.house.accounts, email=owner, password=None, now=clock())
        made = projects.create_project(
            scene.house.projects, name="Backups", owner=person.id, secret_key=SECRET, by=COMMAND, now=clock()
        )
        scene.project, scene.owner, scene.ping_key = made.id, person.id, made.ping_key
        scene.channel_id = scene.hang_up()
        return scene

    def hang_up(self, *, kind: str = "fake", **config: str) -> str:
        return channels.create_channel(
            self.house.checks,
            self.house.kinds,
            project=self.project,
            kind=kind,
            name="",
            config=config,
            by=COMMAND,
            now=self.clock(),
        )

    def check(
        self,
        *,
        timeout: timedelta = timedelta(hours=1),
        grace: timedelta = timedelta(minutes=5),
        limits: Limits = Limits(),
        **info: object,
    ) -> str:
        rings = frozenset(channel.id for channel in self.house.channels.of_project(self.project))
        wishes = Wishes(Info(**({"channels": rings} | info)), Simple(timeout), grace, limits)  # type: ignore[arg-type]
        return checks.create_check(self.house.checks, project=self.project, wishes=wishes, by=COMMAND, now=self.clock())

    def join(self, email: str, role: Role = Role.MEMBER) -> str:
        """Let somebody new into the project's team; returns their id."""
        person = accounts.create_user(self.house.accounts, email=email, password=None, now=self.clock())
        self.house.members.add(self.project, Member(person.id, role, self.clock()), also=[])
        return person.id

    def invite(self, email: str) -> str:
        """An invitation that waits for an answer, though no letter went out; returns its id."""
        now = self.clock()
        by, expires = "alice@example.org", now + timedelta(days=7)
        invited = Invitation(self.project, email, Role.MEMBER, by, self.owner, now, expires, "")
        self.house.invitations.put(invited)
        return invited.id

    def ping(self, check_id: str, kind: Kind = Kind.SUCCESS, **facts: object) -> Ping:
        source = Source(remote_addr="192.0.2.7", ua="curl/8")
        return record_ping(
            self.house.checks,
            check_id=check_id,
            kind=kind,
            now=self.clock(),
            source=source,
            **facts,  # type: ignore[arg-type]
        )

    def read(self, check_id: str) -> Stored:
        stored = self.house.checks.get(check_id)
        assert stored is not None
        return stored

    def log(self, check_id: str, *, limit: int = 99) -> list[Ping]:
        """The check's pings, the newest first."""
        return self.house.checks.log.pings(self.read(check_id), now=self.clock(), limit=limit)

    def entry(self, check_id: str, n: int) -> Ping | None:
        """One ping, with its whole body."""
        return self.house.checks.log.ping(check_id, n, now=self.clock())

    def flips(self, check_id: str, *, limit: int = 99) -> list[Flip]:
        """The check's flips, the newest first."""
        return self.house.checks.log.flips(self.read(check_id), now=self.clock(), limit=limit)

    def told(self) -> list[str]:
        """The statuses that the channel was told of, in order."""
        return [notice.status for notice in self.channel.told]


def through(scene: Scene, table: Table) -> House:
    """The same house, reaching its table by another way."""
    return House(scene.house.settings, table, scene.house.kinds, clock=scene.clock)

"""The jobs of a household of servers: what the filled site is filled with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
HISTORY = 75 * DAY
NO_SPACE = b"error: no space left on device\n"


@dataclass(frozen=True)
class Signal:
    """A ping that is to come: `kind` as in its URL, where `0` and `1` are exit statuses."""

    at: datetime
    kind: str = ""
    body: bytes = b""


@dataclass(frozen=True)
class Job:
    name: str
    tags: str
    schedule: Schedule
    grace: timedelta
    takes: timedelta | None = None
    """How long a run takes, more or less; without it, the job tells its success only."""
    since: timedelta = HISTORY
    fate: str = ""
    """`dead`, `late`, `failing`, `running`, `new`, `paused`."""
    silent: tuple[int, ...] = ()
    """So many runs ago it did not call."""
    failed: tuple[int, ...] = ()
    """So many runs ago it failed."""
    desc: str = ""
    slug: str = ""
    says: bytes = b""
    limits: Limits = Limits()

    def signals(self, now: datetime) -> Iterator[Signal]:
        """Its pings until now, the oldest run first."""
        chance = Random(self.name)  # noqa: S311 (a die, and the same throws every time)
        begins = [] if self.fate == "new" else list(self._begins(now))
        for ago, began in reversed(list(enumerate(reversed(begins)))):
            if ago not in self.silent:
                yield from self._run(began, now, chance, failed=ago in self.failed)
        if self.fate == "running":
            yield Signal(now - 4 * MINUTE, "start")

    def _begins(self, now: datetime) -> Iterator[datetime]:
        """When its runs begin: by the calendar, or so that the last one was a telling while ago."""
        if isinstance(self.schedule, Simple):
            last = now - self._since_last()
            yield from (
                last - ago * self.schedule.timeout for ago in range(self.since // self.schedule.timeout, -1, -1)
            )
            return
        at = self.schedule.next_after(now - self.since)
        while at and at < now:
            yield at
            at = self.schedule.next_after(at)

    def _since_last(self) -> timedelta:
        assert isinstance(self.schedule, Simple)
        period = self.schedule.timeout
        if self.fate == "dead":
            return period + self.grace + 5 * HOUR
        if self.fate == "late":
            return period + self.grace / 3
        return min(period * 0.4, 7 * HOUR)

    def _run(self, began: datetime, now: datetime, chance: Random, *, failed: bool) -> Iterator[Signal]:
        end = began + (self.takes or timedelta()) * chance.lognormvariate(0, 0.22)
        if self.takes:
            yield Signal(began, "start")
        if end < now:
            yield Signal(end, "1" if failed else "", NO_SPACE if failed else self.says)


VIENNA = "Europe/Vienna"
DUMP = b"dumping shop\n  41 tables, 3 views\n  1.84 GB written to /backup/shop.dump\nverified in 38 s\ndone\n"
JOBS = (
    Job(
        *("Shop database, nightly dump", "prod db backup", Cron("30 2 * * *", VIENNA), HOUR),
        takes=14 * MINUTE,
        failed=(9, 31),
        silent=(47,),
        slug="shop-dump",
        says=DUMP,
        desc="pg_dump of the shop to the second data centre.\nIf it fails: see the runbook, chapter 4.",
    ),
    Job("Certificates, renewal", "prod web", Simple(12 * HOUR), HOUR, fate="dead", slug="certbot"),
    Job("Invoices to accounting", "prod", OnCalendar("Mon..Fri 06:15", VIENNA), HOUR, says=b"212 sent\n"),
    Job(
        *("Search index, rebuild", "prod web", Simple(DAY), 2 * HOUR),
        takes=52 * MINUTE,
        fate="running",
        limits=Limits(max_duration=2 * HOUR),
    ),
    Job("Mail queue, watchdog", "prod mail", Simple(15 * MINUTE), 10 * MINUTE, since=8 * HOUR),
    Job("Photos, mirror to the NAS", "backup home", Simple(DAY), 6 * HOUR, takes=3 * HOUR, failed=(20,)),
    Job("Staging, fresh data", "staging db", Cron("0 5 * * 1", VIENNA), 3 * HOUR, takes=40 * MINUTE),
    Job("Log rotation", "prod", Simple(DAY), 3 * HOUR, takes=timedelta(seconds=8), fate="late", slug="logrotate"),
    Job("Sensor in the greenhouse", "home iot", Simple(HOUR), 30 * MINUTE, since=2 * DAY, silent=(12, 13)),
    Job("Old importer", "legacy", Simple(DAY), HOUR, since=20 * DAY, fate="paused"),
    Job("Quarterly report", "finance", Cron("0 7 1 */3 *", VIENNA), DAY, fate="new"),
    Job(
        *("Replication lag of eu-central-1b-analytics-warehouse-replica-07, measured by the other side", "prod db"),
        *(Simple(HOUR), 20 * MINUTE),
        since=2 * DAY,
        fate="failing",
        failed=(0,),
    ),
)

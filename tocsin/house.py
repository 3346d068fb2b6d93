"""Everything that the ways in need, wired once a process by the porch (`app.py`) and handed to the handlers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic

from tocsin.channels.registry import Registry
from tocsin.services.deliver import Courier
from tocsin.services.notices import Notices
from tocsin.services.tick import Ticked, tick
from tocsin.settings import Settings
from tocsin.stores.accounts import Accounts
from tocsin.stores.alerts import Alerts
from tocsin.stores.audit import Audit
from tocsin.stores.channels import Channels
from tocsin.stores.checks import Checks
from tocsin.stores.inbox import Inbox
from tocsin.stores.keys import Keys
from tocsin.stores.log import Log
from tocsin.stores.projects import Projects
from tocsin.stores.table import Table

TICK_TIME = timedelta(seconds=40)
"""A tick begins nothing new after so long: the next one is never more than a minute away."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class House:
    settings: Settings
    table: Table
    kinds: Registry
    clock: Callable[[], datetime]
    checks: Checks
    alerts: Alerts
    channels: Channels
    projects: Projects
    accounts: Accounts
    keys: Keys
    audit: Audit
    notices: Notices
    courier: Courier
    inbox: Inbox | None
    """Where mails lie that Amazon SES took in; None: nowhere."""

    def tick(
        self, *, now: datetime | None = None, time: timedelta = TICK_TIME, wait_for: timedelta | None = None
    ) -> Ticked:
        """One pass over what is due, as of `now`. Begins nothing new after `time`, waits `wait_for` for deliveries.

        Without `wait_for` it waits for all of them.
        """
        end = monotonic() + time.total_seconds()
        return tick(
            self.checks,
            self.courier,
            now=now or self.clock(),
            clock=self.clock(),
            out_of_time=lambda: monotonic() > end,
            wait_for=wait_for,
        )


def furnish(
    settings: Settings,
    table: Table,
    kinds: Registry,
    *,
    clock: Callable[[], datetime] = utc_now,
    inbox: Inbox | None = None,
) -> House:
    """Put the repositories and services on top of a table and a set of channel kinds."""
    checks = Checks(table, Log(table, settings.log_age))
    alerts, channels, projects = Alerts(table), Channels(table), Projects(table)
    notices = Notices(checks, projects, settings.links_root, settings.ping_urls(settings.links_root))
    return House(
        settings=settings,
        table=table,
        kinds=kinds,
        clock=clock,
        checks=checks,
        alerts=alerts,
        channels=channels,
        projects=projects,
        accounts=Accounts(table),
        keys=Keys(table),
        audit=Audit(table),
        notices=notices,
        courier=Courier(alerts, channels, kinds, notices),
        inbox=inbox,
    )

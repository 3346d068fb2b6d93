"""Everything that the ways in need, wired once a process by the porch (`app.py`) and handed to the handlers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

from msgspec import Struct

from tocsin.channels.mail_port import Transport
from tocsin.channels.registry import Registry
from tocsin.late import late
from tocsin.settings import Settings
from tocsin.stores.checks import Checks
from tocsin.stores.inbox import Inbox
from tocsin.stores.log import Log
from tocsin.stores.projects import Projects
from tocsin.stores.table import Table

if TYPE_CHECKING:
    from tocsin.services.deliver import Courier
    from tocsin.services.heartbeat import Heartbeat
    from tocsin.services.notices import Notices
    from tocsin.services.oidc_provider import Provider
    from tocsin.services.post import Post
    from tocsin.services.rate_limits import RateLimits
    from tocsin.services.tick import Ticked
    from tocsin.stores.accounts import Accounts
    from tocsin.stores.activity import Activity
    from tocsin.stores.alerts import Alerts
    from tocsin.stores.audit import Audit
    from tocsin.stores.channels import Channels
    from tocsin.stores.factors import Factors
    from tocsin.stores.identities import Identities
    from tocsin.stores.invitations import Invitations
    from tocsin.stores.keys import Keys
    from tocsin.stores.members import Members
    from tocsin.stores.sessions import Sessions
    from tocsin.stores.tokens import Tokens
    from tocsin.stores.transfers import Transfers
    from tocsin.stores.trash import Trash

TICK_TIME = timedelta(seconds=40)
"""A tick begins nothing new after so long: the next one is never more than a minute away."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class House(Struct, frozen=True, dict=True):
    """The repositories and services stand on the table. What a ping does not need is made, and imported, late."""

    settings: Settings
    table: Table
    kinds: Registry
    clock: Callable[[], datetime] = utc_now
    inbox: Inbox | None = None
    """Where mails lie that Amazon SES took in; None: nowhere."""
    mail: Transport | None = None
    """How letters about accounts leave; None: this house writes none."""

    @late
    def checks(self) -> Checks:
        return Checks(self.table, Log(self.table, self.settings.log_age))

    @late
    def projects(self) -> Projects:
        return Projects(self.table)

    @late
    def alerts(self) -> Alerts:
        from tocsin.stores.alerts import Alerts

        return Alerts(self.table)

    @late
    def channels(self) -> Channels:
        from tocsin.stores.channels import Channels

        return Channels(self.table)

    @late
    def accounts(self) -> Accounts:
        from tocsin.stores.accounts import Accounts

        return Accounts(self.table)

    @late
    def members(self) -> Members:
        from tocsin.stores.members import Members

        return Members(self.table)

    @late
    def sessions(self) -> Sessions:
        from tocsin.stores.sessions import Sessions

        return Sessions(self.table)

    @late
    def activity(self) -> Activity:
        from tocsin.stores.activity import Activity

        return Activity(self.table)

    @late
    def tokens(self) -> Tokens:
        from tocsin.stores.tokens import Tokens

        return Tokens(self.table)

    @late
    def rate_limits(self) -> RateLimits:
        from tocsin.services.rate_limits import RateLimits
        from tocsin.stores.buckets import Buckets

        return RateLimits(Buckets(self.table), self.settings.secret_key, self.clock)

    @late
    def post(self) -> Post:
        from tocsin.channels.rendering import mail_renderer
        from tocsin.services.post import Post

        assert self.mail is not None
        return Post(self.mail, mail_renderer(self.settings.templates / "mail"), self.settings.site_name)

    @late
    def factors(self) -> Factors:
        from tocsin.stores.factors import Factors

        return Factors(self.table)

    @late
    def identities(self) -> Identities:
        from tocsin.stores.identities import Identities

        return Identities(self.table)

    @late
    def provider(self) -> Provider | None:
        """None: nobody signs in by an identity provider."""
        from tocsin.services.oidc_provider import Provider

        return Provider(self.settings.oidc) if self.settings.oidc else None

    @late
    def invitations(self) -> Invitations:
        from tocsin.stores.invitations import Invitations

        return Invitations(self.table)

    @late
    def transfers(self) -> Transfers:
        from tocsin.stores.transfers import Transfers

        return Transfers(self.table)

    @late
    def keys(self) -> Keys:
        from tocsin.stores.keys import Keys

        return Keys(self.table)

    @late
    def audit(self) -> Audit:
        from tocsin.stores.audit import Audit

        return Audit(self.table)

    @late
    def trash(self) -> Trash:
        from tocsin.stores.trash import Trash

        return Trash(self.table)

    @late
    def notices(self) -> Notices:
        from tocsin.services.notices import Notices

        root = self.settings.links_root
        return Notices(self.checks, self.projects, root, self.settings.ping_urls(root))

    @late
    def courier(self) -> Courier:
        from tocsin.services.deliver import Courier

        return Courier(self.alerts, self.channels, self.kinds, self.notices)

    @late
    def heartbeat(self) -> Heartbeat | None:
        """None: no other monitor waits for one."""
        from tocsin.services.heartbeat import Heartbeat

        return Heartbeat(self.settings.heartbeat_url) if self.settings.heartbeat_url else None

    def tick(
        self, *, now: datetime | None = None, time: timedelta = TICK_TIME, wait_for: timedelta | None = None
    ) -> Ticked:
        """One pass over what is due, as of `now`. Begins nothing new after `time`, waits `wait_for` for deliveries.

        Without `wait_for` it waits for all of them. One that went well is told by the heartbeat, unless it was a look
        at another moment: that is no sign that anybody ticks.
        """
        from tocsin.services.tick import tick

        end = monotonic() + time.total_seconds()
        ticked = tick(
            self.checks,
            self.courier,
            now=now or self.clock(),
            clock=self.clock(),
            out_of_time=lambda: monotonic() > end,
            wait_for=wait_for,
        )
        if self.heartbeat and now is None and ticked.complete and monotonic() <= end:
            self.heartbeat.beat(self.clock(), wait_for=wait_for)
        return ticked

"""What a message may say about a flip: gathered when it is delivered, with status and last ping as at the flip."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from tocsin.channels.port import LastPing, Notice
from tocsin.domain.check import Status, unique_key
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import Ping
from tocsin.domain.wording import duration_words
from tocsin.services.check_object import View, check_json
from tocsin.services.schedules import in_words
from tocsin.stores.alerts import Alert
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project, Projects


class Notices(Struct, frozen=True):
    checks: Checks
    projects: Projects
    site_root: str
    ping_urls: str
    """What ping URLs begin with."""

    def of(self, alert: Alert) -> Notice | None:
        """Tell of one alert; None if its check is gone."""
        found = self.checks.find(alert.check_id)
        if found is None:
            return None
        stored, info = found
        ping = self.checks.log.ping(alert.check_id, alert.ping_n, now=alert.flip.at) if alert.ping_n else None
        return self._notice(
            stored, info, self.projects.get(alert.project), alert.flip, ping=ping, key=alert.idempotency_key
        )

    def test(self, project: Project, *, up: bool, now: datetime, key: str) -> Notice:
        """Tell of a check that does not exist, so that an owner sees what a message looks like."""
        root = f"{self.site_root}/projects/{project.id}"
        return Notice(
            key=key,
            up=up,
            at=now,
            reason=Reason.NONE if up else Reason.TIMEOUT,
            check_id="00000000-0000-4000-8000-000000000000",
            name="TEST",
            slug="test",
            tags=("test",),
            desc="This is how a notice looks. No check of yours changed.",
            project=project.name,
            schedule="every 1 day, grace time 1 hour",
            check_json='{"name": "TEST", "status": "' + ("up" if up else "down") + '"}',
            n_pings=42,
            last_ping=None,
            downtime=None,
            url=f"{root}/checks/",
            channels_url=f"{root}/channels/",
            test=True,
        )

    def _notice(
        self, stored: Stored, info: Info, project: Project | None, flip: Flip, *, ping: Ping | None, key: str
    ) -> Notice:
        check = stored.check
        up = flip.new is Status.UP
        return Notice(
            key=key,
            up=up,
            at=flip.at,
            reason=flip.reason,
            check_id=check.id,
            name=info.name,
            slug=info.slug,
            tags=info.tag_list,
            desc=info.desc,
            project=project.name if project else "",
            schedule=schedule_words(stored),
            check_json=check_json(stored, info, View(self.site_root, self.ping_urls), now=flip.at, status=flip.new),
            n_pings=check.n_pings,
            last_ping=_last_ping(ping),
            downtime=flip.at - flip.since if up and flip.since else None,
            url=f"{self.site_root}/cloaked/{unique_key(check.id)}/",
            channels_url=f"{self.site_root}/projects/{stored.project}/channels/",
        )


def schedule_words(stored: Stored) -> str:
    """A check's schedule as a phrase: every 1 hour, grace time 5 minutes."""
    return f"{in_words(stored.check.schedule)}, grace time {duration_words(stored.check.grace)}"


def _last_ping(ping: Ping | None) -> LastPing | None:
    if ping is None:
        return None
    return LastPing(ping.at, ping.kind.value, ping.n, ping.exit_status, ping.body, ping.scheme)

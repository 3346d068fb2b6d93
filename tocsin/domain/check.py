"""A check: the state of one watched job, and what time makes of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tocsin.domain.schedule import Schedule, Simple


def unique_key(check_id: str) -> str:
    """A name for a check that does not give away its ping URL: SHA-1 of its id's first 16 digits (protocol 10, 15)."""
    return hashlib.sha1(check_id.replace("-", "")[:16].encode(), usedforsecurity=False).hexdigest()


class Status(StrEnum):
    """`GRACE` is only ever displayed; the others are stored as well."""

    NEW = "new"
    UP = "up"
    GRACE = "grace"
    DOWN = "down"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Check:
    """What pings and time change, and what they are judged by (protocol 2.1)."""

    id: str
    """A lower-case UUID with dashes; also the secret in the ping URL."""
    status: Status = Status.NEW
    schedule: Schedule = Simple()
    grace: timedelta = timedelta(hours=1)
    manual_resume: bool = False
    n_pings: int = 0
    """Pings of any kind ever received; the newest one carries this number."""
    last_ping: datetime | None = None
    """The last success or failure."""
    last_start: datetime | None = None
    """When the run under way began."""
    last_start_rid: str | None = None
    last_duration: timedelta | None = None
    since: datetime | None = None
    """When the status last changed; None before it ever did."""
    n_flips: int = 0

    @property
    def started(self) -> bool:
        return self.last_start is not None

    @property
    def next_ping(self) -> datetime | None:
        """When grace begins: the next signal is expected then, or a run that is under way ends (protocol 2.2)."""
        if self.status is Status.DOWN:
            return None
        expected = self._expected()
        if self.last_start is None or expected is None:
            return self.last_start or expected
        return min(expected, self.last_start)

    @property
    def deadline(self) -> datetime | None:
        """When the check goes down if nothing is heard; None if silence can't turn it down (protocol 2.2)."""
        grace_start = self.next_ping
        return grace_start + self.grace if grace_start else None

    def displayed(self, now: datetime) -> Status:
        """The status that people see at `now`: silence shows at once, not when a tick has stored it."""
        if self.last_start is not None and now >= self.last_start + self.grace:
            return Status.DOWN
        expected = self._expected()
        if expected is None or now < expected:
            return self.status
        return Status.DOWN if now >= expected + self.grace else Status.GRACE

    def _expected(self) -> datetime | None:
        if self.status is not Status.UP or self.last_ping is None:
            return None
        return self.schedule.next_after(self.last_ping)

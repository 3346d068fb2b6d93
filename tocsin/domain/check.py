"""A check: the state of one watched job, and what time makes of it."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from tocsin.domain.run import Limits, Run
from tocsin.domain.schedule import Incalculable, Schedule, Simple


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


class Check(Struct, frozen=True):
    """What pings and time change, and what they are judged by (protocol 2.1)."""

    id: str
    """A lower-case UUID with dashes; also the secret in the ping URL."""
    status: Status = Status.NEW
    schedule: Schedule = Simple()
    grace: timedelta = timedelta(hours=1)
    limits: Limits = Limits()
    manual_resume: bool = False
    n_pings: int = 0
    """Pings of any kind ever received; the newest one carries this number."""
    last_ping: datetime | None = None
    """The last success or failure."""
    runs: tuple[Run, ...] = ()
    """Runs under way, the newest start last; one at most unless runs are tracked."""
    last_duration: timedelta | None = None
    failures: int = 0
    """Failures in a row, tolerated ones too."""
    success_before: datetime | None = None
    """The last success before these failures; None as well where there are none, and `last_ping` is a success."""
    since: datetime | None = None
    """When the status last changed; None before it ever did."""
    n_flips: int = 0

    @property
    def started(self) -> bool:
        return bool(self.runs)

    @property
    def last_success(self) -> datetime | None:
        """None before the first, and after a resume until the next."""
        return self.success_before if self.failures else self.last_ping

    @property
    def last_start(self) -> datetime | None:
        """When the newest run under way began."""
        return self.runs[-1].began if self.runs else None

    @property
    def next_ping(self) -> datetime | None:
        """When grace begins: the next signal is expected then, or a run that is under way ends (protocol 2.2).

        None as well where the schedule can't be computed.
        """
        if self.status is Status.DOWN:
            return None
        expected, _ = self._foreseen()
        return min((moment for moment in (expected, self.last_start) if moment), default=None)

    @property
    def deadline(self) -> datetime | None:
        """When the check goes down if nothing is heard; None if silence can't turn it down (protocol 2.2).

        Raises Incalculable, unless a run is under way: that has a deadline of its own.
        """
        if self.status is Status.DOWN:
            return None
        ends = [self.due(run) for run in self.runs]
        try:
            expected = self._expected()
        except Incalculable:
            # A run that takes too long is noticed all the same.
            if ends:
                return min(ends)
            raise
        return min([*ends, *([self._silent_at(expected)] if expected else [])], default=None)

    @property
    def rings_at(self) -> datetime | None:
        """The deadline for people to read; None as well where the schedule can't be computed."""
        with suppress(Incalculable):
            return self.deadline
        return None

    def due(self, run: Run) -> datetime:
        """When a run that is under way has taken too long."""
        limit = self.limits.max_duration
        return run.heard + (self.grace if limit is None else limit)

    def displayed(self, now: datetime) -> Status:
        """The status that people see at `now`: silence shows at once, not when a tick has stored it."""
        if any(now >= self.due(run) for run in self.runs):
            return Status.DOWN
        expected, silent_at = self._foreseen()
        if expected is None or silent_at is None or now < expected:
            return self.status
        return Status.DOWN if now >= silent_at else Status.GRACE

    def _expected(self) -> datetime | None:
        if self.status is not Status.UP or self.last_ping is None:
            return None
        return self.schedule.next_after(self.last_ping)

    def _silent_at(self, expected: datetime) -> datetime:
        """When the wait for a signal that was `expected` is over.

        With a time limit of its own, a run may begin as late as grace allows and then take its time; a job that
        begins again and again and never ends is noticed all the same.
        """
        alive = max((run.alive for run in self.runs if run.alive), default=expected)
        limit = self.limits.max_duration
        if limit is None or not self.runs:
            return max(expected, alive) + self.grace
        return max(expected + self.grace, alive) + limit

    def _foreseen(self) -> tuple[datetime | None, datetime | None]:
        """When the next signal is expected and how long it is waited for, as far as the schedule can tell."""
        try:
            expected = self._expected()
        except Incalculable:
            return None, None
        return expected, self._silent_at(expected) if expected else None

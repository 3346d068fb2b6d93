"""When the next signal of a job is expected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

MIN_PERIOD = timedelta(minutes=1)
MAX_PERIOD = timedelta(days=365)
"""Bounds of a timeout and of a grace time (protocol 2.1)."""


class Schedule(Protocol):
    """One kind of schedule. Kinds that are computed from calendars stand beside Simple."""

    @property
    def kind(self) -> str: ...

    def next_after(self, last_ping: datetime) -> datetime | None:
        """The moment when the signal after `last_ping` is expected; None if never again."""


@dataclass(frozen=True, slots=True)
class Simple:
    """A signal at least every `timeout`."""

    timeout: timedelta = timedelta(days=1)

    @property
    def kind(self) -> str:
        return "simple"

    def next_after(self, last_ping: datetime) -> datetime | None:
        return last_ping + self.timeout

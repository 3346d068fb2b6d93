"""Runs that are under way, and the limits that an owner may put on runs and failures."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct

MIN_LIMIT = timedelta(seconds=1)
MAX_LIMIT = timedelta(days=365)
MAX_TOLERANCE = 100
MAX_RUNS = 100
"""How many runs of one check are tracked at once; a start beyond that gives up the oldest as overrun."""


class Run(Struct, frozen=True):
    """A start whose end has not come."""

    began: datetime
    rid: str | None = None
    alive: datetime | None = None
    """The last time that it said it needs longer."""

    @property
    def heard(self) -> datetime:
        return max(self.began, self.alive) if self.alive else self.began


class Limits(Struct, frozen=True):
    """What goes beyond the protocol; the default is the protocol's behaviour exactly."""

    max_duration: timedelta | None = None
    """How long a run may take; where it is not set, as long as the grace time."""
    min_duration: timedelta | None = None
    """A success that comes sooner after its start is a failure."""
    failure_tolerance: int = 0
    """So many failures in a row turn nothing down; the next one does."""
    track_runs: bool = False
    """Each run has a deadline of its own. Otherwise the newest start is the one that counts."""

    @property
    def name_overruns(self) -> bool:
        """Whether a run that took too long is told apart from silence."""
        return self.track_runs or self.max_duration is not None

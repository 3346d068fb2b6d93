"""How projects are doing: what is down, and what changed last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from tocsin.domain.check import Status
from tocsin.stores.check_items import Stored
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project

_LAST = 3
"""Changes that are told of each project."""
_WORST_FIRST = (Status.DOWN, Status.GRACE, Status.UP, Status.NEW, Status.PAUSED)


class Turn(Struct, frozen=True):
    """The last change of a check's status."""

    check_id: str
    name: str
    status: Status
    at: datetime


class Standing(Struct, frozen=True):
    project: Project
    counts: Mapping[Status, int]
    """By the status that people see, the worst first, zeros included."""
    running: int
    """Checks with a run under way."""
    turns: Sequence[Turn]
    """The newest first."""

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def worst(self) -> Status | None:
        """None where there is no check."""
        return next((status for status, count in self.counts.items() if count), None)


def overview(
    checks: Checks, projects: Sequence[Project], states: Mapping[str, Sequence[Stored]], *, now: datetime
) -> list[Standing]:
    """What is down first, then by name. Reads only what the checks are called that changed last."""
    last = {project.id: _last(states[project.id]) for project in projects}
    there = checks.described([stored for each in last.values() for stored in each])
    names = {stored.check.id: info.name for stored, info in there}
    found = [_standing(project, states[project.id], last[project.id], names, now) for project in projects]
    return sorted(found, key=lambda one: (_rank(one), one.project.name.lower()))


def _rank(standing: Standing) -> int:
    worst = standing.worst
    return len(_WORST_FIRST) if worst is None else _WORST_FIRST.index(worst)


def _last(states: Sequence[Stored]) -> list[Stored]:
    return sorted((stored for stored in states if stored.check.since), key=_newest, reverse=True)[:_LAST]


def _newest(stored: Stored) -> tuple[datetime, bool]:
    """Of those that turned at once, as after a reboot, what went down is told first."""
    return stored.check.since or stored.created, stored.check.status is Status.DOWN


def _standing(
    project: Project, states: Sequence[Stored], last: Sequence[Stored], names: Mapping[str, str], now: datetime
) -> Standing:
    seen = [stored.check.displayed(now) for stored in states]
    return Standing(
        project=project,
        counts={status: seen.count(status) for status in _WORST_FIRST},
        running=sum(stored.check.started for stored in states),
        turns=[
            Turn(stored.check.id, names[stored.check.id], stored.check.status, stored.check.since)
            for stored in last
            if stored.check.id in names and stored.check.since
        ],
    )

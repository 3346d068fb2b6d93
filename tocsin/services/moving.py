"""Let a check belong to another project, as if it had always been there: the job goes on calling the same URL."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from tocsin.services.audit import noted
from tocsin.services.changing import TRIES, Busy, UnknownCheck
from tocsin.services.checks import Condition, info_of, wishes_of
from tocsin.services.projects import UnknownProject
from tocsin.stores.audit import Actor
from tocsin.stores.channels import Channels
from tocsin.stores.check_items import Info, ProjectClosed, Stored
from tocsin.stores.check_writes import Move
from tocsin.stores.checks import Checks, Outdated
from tocsin.stores.projects import Project, Projects
from tocsin.stores.table import Put


class Goal(Struct, frozen=True):
    """Where checks go, as it was read for all of them, and the channels that they tell there."""

    project: Project
    channels: frozenset[str]


def goal_of(checks: Checks, projects: Projects, to: str) -> Goal:
    """Raises projects.UnknownProject."""
    project = projects.get(to)
    if project is None:
        raise UnknownProject(to)
    return Goal(project, frozenset(channel.id for channel in Channels(checks.table).of_project(to)))


def move_check(
    checks: Checks,
    projects: Projects,
    *,
    check_id: str,
    to: str,
    by: Actor,
    now: datetime,
    given: Condition | None = None,
    goal: Goal | None = None,
) -> bool:
    """Move a check to the project with the id `to`; returns whether it was in another one.

    Its id, ping URL, badge, log and status stay. The channels of the project that it leaves stay behind, and it tells
    all of the other's, as one that is added there by hand: a moved check must not fall silent. Its slug leads to it by
    the new project's ping key. Alerts that are on their way go where they were to. Who may do this is the caller's to
    ask, of both projects.
    `goal` saves reading where it goes. Raises UnknownCheck, projects.UnknownProject, Busy, and what `given` raises.
    """
    for _ in range(TRIES):
        stored = checks.get(check_id)
        if stored is None:
            raise UnknownCheck(check_id)
        if stored.project == to:
            return False
        # Read after the state: whoever edits in between changes that too, and the move is lost.
        info = info_of(checks, check_id)
        if given:
            given(wishes_of(stored.check, info))
        with suppress(Outdated):
            _move(checks, projects, stored, info, goal or goal_of(checks, projects, to), by=by, now=now)
            return True
    raise Busy(check_id)


def _move(
    checks: Checks, projects: Projects, stored: Stored, info: Info, goal: Goal, *, by: Actor, now: datetime
) -> None:
    to, left = goal.project, projects.get(stored.project)
    notes = _notes(stored, info, left, to, by=by, now=now)
    try:
        checks.move(stored, info, Move(to.id, to.keep, goal.channels), also=notes)
    except ProjectClosed:
        raise UnknownProject(to.id) from None


def _notes(
    stored: Stored, info: Info, left: Project | None, reached: Project, *, by: Actor, now: datetime
) -> list[Put]:
    """Both projects are told, where from and where to."""
    changes = {"project": (left.name if left else "", reached.name)}
    return [
        noted(project, "check.move", subject=stored.check.id, name=info.name, by=by, now=now, changes=changes)
        for project in (stored.project, reached.id)
    ]

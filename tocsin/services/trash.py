"""Have deleted checks back, as they were: one, or all that went in one act."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import transitions
from tocsin.services.audit import noted
from tocsin.services.changing import TRIES, Busy, tell
from tocsin.services.projects import UnknownProject
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import ProjectClosed
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects
from tocsin.stores.trash import Collision, IdTaken, NotInTrash, Trash, Trashed


class Restored(Struct, frozen=True):
    """How it went with one of many."""

    check_id: str
    name: str
    error: str = ""
    """A sentence for whoever asked; empty where nothing went wrong."""


def restore_check(checks: Checks, *, project: str, check_id: str, by: Actor, now: datetime) -> None:
    """Make the check again what it was, under its old id: its ping URL, its badge and its log are back.

    One that is overdue by now is down at once, without alerts: whoever restores it sees it.
    Raises NotInTrash, IdTaken, projects.UnknownProject, Busy.
    """
    there = Trash(checks.table).of_project(project, now=now)
    trashed = next((one for one in there if one.id == check_id), None)
    if trashed is None:
        raise NotInTrash(check_id)
    _restore(checks, trashed, by=by, now=now)


def restore_deleted_at(
    checks: Checks, *, project: str, deleted: datetime, by: Actor, now: datetime
) -> Sequence[Restored]:
    """Restore all that one act deleted: the moment names it. One that can't be does not keep the others waiting.

    Empty where nothing is left of it. Raises projects.UnknownProject.
    """
    there = Trash(checks.table).of_project(project, now=now, deleted=deleted)
    return [_tried(checks, trashed, by=by, now=now) for trashed in there]


def _tried(checks: Checks, trashed: Trashed, *, by: Actor, now: datetime) -> Restored:
    done = Restored(trashed.id, trashed.info.name)
    try:
        _restore(checks, trashed, by=by, now=now)
    except NotInTrash:
        return replace(done, error="Somebody else has restored it already.")
    except IdTaken:
        return replace(done, error="There is a check with its address again.")
    except Busy:
        return replace(done, error="Others are changing it too: try again.")
    return done


def _restore(checks: Checks, trashed: Trashed, *, by: Actor, now: datetime) -> None:
    stored = trashed.stored
    project = Projects(checks.table).get(stored.project)
    if project is None:
        raise UnknownProject(stored.project)
    outcome = transitions.restore(stored.check, now=now)
    # Whoever still holds it as it was before can't take it for that.
    again = replace(stored, check=outcome.check, keep=project.keep, rev=stored.rev + 1)
    note = noted(project.id, "check.restore", subject=trashed.id, name=trashed.info.name, by=by, now=now)
    flips = [checks.log.flip(trashed.id, outcome.flip)] if outcome.flip else []
    for _ in range(TRIES):
        try:
            Trash(checks.table).restore(trashed, again, also=[note, *flips])
        except Collision:
            continue
        except ProjectClosed:
            raise UnknownProject(project.id) from None
        if outcome.flip:
            tell(again, outcome.flip)
        return
    raise Busy(trashed.id)

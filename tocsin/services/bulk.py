"""One act on many checks. Each is changed by itself: one that can't be does not keep the others waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.check import Status
from tocsin.domain.transitions import NotPaused
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.checks import (
    Changed,
    InvalidCheck,
    Wishes,
    delete_check,
    pause_check,
    resume_check,
    unchanged,
    validate,
    wishes_of,
)
from tocsin.services.moving import Goal, goal_of, move_check
from tocsin.services.projects import UnknownProject
from tocsin.services.revising import revise_check
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects

Act: TypeAlias = Literal["pause", "resume", "delete", "tag", "channels", "move"]


class Order(Struct, frozen=True):
    """What to do, and on whose account."""

    act: Act
    by: Actor
    now: datetime
    add_tags: Sequence[str] = ()
    remove_tags: Sequence[str] = ()
    add_channels: Sequence[str] = ()
    """Ids; they are the project's."""
    remove_channels: Sequence[str] = ()
    to: str = ""
    """The id of the project to move to; that they may do so is the caller's to ask."""
    goal: Goal | None = None
    """What is there, once it is read."""
    dry_run: bool = False
    """Say what would be done, and do nothing."""


class Done(Struct, frozen=True):
    check_id: str
    name: str
    changed: bool
    error: str = ""
    """A sentence for whoever asked; empty where nothing went wrong."""


def act_on(checks: Checks, found: Iterable[tuple[Stored, Info]], order: Order) -> list[Done]:
    """Do it to each of these checks, in turn. Raises stores.table.StoreUnavailable."""
    order = _with_goal(checks, order) if order.act == "move" and not order.dry_run else order
    return [_done(checks, stored, info, order) for stored, info in found]


def _with_goal(checks: Checks, order: Order) -> Order:
    """Where it goes, read once for all; if that is gone, each check says so."""
    try:
        return replace(order, goal=goal_of(checks, Projects(checks.table), order.to))
    except UnknownProject:
        return order


def _done(checks: Checks, stored: Stored, info: Info, order: Order) -> Done:
    act = (_FORESEEN if order.dry_run else _DOING)[order.act]
    try:
        return Done(stored.check.id, info.name, act(checks, stored, info, order))
    except UnknownCheck:
        error = "It was deleted meanwhile."
    except Busy:
        error = "Others are changing it too: try again."
    except Changed:
        error = "Somebody has changed it meanwhile, and it may not be meant any more: look again."
    except UnknownProject:
        error = "There is no such project any more."
    except InvalidCheck as refusal:
        error = "; ".join(f"{field}: {sentence}" for field, sentence in refusal.errors.items())
    return Done(stored.check.id, info.name, changed=False, error=error)


def retagged(wishes: Wishes, order: Order) -> Wishes:
    """Tags that go, go first; new ones come last."""
    kept = [tag for tag in wishes.info.tag_list if tag not in order.remove_tags]
    tags = " ".join(dict.fromkeys([*kept, *order.add_tags]))
    return wishes if tags == " ".join(wishes.info.tag_list) else replace(wishes, info=replace(wishes.info, tags=tags))


def _pause(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    given = unchanged(stored, info)
    return pause_check(checks, check_id=stored.check.id, by=order.by, now=order.now, given=given)


def _resume(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    """What is watched already is left alone: that is no error among many."""
    try:
        resume_check(checks, check_id=stored.check.id, by=order.by, now=order.now, given=unchanged(stored, info))
    except NotPaused:
        return False
    return True


def _delete(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    given = unchanged(stored, info)
    delete_check(checks, check_id=stored.check.id, by=order.by, now=order.now, given=given)
    return True


def rechannelled(wishes: Wishes, order: Order) -> Wishes:
    """It tells those that are added, and no longer those that are removed."""
    channels = wishes.info.channels - {*order.remove_channels} | {*order.add_channels}
    return replace(wishes, info=replace(wishes.info, channels=channels))


_REVISIONS: Mapping[Act, Callable[[Wishes, Order], Wishes]] = {"tag": retagged, "channels": rechannelled}


def _revise(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    changed, given = False, unchanged(stored, info)

    def revise(wishes: Wishes) -> Wishes:
        nonlocal changed
        given(wishes)
        after = _REVISIONS[order.act](wishes, order)
        changed = after != wishes
        return after

    revise_check(checks, check_id=stored.check.id, revise=revise, by=order.by, now=order.now)
    return changed


def _would_revise(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    before = wishes_of(stored.check, info)
    after = _REVISIONS[order.act](before, order)
    validate(after)
    return after != before


def _move(checks: Checks, stored: Stored, info: Info, order: Order) -> bool:
    return move_check(
        checks,
        Projects(checks.table),
        check_id=stored.check.id,
        to=order.to,
        by=order.by,
        now=order.now,
        given=unchanged(stored, info),
        goal=order.goal,
    )


_Doing: TypeAlias = Mapping[Act, Callable[[Checks, Stored, Info, Order], bool]]

_DOING: _Doing = {
    "pause": _pause,
    "resume": _resume,
    "delete": _delete,
    "tag": _revise,
    "channels": _revise,
    "move": _move,
}
_FORESEEN: _Doing = {
    "pause": lambda checks, stored, info, order: stored.check.status is not Status.PAUSED,
    "resume": lambda checks, stored, info, order: stored.check.status is Status.PAUSED,
    "delete": lambda checks, stored, info, order: True,
    "tag": _would_revise,
    "channels": _would_revise,
    "move": lambda checks, stored, info, order: stored.project != order.to,
}

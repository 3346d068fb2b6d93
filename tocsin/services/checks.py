"""What people do with checks: make, edit, pause, resume, delete, look."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import uuid4

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain import transitions
from tocsin.domain.check import Check
from tocsin.domain.run import MAX_LIMIT, MAX_TOLERANCE, MIN_LIMIT, Limits
from tocsin.domain.schedule import (
    MAX_PERIOD,
    MIN_PERIOD,
    Cron,
    InvalidSchedule,
    OnCalendar,
    Schedule,
    Simple,
    parse_schedule,
)
from tocsin.domain.transitions import Outcome
from tocsin.domain.zones import InvalidZone
from tocsin.services.audit import edited, noted
from tocsin.services.changing import TRIES, Busy, UnknownCheck, change
from tocsin.services.check_fields import MAX_DESC, MAX_KEYWORDS, MAX_NAME, MAX_SLUG, MAX_TAGS
from tocsin.stores.audit import Act, Actor
from tocsin.stores.check_items import Info, Keep, Stored
from tocsin.stores.check_writes import Change, Edit
from tocsin.stores.checks import Checks, Outdated
from tocsin.stores.creation_guard import CreationGuard
from tocsin.stores.projects import Projects
from tocsin.stores.table import Put
from tocsin.stores.trash import Trashed, put_trashed

_PRUNINGS = 10
"""How many helpings of old pings are deleted while somebody waits."""
PERIOD_BOUNDS = "Between 1 minute and 365 days"
TOO_LONG = "No longer than a run may take: its time limit, or else the grace time"
_SLUG = re.compile(rf"[a-z0-9_-]{{0,{MAX_SLUG}}}")


class InvalidCheck(ValueError):
    """What was asked of a check can't be: a sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors.items()))
        self.errors = errors


class Wishes(Struct, frozen=True):
    """All that a person can set of a check."""

    info: Info
    schedule: Schedule = Simple()
    grace: timedelta = timedelta(hours=1)
    limits: Limits = Limits()
    manual_resume: bool = False


Condition: TypeAlias = Callable[[Wishes], object]
"""Is shown what is wished of a check that is about to change, and raises where it must not be changed."""


def wishes_of(check: Check, info: Info) -> Wishes:
    """What is set of a check that is there."""
    return Wishes(info, check.schedule, check.grace, check.limits, check.manual_resume)


class Changed(Exception):
    """Somebody has changed the check since it was read: what was to be done to it may no longer be meant."""


def unchanged(stored: Stored, info: Info) -> Condition:
    """Raises Changed for wishes other than these, which were read once."""
    read = wishes_of(stored.check, info)

    def given(wishes: Wishes) -> None:
        if wishes != read:
            raise Changed(stored.check.id)

    return given


def create_check(
    checks: Checks, *, project: str, wishes: Wishes, by: Actor, now: datetime, guard: CreationGuard | None = None
) -> str:
    """Make a check and return its id.

    Raises InvalidCheck, ProjectClosed, and Outdated where the guard is not as it was read, or Busy where there is none.
    """
    validate(wishes)
    check = Check(
        id=str(uuid4()),
        schedule=wishes.schedule,
        grace=wishes.grace,
        limits=wishes.limits,
        manual_resume=wishes.manual_resume,
    )
    kept = Projects(checks.table).get(project)
    note = noted(project, "check.create", subject=check.id, name=wishes.info.name, by=by, now=now)
    also = [note, guard.naming(check.id)] if guard else [note]
    info = replace(wishes.info, badge_key=str(uuid4()))
    try:
        checks.create(check, info, project=project, keep=kept.keep if kept else Keep(), now=now, also=also)
    except Outdated:
        if guard:
            raise
        raise Busy(check.id) from None
    return check.id


def edit_check(
    checks: Checks, *, check_id: str, wishes: Wishes, by: Actor, now: datetime, given: Condition | None = None
) -> None:
    """Set all that a person can set. Raises InvalidCheck, UnknownCheck, Busy, and what `given` raises.

    A schedule that makes the check overdue turns it down at once, without alerts: the editor sees it (protocol 2.4).
    """
    validate(wishes)

    def decide(stored: Stored) -> Change:
        # Read after the state: whoever edits in between changes that too, and we are asked again.
        old = _admitted(checks, stored, given)
        check = replace(stored.check, manual_resume=wishes.manual_resume)
        outcome = transitions.reschedule(
            check, schedule=wishes.schedule, grace=wishes.grace, limits=wishes.limits, now=now
        )
        also = edited(stored, wishes_of(stored.check, old), wishes, by=by, now=now)
        return Change(outcome, edit=Edit(old, wishes.info), also=also)

    change(checks, check_id, decide, now=now)


def pause_check(checks: Checks, *, check_id: str, by: Actor, now: datetime, given: Condition | None = None) -> bool:
    """Stop watching; returns whether it was watched before. Raises UnknownCheck, Busy, and what `given` raises."""

    def decide(stored: Stored) -> Change:
        info, outcome = _admitted(checks, stored, given), transitions.pause(stored.check, now=now)
        return Change(outcome, also=[_note(stored, info, "check.pause", by=by, now=now)] if outcome.flip else [])

    done = change(checks, check_id, decide, now=now)
    return bool(done.change and done.change.outcome.flip)


def resume_check(checks: Checks, *, check_id: str, by: Actor, now: datetime, given: Condition | None = None) -> None:
    """Watch again, from the next ping on. Raises UnknownCheck, Busy, transitions.NotPaused, and what `given` raises."""

    def decide(stored: Stored) -> Change:
        info, outcome = _admitted(checks, stored, given), transitions.resume(stored.check, now=now)
        return Change(outcome, also=[_note(stored, info, "check.resume", by=by, now=now)])

    change(checks, check_id, decide, now=now)


def delete_check(
    checks: Checks,
    *,
    check_id: str,
    by: Actor,
    now: datetime,
    given: Condition | None = None,
    project: str | None = None,
    final: bool = False,
) -> None:
    """Forget it: its ping URL answers `not found` from now on. It can be restored (trash.py), unless this is `final`.

    With `project` only there: one that has moved elsewhere is unknown, and stays.
    Raises UnknownCheck, Busy, and what `given` raises.
    """
    for _ in range(TRIES):
        stored = checks.get(check_id)
        if stored is None or project not in (None, stored.project):
            raise UnknownCheck(check_id)
        info = _admitted(checks, stored, given)
        also = [_note(stored, info, "check.delete", by=by, now=now)]
        if not final:
            also.append(put_trashed(Trashed(stored, info, now, by)))
        with suppress(Outdated):
            checks.delete(stored, info, also=also)
            return
    raise Busy(check_id)


def clear_events(checks: Checks, *, check_id: str, by: Actor, now: datetime, given: Condition | None = None) -> None:
    """Forget its pings and flips, and take it for new (protocol 2.4). Raises UnknownCheck, Busy, what `given` raises.

    They are hidden at once; some are deleted right away, and the rest goes when its time is over.
    """

    def decide(stored: Stored) -> Change:
        note = _note(stored, _admitted(checks, stored, given), "check.clear", by=by, now=now)
        return Change(Outcome(transitions.clear(stored.check)), clear=True, also=[note])

    change(checks, check_id, decide, now=now)
    stored = checks.get(check_id)
    for _ in range(_PRUNINGS):
        if stored is None or not checks.log.prune(stored):
            return


def _admitted(checks: Checks, stored: Stored, given: Condition | None) -> Info:
    """The check's info, once `given` lets the change pass: whoever edits it meanwhile changes the state as well."""
    info = info_of(checks, stored.check.id)
    if given:
        given(wishes_of(stored.check, info))
    return info


def _note(stored: Stored, info: Info, act: Act, *, by: Actor, now: datetime) -> Put:
    return noted(stored.project, act, subject=stored.check.id, name=info.name, by=by, now=now)


def info_of(checks: Checks, check_id: str) -> Info:
    info = checks.info(check_id)
    if info is None:
        raise UnknownCheck(check_id)
    return info


def validate(wishes: Wishes) -> None:
    errors = {name: sentence for name, sentence in _problems(wishes) if isinstance(sentence, str)}
    if errors:
        raise InvalidCheck(errors)


def _problems(wishes: Wishes) -> Iterator[tuple[str, str | bool]]:
    """What is wrong with each field; False where nothing is."""
    info, keywords = wishes.info, wishes.info.rules.keywords
    yield "name", _too_long(info.name, MAX_NAME)
    yield "slug", not _SLUG.fullmatch(info.slug) and f"Only a-z, 0-9, - and _, at most {MAX_SLUG} characters"
    yield "tags", _too_long(info.tags, MAX_TAGS)
    yield "desc", _too_long(info.desc, MAX_DESC)
    yield from _schedule_problems(wishes.schedule)
    yield "grace", not MIN_PERIOD <= wishes.grace <= MAX_PERIOD and PERIOD_BOUNDS
    yield "start_kw", _too_long(keywords.start, MAX_KEYWORDS)
    yield "success_kw", _too_long(keywords.success, MAX_KEYWORDS)
    yield "failure_kw", _too_long(keywords.failure, MAX_KEYWORDS)
    yield from _limit_problems(wishes.limits, wishes.grace)


def _too_long(text: str, most: int) -> str | bool:
    return len(text) > most and f"At most {most} characters"


def _schedule_problems(schedule: Schedule) -> Iterator[tuple[str, str | bool]]:
    if isinstance(schedule, Simple):
        yield "schedule", not MIN_PERIOD <= schedule.timeout <= MAX_PERIOD and PERIOD_BOUNDS
        return
    assert isinstance(schedule, Cron | OnCalendar)
    try:
        parse_schedule(schedule.expression, schedule.tz)
    except InvalidSchedule as refusal:
        yield "schedule", str(refusal)
    except InvalidZone as refusal:
        yield "tz", str(refusal)


def _limit_problems(limits: Limits, grace: timedelta) -> Iterator[tuple[str, str | bool]]:
    shortest, longest = limits.min_duration, limits.max_duration
    yield "max_duration", _out_of_bounds(longest)
    too_long = shortest is not None and shortest > (longest or grace) and TOO_LONG
    yield "min_duration", _out_of_bounds(shortest) or too_long
    yield "failure_tolerance", not 0 <= limits.failure_tolerance <= MAX_TOLERANCE and f"From 0 to {MAX_TOLERANCE}"


def _out_of_bounds(limit: timedelta | None) -> str | bool:
    return limit is not None and not MIN_LIMIT <= limit <= MAX_LIMIT and "Between 1 second and 365 days"

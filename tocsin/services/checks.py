"""What people do with checks: make, edit, pause, resume, delete, look."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import uuid4

from tocsin.domain import transitions
from tocsin.domain.check import Check
from tocsin.domain.flip import Flip
from tocsin.domain.ping import MAX_RUN, Ping, durations
from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD, Schedule, Simple
from tocsin.services.changing import TRIES, Busy, Change, UnknownCheck, change
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks, Edit, Outdated

MAX_NAME = 100
MAX_TAGS = 500
MAX_DESC = 10_000
MAX_KEYWORDS = 200
_SLUG = re.compile(r"[a-z0-9_-]{0,100}")


class InvalidCheck(ValueError):
    """What was asked of a check can't be: a sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in errors.items()))
        self.errors = errors


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that a person can set of a check."""

    info: Info
    schedule: Schedule = Simple()
    grace: timedelta = timedelta(hours=1)
    manual_resume: bool = False


@dataclass(frozen=True, slots=True)
class LogEntry:
    ping: Ping
    duration: timedelta | None
    """How long the run took that this ping ended."""


def create_check(checks: Checks, *, project: str, wishes: Wishes, now: datetime) -> str:
    """Make a check and return its id. Raises InvalidCheck."""
    _validate(wishes)
    check = Check(id=str(uuid4()), schedule=wishes.schedule, grace=wishes.grace, manual_resume=wishes.manual_resume)
    checks.create(check, wishes.info, project=project, now=now)
    return check.id


def edit_check(checks: Checks, *, check_id: str, wishes: Wishes, now: datetime) -> None:
    """Set all that a person can set. Raises InvalidCheck, UnknownCheck, Busy.

    A schedule that makes the check overdue turns it down at once, without alerts: the editor sees it (protocol 2.4).
    """
    _validate(wishes)

    def decide(stored: Stored) -> Change:
        # Read after the state: whoever edits in between changes that too, and we are asked again.
        old = _info(checks, check_id)
        edited = replace(stored.check, manual_resume=wishes.manual_resume)
        outcome = transitions.reschedule(edited, schedule=wishes.schedule, grace=wishes.grace, now=now)
        return Change(outcome, edit=Edit(old, wishes.info))

    change(checks, check_id, decide, now=now)


def pause_check(checks: Checks, *, check_id: str, now: datetime) -> None:
    """Stop watching. Raises UnknownCheck, Busy."""
    change(checks, check_id, lambda stored: Change(transitions.pause(stored.check, now=now)), now=now)


def resume_check(checks: Checks, *, check_id: str, now: datetime) -> None:
    """Watch again, from the next ping on. Raises UnknownCheck, Busy and transitions.NotPaused."""
    change(checks, check_id, lambda stored: Change(transitions.resume(stored.check, now=now)), now=now)


def delete_check(checks: Checks, *, check_id: str) -> None:
    """Forget it: its ping URL answers `not found` from now on. Raises UnknownCheck, Busy."""
    for _ in range(TRIES):
        stored = checks.get(check_id)
        if stored is None:
            raise UnknownCheck(check_id)
        with suppress(Outdated):
            checks.delete(stored, _info(checks, check_id))
            return
    raise Busy(check_id)


def read_log(checks: Checks, *, check_id: str, now: datetime, limit: int, before: int | None = None) -> list[LogEntry]:
    """The newest entries first, below number `before`, with run durations (protocol 1.8).

    Looks one page further back, if need be, for the starts of runs that end on this one.
    """
    pings = checks.pings(check_id, now=now, limit=limit, before=before)
    older: Sequence[Ping] = ()
    if len(pings) == limit and pings[0].at - pings[-1].at < MAX_RUN:
        older = checks.pings(check_id, now=now, limit=limit, before=pings[-1].n)
    found = durations([*pings, *older])
    return [LogEntry(ping, found.get(ping.n)) for ping in pings]


def read_flips(checks: Checks, *, check_id: str, now: datetime, limit: int) -> list[Flip]:
    return checks.flips(check_id, now=now, limit=limit)


def _info(checks: Checks, check_id: str) -> Info:
    info = checks.info(check_id)
    if info is None:
        raise UnknownCheck(check_id)
    return info


def _validate(wishes: Wishes) -> None:
    info, keywords = wishes.info, wishes.info.rules.keywords
    problems: dict[str, str | bool] = {
        "name": len(info.name) > MAX_NAME and f"At most {MAX_NAME} characters",
        "slug": not _SLUG.fullmatch(info.slug) and "Only a-z, 0-9, - and _, at most 100 characters",
        "tags": len(info.tags) > MAX_TAGS and f"At most {MAX_TAGS} characters together",
        "desc": len(info.desc) > MAX_DESC and f"At most {MAX_DESC} characters",
        "schedule": _period_problem(wishes.schedule),
        "grace": not MIN_PERIOD <= wishes.grace <= MAX_PERIOD and "Between 1 minute and 365 days",
        "start_kw": len(keywords.start) > MAX_KEYWORDS and f"At most {MAX_KEYWORDS} characters",
        "success_kw": len(keywords.success) > MAX_KEYWORDS and f"At most {MAX_KEYWORDS} characters",
        "failure_kw": len(keywords.failure) > MAX_KEYWORDS and f"At most {MAX_KEYWORDS} characters",
    }
    errors = {name: sentence for name, sentence in problems.items() if isinstance(sentence, str)}
    if errors:
        raise InvalidCheck(errors)


def _period_problem(schedule: Schedule) -> str | bool:
    assert isinstance(schedule, Simple)
    return not MIN_PERIOD <= schedule.timeout <= MAX_PERIOD and "Between 1 minute and 365 days"

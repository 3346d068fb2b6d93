"""What a ping, the passing of time and a person's hand do to a check (protocol 1.7 and 2.4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import FINISHES, Kind
from tocsin.domain.schedule import Schedule


@dataclass(frozen=True, slots=True)
class Outcome:
    """The check afterwards, and the change of its status if there was one."""

    check: Check
    flip: Flip | None = None
    kind: Kind | None = None
    """For a ping: what it counted as in the end."""


class NotPaused(Exception):
    """Only a paused check can be resumed."""


def record(check: Check, kind: Kind, *, now: datetime, rid: str | None = None) -> Outcome:
    """Take a ping that the check's rules have judged already."""
    if check.status is Status.PAUSED and check.manual_resume:
        kind = Kind.IGN
    check = replace(check, n_pings=check.n_pings + 1)
    if kind is Kind.START:
        return Outcome(replace(check, last_start=now, last_start_rid=rid), kind=kind)
    if kind not in FINISHES:
        return Outcome(check, kind=kind)
    outcome = _turn(_finish(check, kind, now, rid), *_verdict(kind), at=now)
    return replace(outcome, kind=kind)


def fall_due(check: Check, *, now: datetime) -> Outcome | None:
    """Turn a check down whose deadline has come; None where it has not, or silence can't turn it down.

    A run that overran stays open: the check shows as started until it says how it ended.
    """
    deadline = check.deadline
    if deadline is None or now < deadline:
        return None
    return _turn(check, Status.DOWN, Reason.TIMEOUT, at=deadline)


def pause(check: Check, *, now: datetime) -> Outcome:
    """Stop watching; pausing twice changes nothing."""
    return _turn(replace(check, last_start=None, last_start_rid=None), Status.PAUSED, at=now)


def resume(check: Check, *, now: datetime) -> Outcome:
    """Watch again from the next ping on; the count of pings stays. Raises NotPaused."""
    if check.status is not Status.PAUSED:
        raise NotPaused
    fresh = replace(check, last_start=None, last_start_rid=None, last_ping=None, last_duration=None)
    return _turn(fresh, Status.NEW, at=now)


def reschedule(check: Check, *, schedule: Schedule, grace: timedelta, now: datetime) -> Outcome:
    """Judge the check by another schedule. One that makes it overdue turns it down: the editor sees that at once.

    A check that was overdue before is left to the next tick, which tells people.
    """
    edited = replace(check, schedule=schedule, grace=grace)
    by_the_edit = fall_due(edited, now=now) and not fall_due(check, now=now)
    if edited.status is Status.UP and by_the_edit:
        return _turn(edited, Status.DOWN, at=now)
    return Outcome(edited)


def _verdict(kind: Kind) -> tuple[Status, Reason]:
    return (Status.DOWN, Reason.FAIL) if kind is Kind.FAIL else (Status.UP, Reason.NONE)


def _finish(check: Check, kind: Kind, now: datetime, rid: str | None) -> Check:
    """Note a success or failure; the run under way ends unless a success carries another run's id."""
    check = replace(check, last_ping=now, last_duration=None)
    if check.last_start is None:
        return check
    same_run = rid == check.last_start_rid
    if same_run or kind is Kind.FAIL or rid is None:
        duration = max(now - check.last_start, timedelta()) if same_run else None
        return replace(check, last_start=None, last_start_rid=None, last_duration=duration)
    return check


def _turn(check: Check, status: Status, reason: Reason = Reason.NONE, *, at: datetime) -> Outcome:
    """Change the status. Flips are in order of time, even if a clock was set back or an old start overran late."""
    if check.status is status:
        return Outcome(check)
    n = check.n_flips + 1
    at = max(at, check.since or at)
    flip = Flip(n=n, at=at, old=check.status, new=status, reason=reason, since=check.since)
    return Outcome(replace(check, status=status, since=at, n_flips=n), flip)

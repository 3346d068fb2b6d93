"""What a ping, the passing of time and a person's hand do to a check (protocol 1.7 and 2.4).

Limits on runs and failures go beyond the protocol; docs/ping.md tells how.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import FINISHES, Kind
from tocsin.domain.run import MAX_RUNS, Limits, Run
from tocsin.domain.schedule import Incalculable, Schedule


class Outcome(Struct, frozen=True):
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
        return _start(check, Run(now, rid))
    if kind is Kind.KEEPALIVE:
        return Outcome(_keep_alive(check, now, rid), kind=kind)
    if kind in FINISHES:
        return _finish(check, kind, now, rid)
    return Outcome(check, kind=kind)


def fall_due(check: Check, *, now: datetime) -> Outcome | None:
    """Turn a check down whose deadline has come; None where it has not, or silence can't turn it down.

    A run that overran stays open: the check shows as started until it says how it ended. Tracked runs have had their
    turn then, and those that fall due later will have theirs. Raises Incalculable.
    """
    deadline = check.deadline
    if deadline is None or now < deadline:
        return None
    overran = check.limits.name_overruns and any(check.due(run) == deadline for run in check.runs)
    if check.limits.track_runs:
        check = replace(check, runs=tuple(run for run in check.runs if check.due(run) != deadline))
    return _turn(check, Status.DOWN, Reason.OVERRUN if overran else Reason.TIMEOUT, at=deadline)


def pause(check: Check, *, now: datetime) -> Outcome:
    """Stop watching; pausing twice changes nothing."""
    return _turn(replace(check, runs=()), Status.PAUSED, at=now)


def resume(check: Check, *, now: datetime) -> Outcome:
    """Watch again from the next ping on; the count of pings and the last duration stay. Raises NotPaused."""
    if check.status is not Status.PAUSED:
        raise NotPaused
    return _turn(_forget(check), Status.NEW, at=now)


def clear(check: Check) -> Check:
    """The check as if it had never called; its pings and flips are numbered on, and nobody is told."""
    return replace(_forget(check), status=Status.NEW, since=None, last_duration=None)


def amend(check: Check, *, schedule: Schedule, grace: timedelta, limits: Limits) -> Check:
    """The check judged by other rules from now on. Those that make it overdue are for the next tick to notice."""
    runs = check.runs if limits.track_runs else check.runs[-1:]
    return replace(check, schedule=schedule, grace=grace, limits=limits, runs=runs)


def reschedule(check: Check, *, schedule: Schedule, grace: timedelta, limits: Limits, now: datetime) -> Outcome:
    """Judge the check by other rules. Some that make it overdue turn it down: the editor sees that at once.

    A check that was overdue before is left to the next tick, which tells people.
    """
    edited = amend(check, schedule=schedule, grace=grace, limits=limits)
    fallen = _overdue(edited, now)
    if edited.status is Status.UP and fallen and not _overdue(check, now):
        return _turn(replace(edited, runs=fallen.check.runs), Status.DOWN, at=now)
    return Outcome(edited)


def restore(check: Check, *, now: datetime) -> Outcome:
    """Watch a check again that was deleted. One that is overdue by then is down: whoever restores it sees that."""
    fallen = _overdue(check, now)
    return _turn(replace(check, runs=fallen.check.runs), Status.DOWN, at=now) if fallen else Outcome(check)


def _overdue(check: Check, now: datetime) -> Outcome | None:
    try:
        return fall_due(check, now=now)
    except Incalculable:
        return None


def _forget(check: Check) -> Check:
    return replace(check, runs=(), last_ping=None, failures=0, success_before=None)


def _start(check: Check, run: Run) -> Outcome:
    if not check.limits.track_runs:
        return Outcome(replace(check, runs=(run,)), kind=Kind.START)
    runs = (*_without(check.runs, run.rid), run)
    check = replace(check, runs=runs[-MAX_RUNS:])
    if len(runs) <= MAX_RUNS:
        return Outcome(check, kind=Kind.START)
    return replace(_turn(check, Status.DOWN, Reason.OVERRUN, at=run.began), kind=Kind.START)


def _keep_alive(check: Check, now: datetime, rid: str | None) -> Check:
    """Note that the run lives: that of the same id, or the newest one where no id is given."""
    kept = [run for run in check.runs if run.rid == rid] or (list(check.runs[-1:]) if rid is None else [])
    alive = [replace(run, alive=now) if run in kept else run for run in check.runs]
    return replace(check, runs=tuple(alive))


def _finish(check: Check, kind: Kind, now: datetime, rid: str | None) -> Outcome:
    took = next((now - run.began for run in check.runs if run.rid == rid), None)
    duration = None if took is None else max(took, timedelta())
    fast = kind is Kind.SUCCESS and _too_fast(check.limits, took)
    kind = Kind.FAIL if fast else kind
    runs = _left_open(check, kind, rid)
    failures = check.failures + 1 if kind is Kind.FAIL else 0
    before = check.last_success if failures else None
    check = replace(check, last_ping=now, last_duration=duration, runs=runs, failures=failures, success_before=before)
    return replace(_turn(check, *_verdict(check, fast=fast), at=now), kind=kind)


def _too_fast(limits: Limits, took: timedelta | None) -> bool:
    """A run that ended before it began was timed by two clocks, and says nothing."""
    return took is not None and limits.min_duration is not None and timedelta() <= took < limits.min_duration


def _verdict(check: Check, *, fast: bool) -> tuple[Status, Reason]:
    """What the check is after the success or failure that it has just noted."""
    if check.failures > check.limits.failure_tolerance:
        return Status.DOWN, Reason.FAST if fast else Reason.FAIL
    if check.failures and check.status is Status.DOWN:
        return Status.DOWN, Reason.NONE
    return Status.UP, Reason.NONE


def _left_open(check: Check, kind: Kind, rid: str | None) -> tuple[Run, ...]:
    """Without tracking, a success that carries another run's id is the only end that leaves the run open."""
    if check.limits.track_runs or (kind is Kind.SUCCESS and rid is not None):
        return _without(check.runs, rid)
    return ()


def _without(runs: tuple[Run, ...], rid: str | None) -> tuple[Run, ...]:
    return tuple(run for run in runs if run.rid != rid)


def _turn(check: Check, status: Status, reason: Reason = Reason.NONE, *, at: datetime) -> Outcome:
    """Change the status. Flips are in order of time, even if a clock was set back or an old start overran late."""
    if check.status is status:
        return Outcome(check)
    n = check.n_flips + 1
    at = max(at, check.since or at)
    flip = Flip(n=n, at=at, old=check.status, new=status, reason=reason, since=check.since)
    return Outcome(replace(check, status=status, since=at, n_flips=n), flip)

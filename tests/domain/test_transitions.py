"""The table of protocol 2.4, row by row, and what holds for every sequence of events."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes import START
from tocsin.domain.check import Check, Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits, Run
from tocsin.domain.schedule import Simple
from tocsin.domain.transitions import NotPaused, Outcome, clear, fall_due, pause, record, reschedule, resume

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
RID = "00000000-0000-4000-8000-000000000001"
OTHER_RID = "00000000-0000-4000-8000-000000000002"

NEW = Check("c", schedule=Simple(HOUR), grace=5 * MINUTE)
UP = replace(NEW, status=Status.UP, last_ping=START, n_pings=1)
DOWN = replace(UP, status=Status.DOWN)
PAUSED = replace(UP, status=Status.PAUSED)
LOCKED = replace(PAUSED, manual_resume=True)
RUN = Run(START + MINUTE, RID)
RUNNING = replace(UP, runs=(RUN,))


@pytest.mark.parametrize(
    ("before", "kind", "status", "reason", "alerts"),
    [
        (NEW, Kind.SUCCESS, Status.UP, Reason.NONE, False),
        (NEW, Kind.FAIL, Status.DOWN, Reason.FAIL, True),
        (UP, Kind.FAIL, Status.DOWN, Reason.FAIL, True),
        (DOWN, Kind.SUCCESS, Status.UP, Reason.NONE, True),
        (PAUSED, Kind.SUCCESS, Status.UP, Reason.NONE, False),
        (PAUSED, Kind.FAIL, Status.DOWN, Reason.FAIL, True),
    ],
)
def test_ping_flips(before: Check, kind: Kind, status: Status, reason: Reason, alerts: bool) -> None:
    """A success brings a check up and a failure turns it down; only news is alerted."""
    outcome = record(before, kind, now=START + MINUTE)
    assert outcome.flip == Flip(1, START + MINUTE, before.status, status, reason)
    assert outcome.flip.alerts is alerts
    assert outcome.check.status is status
    assert outcome.check.last_ping == START + MINUTE


@pytest.mark.parametrize("before", [NEW, UP, DOWN, PAUSED, LOCKED, RUNNING])
@pytest.mark.parametrize("kind", [Kind.LOG, Kind.IGN])
def test_ping_without_meaning_only_counts(before: Check, kind: Kind) -> None:
    """A log line and an ignored ping grow the counter and change nothing else."""
    assert record(before, kind, now=START + HOUR).check == replace(before, n_pings=before.n_pings + 1)


@pytest.mark.parametrize("before", [NEW, UP, DOWN, PAUSED])
def test_start_begins_a_run_and_leaves_the_status(before: Check) -> None:
    """A start sets the running start and its id, nothing else."""
    outcome = record(before, Kind.START, now=START + MINUTE, rid=RID)
    expected = replace(before, n_pings=before.n_pings + 1, runs=(RUN,))
    assert outcome == Outcome(expected, kind=Kind.START)


@pytest.mark.parametrize("kind", list(Kind))
def test_locked_pause_ignores_every_ping(kind: Kind) -> None:
    """With manual resume a paused check logs whatever comes as ignored."""
    outcome = record(LOCKED, kind, now=START + MINUTE)
    assert outcome == Outcome(replace(LOCKED, n_pings=2), kind=Kind.IGN)


@pytest.mark.parametrize("kind", [Kind.SUCCESS, Kind.FAIL])
def test_finish_of_the_run_measures_it(kind: Kind) -> None:
    """The run that was started ends with the same id, and its duration is known."""
    check = record(RUNNING, kind, now=START + 3 * MINUTE, rid=RID).check
    assert (check.runs, check.last_duration) == ((), 2 * MINUTE)


def test_overrun_of_a_kept_run_is_not_dated_before_the_success() -> None:
    """The start's grace ended before another run's success brought the check up: it goes down again after that."""
    overrun = fall_due(RUNNING, now=START + 10 * MINUTE)
    assert overrun is not None
    up = record(overrun.check, Kind.SUCCESS, now=START + 20 * MINUTE, rid=OTHER_RID).check
    again = fall_due(up, now=START + 21 * MINUTE)
    assert again is not None
    assert again.flip is not None
    assert (again.flip.n, again.flip.at) == (3, START + 20 * MINUTE)


def test_finish_after_the_clock_was_set_back_counts_from_now() -> None:
    """A moment in the future must not keep a silent check up."""
    ahead = replace(UP, last_ping=START + timedelta(days=365))
    assert record(ahead, Kind.SUCCESS, now=START).check.last_ping == START


def test_finish_without_ids_matches_a_start_without() -> None:
    """No id equals no id."""
    running = replace(RUNNING, runs=(Run(START + MINUTE),))
    assert record(running, Kind.SUCCESS, now=START + 2 * MINUTE).check.last_duration == MINUTE


def test_success_of_another_run_keeps_the_newest_start() -> None:
    """Rule (c): the newest started run keeps being timed, though the check is up."""
    check = record(replace(RUNNING, status=Status.DOWN), Kind.SUCCESS, now=START + 2 * MINUTE, rid=OTHER_RID).check
    assert (check.status, check.runs) == (Status.UP, (RUN,))
    assert check.last_duration is None


@pytest.mark.parametrize(("kind", "rid"), [(Kind.FAIL, OTHER_RID), (Kind.FAIL, None), (Kind.SUCCESS, None)])
def test_any_failure_and_a_plain_success_close_the_run_unmeasured(kind: Kind, rid: str | None) -> None:
    """Rule (b): the run is over, but nobody knows how long it took."""
    check = record(replace(RUNNING, last_duration=HOUR), kind, now=START + 2 * MINUTE, rid=rid).check
    assert (check.runs, check.last_duration) == ((), None)


@pytest.mark.parametrize(
    ("before", "deadline"),
    [
        (NEW, None),
        (UP, START + HOUR + 5 * MINUTE),
        (DOWN, None),
        (PAUSED, None),
        (RUNNING, START + 6 * MINUTE),
        (replace(RUNNING, runs=(Run(START + 2 * HOUR),)), START + HOUR + 5 * MINUTE),
        (replace(NEW, runs=(Run(START),)), START + 5 * MINUTE),
        (replace(PAUSED, runs=(Run(START),)), START + 5 * MINUTE),
        (replace(DOWN, runs=(Run(START),)), None),
    ],
)
def test_deadline_and_what_happens_at_it(before: Check, deadline: datetime | None) -> None:
    """Silence turns a check down at its deadline, to the microsecond, dated at the deadline itself."""
    assert before.deadline == deadline
    if deadline is None:
        assert fall_due(before, now=START + timedelta(days=999)) is None
        return
    assert fall_due(before, now=deadline - timedelta(microseconds=1)) is None
    outcome = fall_due(before, now=deadline + 10 * HOUR)
    assert outcome == Outcome(
        replace(before, status=Status.DOWN, since=deadline, n_flips=1),
        Flip(1, deadline, before.status, Status.DOWN, Reason.TIMEOUT),
    )


@pytest.mark.parametrize(
    ("check", "after", "status"),
    [
        (NEW, timedelta(days=9), Status.NEW),
        (PAUSED, timedelta(days=9), Status.PAUSED),
        (DOWN, timedelta(), Status.DOWN),
        (UP, HOUR - timedelta(microseconds=1), Status.UP),
        (UP, HOUR, Status.GRACE),
        (UP, HOUR + 5 * MINUTE - timedelta(microseconds=1), Status.GRACE),
        (UP, HOUR + 5 * MINUTE, Status.DOWN),
        (RUNNING, 6 * MINUTE - timedelta(microseconds=1), Status.UP),
        (RUNNING, 6 * MINUTE, Status.DOWN),
        (replace(PAUSED, runs=(Run(START),)), 5 * MINUTE, Status.DOWN),
    ],
)
def test_displayed_status(check: Check, after: timedelta, status: Status) -> None:
    """Silence shows at once, with inclusive bounds (protocol 2.2)."""
    assert check.displayed(START + after) is status


def test_next_ping_is_the_start_of_grace_or_the_running_start() -> None:
    """While a run is under way, next_ping is its start if that is earlier (protocol section 10, 8)."""
    assert UP.next_ping == START + HOUR
    assert RUNNING.next_ping == RUNNING.last_start
    assert replace(DOWN, runs=(Run(START),)).next_ping is None


@pytest.mark.parametrize("before", [NEW, UP, DOWN, RUNNING])
def test_pause_stops_watching(before: Check) -> None:
    """A paused check has no run under way, no deadline, and nobody is alerted of it."""
    outcome = pause(before, now=START)
    assert (outcome.check.status, outcome.check.last_start, outcome.check.deadline) == (Status.PAUSED, None, None)
    assert outcome.flip is not None
    assert not outcome.flip.alerts


def test_pause_again_changes_nothing() -> None:
    """Pausing is idempotent."""
    assert pause(PAUSED, now=START) == Outcome(PAUSED)


def test_resume_forgets_pings_but_not_their_number() -> None:
    """A resumed check is new, and waits for its first ping."""
    outcome = resume(replace(LOCKED, n_pings=7, last_duration=HOUR), now=START)
    assert outcome.check == replace(NEW, manual_resume=True, n_pings=7, last_duration=HOUR, since=START, n_flips=1)
    assert outcome.flip is not None
    assert not outcome.flip.alerts


@pytest.mark.parametrize("before", [NEW, UP, DOWN, PAUSED, RUNNING])
def test_clear_makes_a_check_new(before: Check) -> None:
    """As if it had never called, but for the numbers of what comes next."""
    cleared = clear(replace(before, n_pings=7, n_flips=3, failures=2, last_duration=HOUR, since=START))
    assert cleared == replace(NEW, n_pings=7, n_flips=3)


@pytest.mark.parametrize("check", [NEW, UP, DOWN])
def test_resume_needs_a_paused_check(check: Check) -> None:
    """Only what is paused can be resumed."""
    with pytest.raises(NotPaused):
        resume(check, now=START)


def test_reschedule_that_makes_overdue_turns_down_quietly() -> None:
    """The editor sees it at once, so nobody is alerted (protocol 2.4)."""
    outcome = reschedule(UP, schedule=Simple(MINUTE), grace=MINUTE, limits=Limits(), now=START + 30 * MINUTE)
    assert outcome.check.status is Status.DOWN
    assert outcome.flip is not None
    assert not outcome.flip.alerts


@pytest.mark.parametrize("before", [UP, RUNNING])
@pytest.mark.parametrize("schedule", [Simple(HOUR), Simple(MINUTE)])
def test_reschedule_of_what_is_overdue_already_keeps_the_alert(before: Check, schedule: Simple) -> None:
    """Silence came before the editor: the tick that finds it shall tell people, whatever was edited."""
    now = START + 3 * HOUR
    edited = reschedule(before, schedule=schedule, grace=5 * MINUTE, limits=Limits(), now=now).check
    assert edited.status is Status.UP
    outcome = fall_due(edited, now=now)
    assert outcome is not None
    assert outcome.flip is not None
    assert outcome.flip.alerts


@pytest.mark.parametrize("before", [NEW, UP, DOWN, PAUSED])
def test_reschedule_else_changes_no_status(before: Check) -> None:
    """A schedule that leaves time changes the schedule alone."""
    outcome = reschedule(before, schedule=Simple(2 * HOUR), grace=HOUR, limits=Limits(), now=START + MINUTE)
    assert outcome == Outcome(replace(before, schedule=Simple(2 * HOUR), grace=HOUR))


EVENTS = st.sampled_from([*Kind, "tick", "pause", "resume"])
SPANS = st.none() | st.sampled_from([MINUTE, 10 * MINUTE, 2 * HOUR])
LIMITS = st.builds(
    Limits, max_duration=SPANS, min_duration=SPANS, failure_tolerance=st.integers(0, 2), track_runs=st.booleans()
)


def _apply(check: Check, event: Kind | str, now: datetime, rid: str | None) -> Outcome | None:
    if isinstance(event, Kind):
        return record(check, event, now=now, rid=rid)
    if event == "tick":
        return fall_due(check, now=now)
    if event == "pause":
        return pause(check, now=now)
    return resume(check, now=now) if check.status is Status.PAUSED else None


RIDS = st.sampled_from([None, RID, OTHER_RID])


@given(st.lists(st.tuples(EVENTS, st.integers(-2, 4 * 60), RIDS), max_size=30), st.booleans(), LIMITS)
def test_any_history_keeps_the_books(
    events: list[tuple[Kind | str, int, str | None]], manual_resume: bool, limits: Limits
) -> None:
    """Flips are numbered without gaps, chain from status to status, never go back in time, and match the check.

    Whatever the clock does, however runs overlap, and whatever their limits are.
    """
    check, now, flips = replace(NEW, manual_resume=manual_resume, limits=limits), START, []
    for event, minutes, rid in events:
        now += minutes * MINUTE
        outcome = _apply(check, event, now, rid)
        if outcome is None:
            continue
        assert outcome.check.status is not Status.GRACE
        assert (outcome.flip is not None) == (outcome.check.status is not check.status)
        flips += [outcome.flip] if outcome.flip else []
        check = outcome.check
        assert limits.track_runs or len(check.runs) <= 1
    assert [flip.n for flip in flips] == list(range(1, len(flips) + 1))
    assert [flip.old for flip in flips] == [Status.NEW, *(flip.new for flip in flips)][: len(flips)]
    assert [flip.at for flip in flips] == sorted(flip.at for flip in flips)
    assert check.n_flips == len(flips)
    assert check.status is (flips[-1].new if flips else Status.NEW)


@given(st.integers(0, 10**6), st.integers(60, 10**5), st.integers(60, 10**5))
def test_tick_and_display_agree(late: int, timeout: int, grace: int) -> None:
    """A tick turns a check down exactly when it is displayed as down."""
    check = replace(UP, schedule=Simple(timedelta(seconds=timeout)), grace=timedelta(seconds=grace))
    now = START + timedelta(seconds=late)
    assert (fall_due(check, now=now) is not None) == (check.displayed(now) is Status.DOWN)

"""What goes beyond the protocol: limits on runs and failures, keep-alive pings, runs that are tracked one by one."""

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
from tocsin.domain.run import MAX_RUNS, Limits, Run
from tocsin.domain.schedule import Simple
from tocsin.domain.transitions import Outcome, fall_due, record, reschedule, resume

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
GRACE = 5 * MINUTE
A, B, C = (f"00000000-0000-4000-8000-00000000000{digit}" for digit in "abc")

UP = Check("c", Status.UP, Simple(HOUR), GRACE, last_ping=START)


def after(check: Check, *events: tuple[timedelta, Kind, str | None]) -> Outcome:
    """What comes of pings at these times after START."""
    outcome = Outcome(check)
    for passed, kind, rid in events:
        outcome = record(outcome.check, kind, now=START + passed, rid=rid)
    return outcome


def with_limits(check: Check = UP, **limits: object) -> Check:
    return replace(check, limits=Limits(**limits))  # type: ignore[arg-type]


def due(check: Check) -> timedelta | None:
    """The deadline, counted from START."""
    return check.deadline - START if check.deadline else None


@pytest.mark.parametrize("status", [Status.NEW, Status.UP, Status.PAUSED])
def test_run_has_a_time_limit_of_its_own(status: Status) -> None:
    """It replaces grace for the run: longer or shorter, and is named as the reason."""
    for limit in (SECOND, 2 * HOUR):
        running = after(with_limits(replace(UP, status=status), max_duration=limit), (MINUTE, Kind.START, None)).check
        assert due(running) == MINUTE + limit
        overrun = fall_due(running, now=START + 9 * HOUR)
        assert overrun is not None
        assert overrun.flip == Flip(1, START + MINUTE + limit, status, Status.DOWN, Reason.OVERRUN)
        assert overrun.check.runs == running.runs


def test_displayed_status_knows_the_time_limit() -> None:
    """A long run is not down while it is within its limit; it is late once a success was expected."""
    running = after(with_limits(max_duration=2 * HOUR), (50 * MINUTE, Kind.START, None)).check
    shown = [running.displayed(START + passed) for passed in (59 * MINUTE, 66 * MINUTE, 170 * MINUTE)]
    assert shown == [Status.UP, Status.GRACE, Status.DOWN]


def test_job_that_begins_again_and_again_is_noticed() -> None:
    """A success must come by the time that the latest run allowed would have taken."""
    check = with_limits(max_duration=2 * HOUR)
    looping = after(check, *[(minutes * MINUTE, Kind.START, None) for minutes in range(0, 600, 30)]).check
    assert due(looping) == HOUR + GRACE + 2 * HOUR
    outcome = fall_due(looping, now=START + 10 * HOUR)
    assert outcome is not None
    assert outcome.flip is not None
    assert outcome.flip.reason is Reason.TIMEOUT


def test_time_limit_does_not_touch_silence_between_runs() -> None:
    """Without a run under way period and grace decide."""
    assert due(with_limits(max_duration=9 * HOUR)) == HOUR + GRACE


@pytest.mark.parametrize(("took", "status"), [(9.999, Status.DOWN), (10, Status.UP), (60, Status.UP)])
def test_run_that_ends_too_soon_is_a_failure(took: float, status: Status) -> None:
    """The bound itself is long enough."""
    check = with_limits(min_duration=10 * SECOND)
    outcome = after(check, (timedelta(), Kind.START, A), (timedelta(seconds=took), Kind.SUCCESS, A))
    assert outcome.check.status is status
    assert outcome.kind is (Kind.FAIL if status is Status.DOWN else Kind.SUCCESS)
    assert outcome.check.last_duration == timedelta(seconds=took)
    if status is Status.DOWN:
        assert outcome.flip is not None
        assert outcome.flip.reason is Reason.FAST
        assert outcome.flip.alerts


@pytest.mark.parametrize("rid", [None, B])
def test_success_without_its_start_is_never_too_fast(rid: str | None) -> None:
    """Nobody knows how long it took."""
    check = with_limits(min_duration=HOUR)
    assert after(check, (SECOND, Kind.START, A), (2 * SECOND, Kind.SUCCESS, rid)).check.status is Status.UP


def test_run_that_ended_before_it_began_is_not_too_fast() -> None:
    """Its clock was set back, or two machines have two: nobody knows how long it took."""
    outcome = after(with_limits(min_duration=HOUR), (5 * SECOND, Kind.START, None), (4 * SECOND, Kind.SUCCESS, None))
    assert (outcome.check.status, outcome.check.last_duration) == (Status.UP, timedelta())


def test_fast_failure_stays_a_failure() -> None:
    """Its reason is what the job said."""
    outcome = after(with_limits(min_duration=HOUR), (SECOND, Kind.START, None), (2 * SECOND, Kind.FAIL, None))
    assert outcome.flip is not None
    assert outcome.flip.reason is Reason.FAIL


@pytest.mark.parametrize("status", [Status.NEW, Status.UP, Status.PAUSED])
def test_failures_in_a_row_are_put_up_with(status: Status) -> None:
    """Two are; the third one turns the check down."""
    check = with_limits(replace(UP, status=status), failure_tolerance=2)
    fails = [(minutes * MINUTE, Kind.FAIL, None) for minutes in (1, 2, 3)]
    tolerated, down = after(check, *fails[:2]), after(check, *fails)
    assert (tolerated.check.status, tolerated.check.failures) == (Status.UP, 2)
    assert due(tolerated.check) == 2 * MINUTE + HOUR + GRACE
    assert down.flip is not None
    assert (down.flip.new, down.flip.reason, down.flip.alerts) == (Status.DOWN, Reason.FAIL, True)


def test_success_begins_the_count_of_failures_again() -> None:
    """They must be in a row."""
    fail, success = (MINUTE, Kind.FAIL, None), (MINUTE, Kind.SUCCESS, None)
    check = after(with_limits(failure_tolerance=1), fail, success, fail).check
    assert (check.status, check.failures) == (Status.UP, 1)


def test_tolerated_failure_brings_nothing_back() -> None:
    """A check that fell silent stays down until something succeeds; nobody is told again."""
    silent = fall_due(with_limits(failure_tolerance=5), now=START + 9 * HOUR)
    assert silent is not None
    outcome = record(silent.check, Kind.FAIL, now=START + 10 * HOUR)
    assert (outcome.check.status, outcome.flip, outcome.check.failures) == (Status.DOWN, None, 1)


def test_silence_and_overruns_are_never_tolerated() -> None:
    """Nobody said that all is well but for a failure: nobody said anything."""
    check = with_limits(failure_tolerance=5)
    running = after(check, (MINUTE, Kind.START, None)).check
    assert due(check) == HOUR + GRACE
    assert due(running) == MINUTE + GRACE


def test_resume_forgets_failures() -> None:
    """A resumed check starts anew."""
    failing = replace(with_limits(failure_tolerance=1), status=Status.PAUSED, failures=1)
    assert resume(failing, now=START).check.failures == 0


@pytest.mark.parametrize("limits", [{}, {"max_duration": 20 * MINUTE}, {"track_runs": True}])
@pytest.mark.parametrize("rid", [None, A])
def test_keep_alive_extends_the_run(limits: dict[str, object], rid: str | None) -> None:
    """The limit counts from it anew; the time that the run took still counts from its start."""
    check = with_limits(UP, **limits)
    limit = check.limits.max_duration or GRACE
    alive = after(check, (MINUTE, Kind.START, rid), (5 * MINUTE, Kind.KEEPALIVE, rid))
    assert (alive.kind, alive.flip, alive.check.last_ping) == (Kind.KEEPALIVE, None, START)
    assert due(alive.check) == 5 * MINUTE + limit
    ended = record(alive.check, Kind.SUCCESS, now=START + 9 * MINUTE, rid=rid)
    assert ended.check.last_duration == 8 * MINUTE


@pytest.mark.parametrize("limit", [None, 20 * MINUTE])
def test_keep_alive_holds_off_silence_too(limit: timedelta | None) -> None:
    """A run may go on past the next expected signal for as long as it says that it lives."""
    pings = [(minutes * MINUTE, Kind.KEEPALIVE, None) for minutes in range(58, 300, 4)]
    check = after(with_limits(max_duration=limit), (55 * MINUTE, Kind.START, None), *pings).check
    assert due(check) == 298 * MINUTE + (limit or GRACE)
    assert check.displayed(START + 299 * MINUTE) is Status.GRACE


@pytest.mark.parametrize(("started", "kept"), [(None, A), (A, B), ("nothing", None)])
def test_keep_alive_of_no_run_changes_nothing(started: str | None, kept: str | None) -> None:
    """Another run's id, or no run at all: it is logged and counted."""
    before = UP if started == "nothing" else after(UP, (MINUTE, Kind.START, started)).check
    outcome = record(before, Kind.KEEPALIVE, now=START + 2 * MINUTE, rid=kept)
    assert outcome == Outcome(replace(before, n_pings=before.n_pings + 1), kind=Kind.KEEPALIVE)


def test_keep_alive_without_id_is_the_newest_runs() -> None:
    """Whatever id that was started with."""
    check = after(UP, (MINUTE, Kind.START, A), (2 * MINUTE, Kind.KEEPALIVE, None)).check
    assert check.runs == (Run(START + MINUTE, A, START + 2 * MINUTE),)


def test_tracked_runs_end_one_by_one() -> None:
    """Each finish ends its own run, whatever it says; an unknown one ends none."""
    starts = [(minutes * MINUTE, Kind.START, rid) for minutes, rid in ((1, A), (2, B), (3, None), (4, C))]
    check = after(with_limits(track_runs=True), *starts).check
    assert [run.rid for run in check.runs] == [A, B, None, C]
    check = after(check, (5 * MINUTE, Kind.SUCCESS, None), (5 * MINUTE, Kind.FAIL, B)).check
    assert ([run.rid for run in check.runs], check.last_duration) == ([A, C], 3 * MINUTE)
    assert after(check, (5 * MINUTE, Kind.SUCCESS, B)).check.runs == check.runs


def test_tracked_run_that_begins_again_is_one_run() -> None:
    """The later start counts, and it is the newest run then."""
    check = after(with_limits(track_runs=True), (MINUTE, Kind.START, A), (MINUTE, Kind.START, B)).check
    assert after(check, (2 * MINUTE, Kind.START, A)).check.runs == (Run(START + MINUTE, B), Run(START + 2 * MINUTE, A))


def test_each_tracked_run_that_overruns_is_noticed() -> None:
    """The first turns the check down; the second does so again once another run's success brought it back."""
    check = with_limits(track_runs=True)
    running = after(check, (1 * MINUTE, Kind.START, A), (2 * MINUTE, Kind.START, B), (3 * MINUTE, Kind.START, C)).check
    first = fall_due(running, now=START + HOUR)
    assert first is not None
    assert first.flip == Flip(1, START + 6 * MINUTE, Status.UP, Status.DOWN, Reason.OVERRUN)
    assert [run.rid for run in first.check.runs] == [B, C]
    up = record(first.check, Kind.SUCCESS, now=START + 7 * MINUTE, rid=C).check
    second = fall_due(up, now=START + HOUR)
    assert second is not None
    assert second.flip == Flip(3, START + 7 * MINUTE, Status.UP, Status.DOWN, Reason.OVERRUN, since=START + 7 * MINUTE)
    assert second.check.runs == ()


def test_untracked_runs_are_the_protocols() -> None:
    """Only the newest start counts, and plain words tell of its overrun."""
    running = after(UP, (MINUTE, Kind.START, A), (2 * MINUTE, Kind.START, B)).check
    assert running.runs == (Run(START + 2 * MINUTE, B),)
    outcome = fall_due(running, now=START + HOUR)
    assert outcome is not None
    assert outcome.flip is not None
    assert outcome.flip.reason is Reason.TIMEOUT


def test_too_many_tracked_runs_give_up_the_oldest() -> None:
    """Not silently: that one counts as overrun."""
    rids = [f"00000000-0000-4000-8000-{number:012d}" for number in range(MAX_RUNS + 1)]
    full = after(with_limits(track_runs=True), *[(MINUTE, Kind.START, rid) for rid in rids[:-1]])
    assert (full.flip, len(full.check.runs)) == (None, MAX_RUNS)
    outcome = record(full.check, Kind.START, now=START + 2 * MINUTE, rid=rids[-1])
    assert [run.rid for run in outcome.check.runs] == rids[1:]
    assert (outcome.kind, outcome.check.status) == (Kind.START, Status.DOWN)
    assert outcome.flip is not None
    assert (outcome.flip.reason, outcome.flip.at) == (Reason.OVERRUN, START + 2 * MINUTE)


def test_edit_that_makes_a_tracked_run_overdue_has_dealt_with_it() -> None:
    """The editor sees the check go down; the same run does not turn it down again, with an alert."""
    check = with_limits(track_runs=True, max_duration=HOUR)
    running = after(check, (MINUTE, Kind.START, A), (9 * MINUTE, Kind.START, B)).check
    limits = Limits(track_runs=True, max_duration=5 * MINUTE)
    edited = reschedule(running, schedule=UP.schedule, grace=GRACE, limits=limits, now=START + 10 * MINUTE)
    assert edited.flip == Flip(1, START + 10 * MINUTE, Status.UP, Status.DOWN)
    assert [run.rid for run in edited.check.runs] == [B]


def test_end_of_tracking_keeps_the_newest_run() -> None:
    """From then on the protocol's rule holds."""
    running = after(with_limits(track_runs=True), (MINUTE, Kind.START, A), (2 * MINUTE, Kind.START, B)).check
    outcome = reschedule(running, schedule=UP.schedule, grace=GRACE, limits=Limits(), now=START + 3 * MINUTE)
    assert outcome.check.runs == (Run(START + 2 * MINUTE, B),)


MINUTES = st.integers(0, 200)


@given(MINUTES, MINUTES, st.none() | MINUTES, st.none() | st.integers(1, 200), st.booleans(), MINUTES)
def test_tick_and_display_agree(
    began: int, also: int, alive: int | None, limit: int | None, tracked: bool, now: int
) -> None:
    """With limits too, a tick turns a check down exactly when it is displayed as down."""
    check = with_limits(max_duration=limit * MINUTE if limit else None, track_runs=tracked)
    check = after(check, (began * MINUTE, Kind.START, A), (also * MINUTE, Kind.START, B)).check
    if alive is not None:
        check = after(check, (alive * MINUTE, Kind.KEEPALIVE, B)).check
    at: datetime = START + now * MINUTE
    assert (fall_due(check, now=at) is not None) == (check.displayed(at) is Status.DOWN)

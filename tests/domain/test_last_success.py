"""When a check last succeeded, as far as its state tells."""

from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.fakes import START
from tocsin.domain.check import Check
from tocsin.domain.ping import Kind
from tocsin.domain.run import Limits
from tocsin.domain.transitions import NotPaused, clear, pause, record, resume

MINUTE = timedelta(minutes=1)
FAST = Check("c", limits=Limits(min_duration=timedelta(hours=1)))
EVENTS = st.sampled_from([*Kind, "pause", "resume", "clear"])


def _go_on(check: Check, known: datetime | None, event: Kind | str, now: datetime) -> tuple[Check, datetime | None]:
    """The check after the event, and the last success by plain bookkeeping."""
    if isinstance(event, Kind):
        outcome = record(check, event, now=now)
        return outcome.check, now if outcome.kind is Kind.SUCCESS else known
    if event == "pause":
        return pause(check, now=now).check, known
    if event == "clear":
        return clear(check), None
    try:
        return resume(check, now=now).check, None
    except NotPaused:
        return check, known


@given(st.lists(EVENTS, max_size=30), st.integers(0, 3), st.booleans())
def test_last_success_is_known_through_any_history(events: list[Kind | str], tolerance: int, picky: bool) -> None:
    """Failures, tolerated ones and runs that were too fast among them, leave it; a resume and a clearing forget it."""
    limits = replace(FAST.limits if picky else Limits(), failure_tolerance=tolerance)
    check, known = replace(FAST, limits=limits), None
    for minute, event in enumerate(events):
        check, known = _go_on(check, known, event, START + minute * MINUTE)
        assert check.last_success == known


def test_healthy_check_keeps_no_second_moment() -> None:
    """While it succeeds the last ping is the last success, so a success has nothing more to write."""
    check = record(Check("c"), Kind.SUCCESS, now=START).check
    failed = record(check, Kind.FAIL, now=START + MINUTE).check
    again = record(failed, Kind.SUCCESS, now=START + 2 * MINUTE).check
    assert [each.success_before for each in (check, failed, again)] == [None, START, None]

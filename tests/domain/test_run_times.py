"""A scale for run times shows the usual ones well, and never hides the others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.run_times import scale

SECOND = timedelta(seconds=1)
lengths = st.lists(st.timedeltas(timedelta(), timedelta(hours=72)), min_size=1, max_size=200)


@given(lengths)
def test_scale_holds_all_but_a_few(found: list[timedelta]) -> None:
    """At most one run in ten is longer than the scale, and then by far; the median is always on it."""
    drawn = scale(found)
    assert drawn is not None
    above = [length for length in found if length > drawn.top]

    assert len(above) <= len(found) / 10
    assert drawn.median <= drawn.top
    assert drawn.longest == max(found)
    assert drawn.median in found


@given(st.timedeltas(timedelta(), timedelta(hours=72)))
def test_scale_of_one_run_is_not_much_longer_than_it(length: timedelta) -> None:
    """The picture is not mostly empty: the top is at most two and a half times as high, or a millisecond."""
    drawn = scale([length])
    assert drawn is not None

    assert length <= drawn.top <= max(2.5 * length, timedelta(milliseconds=1))


@pytest.mark.parametrize(
    ("seconds", "top"), [((0.3,), 0.5), ((3, 4, 42), 60), ((3,) * 19 + (90,), 5), ((3600, 7000), 7200)]
)
def test_scale_ends_at_a_round_length(seconds: tuple[float, ...], top: float) -> None:
    """One run that took thirty times as long as all others does not flatten them."""
    drawn = scale([second * SECOND for second in seconds])
    assert drawn is not None

    assert drawn.top == top * SECOND


def test_scale_of_nothing_is_none() -> None:
    """No run was measured."""
    assert scale([]) is None

"""What is drawn of a check: shapes in the units of a drawing, so that templates only write them down."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from handlers.web.words import times
from tocsin.domain.check import Status
from tocsin.domain.run import Limits
from tocsin.domain.run_times import Run, Scale, scale
from tocsin.domain.uptime import Span, Tally
from tocsin.domain.wording import duration_words

STRIP_WIDTH = 1000
_ROOF, _FLOOR = 22, 144
"""Between these heights lie the runs of the chart; those that stand apart are above."""
_LEFT, _RIGHT = 70, 630
"""Between these lie the runs from the first to the last; further left the scale is written."""
CELL = 14
"""From one day of the year's map to the next."""
_SLIGHT, _GRAVE = 0.01, 0.1
"""Shares of a day: what was down for less than the first was down slightly, for more than the second gravely."""


class Stretch(Struct, frozen=True):
    """A piece of a strip, which shows a time from left to right."""

    status: Status
    x: float
    width: float


def strip(spans: Sequence[Span], began: datetime, ended: datetime, *, hair: int = 2) -> list[Stretch]:
    """What lies in this time; before anything is known there is nothing.

    An outage of a minute is still an outage: nothing is drawn narrower than a hair.
    """
    unit = STRIP_WIDTH / (ended - began).total_seconds()
    return [_stretch(span, began, ended, unit, hair) for span in spans if span.until > began and span.began < ended]


def _stretch(span: Span, began: datetime, ended: datetime, unit: float, hair: int) -> Stretch:
    x = max((span.began - began).total_seconds(), 0) * unit
    end = (min(span.until, ended) - began).total_seconds() * unit
    width = max(end - x, hair)
    return Stretch(span.status, round(min(x, STRIP_WIDTH - width), 1), round(width, 1))


class Day(Struct, frozen=True):
    """A square of the year's map."""

    date: date
    x: int
    y: int
    look: str
    words: str


class Year(Struct, frozen=True):
    days: Sequence[Day]
    months: Sequence[tuple[int, str]]
    """Where the name of each stands."""
    width: int

    @property
    def bad(self) -> list[Day]:
        """The days with downtime, the newest first."""
        return [day for day in reversed(self.days) if day.look.startswith("down")]


def year(tallies: Sequence[Tally]) -> Year:
    """A column a week, Monday on top."""
    first = tallies[0].began.weekday()
    days = [_day(tally, (first + number) // 7, (first + number) % 7) for number, tally in enumerate(tallies)]
    months = [(day.x, f"{day.date:%b}") for day in days if day.date.day == 1]
    return Year(days, months, days[-1].x + CELL)


def _day(tally: Tally, week: int, weekday: int) -> Day:
    look, words = _look(tally), _day_words(tally)
    return Day(tally.began.date(), week * CELL, weekday * CELL, look, words)


def _look(tally: Tally) -> str:
    if not tally.watched and not tally.downtimes:
        return "idle" if tally.idle else "unknown"
    if not tally.downtimes:
        return "up"
    share = tally.down / (tally.ended - tally.began)
    return "down-1" if share < _SLIGHT else "down-2" if share < _GRAVE else "down-3"


def _day_words(tally: Tally) -> str:
    if tally.downtimes:
        return f"down for {duration_words(tally.down)}, {times(tally.downtimes)}"
    return {"up": "no downtime", "idle": "not watched"}.get(_look(tally), "nothing known")


class Dot(Struct, frozen=True):
    """A run in the chart; one that stands apart lies above its scale."""

    x: float
    y: float
    run: Run
    apart: bool


class Chart(Struct, frozen=True):
    """How long the last runs took, the newest on the right."""

    dots: Sequence[Dot]
    scale: Scale
    median_y: float
    limit: timedelta | None
    """The longest that a run may take, where the chart reaches so far."""
    limit_y: float

    @property
    def line(self) -> str:
        """Through all runs that are on the scale."""
        return " ".join(f"{dot.x},{dot.y}" for dot in self.dots if not dot.apart)


def chart(runs: Sequence[Run], limits: Limits) -> Chart | None:
    """Of the runs that were measured, the oldest first; None where there are none."""
    measured = [(run, run.took) for run in runs if run.took is not None]
    drawn = scale([took for _, took in measured])
    if drawn is None:
        return None
    step = (_RIGHT - _LEFT) / max(len(measured) - 1, 1)
    left = _RIGHT - step * (len(measured) - 1)
    dots = [
        Dot(round(left + number * step, 1), _height(took, drawn.top), run, took > drawn.top)
        for number, (run, took) in enumerate(measured)
    ]
    longest = limits.max_duration
    limit = longest if longest and longest <= drawn.top else None
    return Chart(dots, drawn, _height(drawn.median, drawn.top), limit, _height(limit or drawn.top, drawn.top))


def _height(took: timedelta, top: timedelta) -> float:
    return _ROOF / 2 if took > top else round(_FLOOR - (took / top) * (_FLOOR - _ROOF), 1)


class Course(Struct, frozen=True):
    """What becomes of a check after a ping if nothing more is heard, from left to right."""

    period: timedelta
    grace: timedelta
    late_x: int
    """Where it is late from on; up until then."""
    down_x: int

    @property
    def silence(self) -> timedelta:
        return self.period + self.grace


def course(period: timedelta, grace: timedelta) -> Course:
    """In proportion, but for room that each needs for its words."""
    left, right, least = 8, 500, 145
    share = period / (period + grace)
    late = round(min(max(left + share * (right - left), left + least), right - least))
    return Course(period, grace, late, right)

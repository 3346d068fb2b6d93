"""What pages tell of a schedule's future."""

from __future__ import annotations

from datetime import datetime

from tocsin.domain.schedule import Incalculable, Schedule, Simple
from tocsin.services.schedules import upcoming

DATES = 5


def foresee(schedule: Schedule, *, now: datetime) -> dict[str, object]:
    """The calendar's next dates, in its own zone, or why there are none; nothing of a schedule that is no calendar."""
    if isinstance(schedule, Simple):
        return {}
    try:
        return {"calendar": schedule, "dates": upcoming(schedule, after=now, count=DATES)}
    except Incalculable as trouble:
        return {"calendar": schedule, "dates": [], "trouble": str(trouble)}

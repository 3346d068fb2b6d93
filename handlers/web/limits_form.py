"""The part of a check's form that puts limits on runs and failures. Its bounds are the service's to judge."""

from __future__ import annotations

from datetime import timedelta

from wtforms import BooleanField, SelectField
from wtforms.validators import Optional

from handlers.web.lengths import WholeNumber, length_of, length_values, unit_field
from tocsin.domain.run import Limits


class LimitFields:
    max_duration = WholeNumber("A run takes at most", [Optional()])
    max_duration_unit = unit_field("Unit of the longest run")
    min_duration = WholeNumber("A run takes at least", [Optional()])
    min_duration_unit = unit_field("Unit of the shortest run")
    failure_tolerance = WholeNumber("Failures in a row to put up with", [Optional()])
    track_runs = BooleanField("Follow each run by its id")

    def limits(self) -> Limits:
        return Limits(
            max_duration=_length(self.max_duration, self.max_duration_unit),
            min_duration=_length(self.min_duration, self.min_duration_unit),
            failure_tolerance=self.failure_tolerance.data or 0,
            track_runs=bool(self.track_runs.data),
        )


def limit_values(limits: Limits) -> dict[str, object]:
    """What the fields start with; a length that is not set, or is 0, leaves its field empty."""
    lengths = {"max_duration": limits.max_duration, "min_duration": limits.min_duration}
    values: dict[str, object] = {"failure_tolerance": limits.failure_tolerance, "track_runs": limits.track_runs}
    for field, length in lengths.items():
        values |= length_values(field, length) if length is not None else {}
    return values


def _length(number: WholeNumber, unit: SelectField) -> timedelta | None:
    return length_of(number, unit) if number.data else None

"""Lengths of time in forms: a whole number and its unit, two fields that belong together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from wtforms import IntegerField, SelectField

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_TOO_MUCH = 1_000_000
"""More of any unit than the longest length has; keeps the arithmetic within what a timedelta holds."""


class WholeNumber(IntegerField):
    """A number field that speaks plainly."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        # Else an emptied field would still hold what the check has.
        self.data = 0
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError("Type a whole number.")
        self.data = min(int(text), _TOO_MUCH)


def unit_field(label: str) -> SelectField:
    return SelectField(label, choices=list(UNITS), default="minutes")


def length_of(number: WholeNumber, unit: SelectField) -> timedelta:
    return timedelta(seconds=int(number.data or 0) * UNITS.get(str(unit.data), 0))


def length_values(field: str, length: timedelta) -> dict[str, object]:
    """What the two fields start with: the number in the largest unit that it is whole in."""
    seconds = int(length.total_seconds())
    unit = next(name for name, size in reversed(UNITS.items()) if seconds % size == 0)
    return {field: seconds // UNITS[unit], f"{field}_unit": unit}

"""How version 4 tells moments, and understands those that it is told."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, TypeAlias, overload

from msgspec import Meta

from tocsin.services.declared import Invalid, Problem
from tocsin.stores import fields
from tocsin.stores.table import BadCursor

LAST = datetime(2286, 1, 1, tzinfo=UTC)
"""Later moments don't sort as texts any more (stores/fields.py)."""
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH = re.compile(r"[0-9]{1,10}(\.[0-9]{1,6})?")
_EXAMPLE = "2026-03-01T12:00:00+00:00"

Moment: TypeAlias = Annotated[
    str,
    Meta(
        description="ISO 8601 in UTC, with microseconds.",
        examples=["2026-03-01T12:00:00.000000+00:00"],
        extra_json_schema={"format": "date-time"},
    ),
]
GivenMoment: TypeAlias = Annotated[
    str, Meta(description="ISO 8601, in UTC where no zone is named, or UNIX time.", examples=[_EXAMPLE, "1772366400"])
]


@overload
def iso(at: datetime) -> str: ...
@overload
def iso(at: None) -> None: ...
@overload
def iso(at: datetime | None) -> str | None: ...
def iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="microseconds") if at else None


def from_microseconds(number: int) -> datetime:
    """Raises BadCursor: only cursors hold such numbers, and we make those."""
    if not 0 <= number <= fields.moment(LAST):
        raise BadCursor("nothing happened at this moment")
    return fields.moment_from(number)


def read_moments(**given: str | None) -> list[datetime | None]:
    """The moments that parameters name, in their order. Raises Invalid."""
    found: list[datetime | None] = []
    faults: list[Problem] = []
    for name, text in given.items():
        try:
            found.append(None if text is None else _understood(text))
        except (ValueError, OverflowError):
            faults.append(Problem(name, "", f"must be a moment such as {_EXAMPLE}, or UNIX time"))
    if faults:
        raise Invalid(faults)
    return found


def _understood(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        at = datetime.fromtimestamp(float(text), UTC)
    else:
        # A plus that nobody encoded arrives as a space.
        at = datetime.fromisoformat(re.sub(r" (?=[0-9]{2}:?[0-9]{2}$)", "+", text) if "T" in text else text)
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    # What lies outside is as good as the bound: nothing happened there.
    return min(max(at, _FIRST), LAST)

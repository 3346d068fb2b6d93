"""How domain values stand in an item: moments and lengths of time as whole microseconds, None as no attribute."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tocsin.stores.table import Item, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def moment(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def moment_from(number: int) -> datetime:
    return _EPOCH + timedelta(microseconds=number)


def length(duration: timedelta) -> int:
    return duration // _MICROSECOND


def length_from(number: int) -> timedelta:
    return timedelta(microseconds=number)


def maybe_moment(at: datetime | None) -> int | None:
    return None if at is None else moment(at)


def maybe_length(duration: timedelta | None) -> int | None:
    return None if duration is None else length(duration)


def sortable(at: datetime) -> str:
    """A moment as a piece of a sort key: text order is time order until the year 2286."""
    return f"{moment(at):016d}"


def expiry(at: datetime, keep: timedelta) -> int:
    """The `expires` attribute of what happened at `at` and is kept so long: epoch seconds."""
    return moment(at + keep) // 1_000_000


def expiry_at(at: datetime) -> int:
    """The `expires` attribute of what ends at this moment: epoch seconds, whole ones."""
    return moment(at) // 1_000_000


def expired_at(seconds: int) -> datetime:
    return moment_from(seconds * 1_000_000)


@dataclass(slots=True)
class Changes:
    """The difference between what an item says and what it should say: a value to set, or an attribute to remove."""

    set: dict[str, Value] = field(default_factory=dict)
    remove: list[str] = field(default_factory=list)

    def put(self, name: str, value: Value | None) -> None:
        """None and the empty set mean that the attribute goes."""
        if value is None or value == frozenset():
            self.remove.append(name)
        else:
            self.set[name] = value


def differences(before: Mapping[str, Value | None], after: Mapping[str, Value | None]) -> Changes:
    """What to write so that an item encoded as `before` says `after`; both have the same names."""
    changes = Changes()
    for name, value in after.items():
        if value != before[name]:
            changes.put(name, value)
    return changes


def written(values: Mapping[str, Value | None]) -> Changes:
    """What to write so that an item says these values, whatever it said before."""
    changes = Changes()
    for name, value in values.items():
        changes.put(name, value)
    return changes


def present(values: Mapping[str, Value | None]) -> dict[str, Value]:
    """Leave out what is None, or an empty set."""
    return {name: value for name, value in values.items() if value is not None and value != frozenset()}


def text(item: Item, name: str, default: str = "") -> str:
    value = item.get(name, default)
    assert isinstance(value, str)
    return value


def number(item: Item, name: str, default: int = 0) -> int:
    value = item.get(name, default)
    assert isinstance(value, int)
    return value


def optional_number(item: Item, name: str) -> int | None:
    return number(item, name) if name in item else None


def optional_moment(item: Item, name: str) -> datetime | None:
    return moment_from(number(item, name)) if name in item else None


def optional_length(item: Item, name: str) -> timedelta | None:
    return length_from(number(item, name)) if name in item else None


def optional_text(item: Item, name: str) -> str | None:
    return text(item, name) if name in item else None


def octets(item: Item, name: str) -> bytes:
    value = item.get(name, b"")
    assert isinstance(value, bytes)
    return value


def names(item: Item, name: str) -> frozenset[str]:
    value = item.get(name, frozenset())
    assert isinstance(value, frozenset)
    return value

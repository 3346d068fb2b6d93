"""A project's checks as the list shows them: sorted, counted, chosen by what was asked for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct

from handlers.web.check_query import Asked
from handlers.web.check_story import since
from handlers.web.fingerprints import fingerprint
from handlers.web.words import STATUS_WORDS
from tocsin.domain.check import Status
from tocsin.domain.schedule import Schedule, Simple
from tocsin.stores.check_items import Info, Stored

_NUMBER = re.compile(r"([0-9]{1,18})")
_ORDER = {status: place for place, status in enumerate(STATUS_WORDS)}


class Row(Struct, frozen=True):
    id: str
    name: str
    slug: str
    tags: tuple[str, ...]
    told: frozenset[str]
    """Ids of channels, some of which may be gone."""
    status: Status
    since: datetime | None
    created: datetime
    schedule: Schedule
    grace: timedelta
    last_ping: datetime | None
    last_start: datetime | None
    last_duration: timedelta | None

    @classmethod
    def of(cls, stored: Stored, info: Info, now: datetime) -> Row:
        check = stored.check
        return cls(
            id=check.id,
            name=info.name,
            slug=info.slug,
            tags=info.tag_list,
            told=info.channels,
            status=check.displayed(now),
            since=since(check, now),
            created=stored.created,
            schedule=check.schedule,
            grace=check.grace,
            last_ping=check.last_ping,
            last_start=check.last_start,
            last_duration=check.last_duration,
        )

    def matches(self, words: Sequence[str]) -> bool:
        """The same rule as in static/checks.js: every word is in the name, a tag, the slug or the id."""
        text = " ".join((self.name, *self.tags, self.slug, self.id)).lower()
        return all(word in text for word in words)

    def rings(self, channels: Sequence[str]) -> list[int]:
        """The places, among the project's channels, of those that it tells."""
        return [place for place, channel in enumerate(channels) if channel in self.told]


class TagCount(Struct, frozen=True):
    name: str
    total: int
    down: int


class Listing(Struct, frozen=True):
    """The rows that were asked for, and counts of what there is besides."""

    rows: Sequence[Row]
    counts: Mapping[Status, int]
    """Of those with the tags asked for, in the order of the list, zeros included."""
    down: int
    """Of all, whatever was asked for."""
    late: int
    total: int
    tags: Sequence[TagCount]
    """Of all, the most frequent first."""
    shared: frozenset[str]
    """Slugs that more than one check has: a ping by such a slug is refused."""
    asked: Asked
    seen: str
    """Tells this list from one in which something has moved."""

    @property
    def found(self) -> int:
        return sum(row.matches(self.asked.words) for row in self.rows)


def listing(pairs: Iterable[tuple[Stored, Info]], *, now: datetime, asked: Asked) -> Listing:
    pairs = list(pairs)
    rows = [Row.of(stored, info, now) for stored, info in pairs]
    tagged = [row for row in rows if {*asked.tags} <= {*row.tags}]
    slugs = Counter(row.slug for row in rows if row.slug)
    return Listing(
        rows=ordered((row for row in tagged if asked.status in (None, row.status)), asked.sort),
        counts={known: sum(row.status is known for row in tagged) for known in STATUS_WORDS},
        down=sum(row.status is Status.DOWN for row in rows),
        late=sum(row.status is Status.GRACE for row in rows),
        total=len(rows),
        tags=_tag_counts(rows),
        shared=frozenset(slug for slug, count in slugs.items() if count > 1),
        asked=asked,
        seen=list_fingerprint((stored for stored, _ in pairs), now),
    )


def list_fingerprint(states: Iterable[Stored], now: datetime) -> str:
    """Differs when what a list shows does: each edit counts `rev` up. Relative times stay fresh by themselves."""
    facts = [
        (check.id, stored.rev, check.displayed(now), check.last_ping, check.last_start, check.last_duration)
        for stored in states
        for check in (stored.check,)
    ]
    return fingerprint(sorted(facts))


def ordered(rows: Iterable[Row], sort: str) -> list[Row]:
    """By a column; rows with nothing in it come last, whichever way round."""
    column = sort.removeprefix("-")
    by_name = sorted(rows, key=lambda row: (_ORDER[row.status], _natural(row.name)))
    if column not in _KEYS:
        return by_name
    key = _KEYS[column]
    filled = [row for row in by_name if key(row) is not None]
    return sorted(filled, key=key, reverse=sort.startswith("-")) + [row for row in by_name if key(row) is None]


def _natural(name: str) -> list[str | int]:
    """Numbers count as such: 9 comes before 10. Texts and numbers take turns, so that they can be compared."""
    return [int(part) if place % 2 else part for place, part in enumerate(_NUMBER.split(name.lower()))]


def _tag_counts(rows: Iterable[Row]) -> list[TagCount]:
    totals, downs = Counter[str](), Counter[str]()
    for row in rows:
        totals.update({*row.tags})
        downs.update({*row.tags} if row.status is Status.DOWN else ())
    return [TagCount(tag, totals[tag], downs[tag]) for tag in sorted(totals, key=lambda tag: (-totals[tag], tag))]


def _expected(row: Row) -> tuple[bool, timedelta, str]:
    """Periods by length, then calendars by their text."""
    if isinstance(row.schedule, Simple):
        return False, row.schedule.timeout, ""
    return True, timedelta(), str(getattr(row.schedule, "expression", ""))


_KEYS: Mapping[str, Callable[[Row], Any]] = {
    "status": lambda row: _ORDER[row.status],
    "name": lambda row: _natural(row.name) if row.name else None,
    "url": lambda row: row.slug or None,
    "told": lambda row: len(row.told),
    "expected": _expected,
    "ping": lambda row: row.last_ping,
    "run": lambda row: row.last_duration,
    "added": lambda row: row.created,
}

"""A project's checks as the list shows them: sorted, counted, chosen by what was asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from handlers.web.check_story import since
from handlers.web.words import STATUS_WORDS
from tocsin.domain.check import Status
from tocsin.domain.schedule import Schedule
from tocsin.stores.check_items import Info, Stored

_ORDER = {status: place for place, status in enumerate(STATUS_WORDS)}


class Row(Struct, frozen=True):
    id: str
    name: str
    tags: tuple[str, ...]
    status: Status
    since: datetime | None
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
            tags=info.tag_list,
            status=check.displayed(now),
            since=since(check, now),
            schedule=check.schedule,
            grace=check.grace,
            last_ping=check.last_ping,
            last_start=check.last_start,
            last_duration=check.last_duration,
        )

    def matches(self, words: Sequence[str]) -> bool:
        """The same rule as in static/app.js: every word is in the name or a tag."""
        text = " ".join((self.name, *self.tags)).lower()
        return all(word in text for word in words)


class Listing(Struct, frozen=True):
    rows: Sequence[Row]
    """Those of the status asked for."""
    counts: Mapping[Status, int]
    """Of all rows, in the order of the list, zeros included."""
    status: Status | None
    words: Sequence[str]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def down(self) -> int:
        return self.counts[Status.DOWN]

    @property
    def found(self) -> int:
        return sum(row.matches(self.words) for row in self.rows)

    @property
    def fingerprint(self) -> str:
        """Differs when the list does. Relative times do not count: the browser keeps those fresh by itself."""
        facts = repr((self.rows, self.counts))
        return hashlib.blake2b(facts.encode(errors="replace"), digest_size=8).hexdigest()


def listing(pairs: Iterable[tuple[Stored, Info]], *, now: datetime, status: str = "", text: str = "") -> Listing:
    """What is down first, then by name."""
    rows = sorted(
        (Row.of(stored, info, now) for stored, info in pairs), key=lambda row: (_ORDER[row.status], row.name.lower())
    )
    counts = {known: sum(row.status is known for row in rows) for known in STATUS_WORDS}
    wanted = next((known for known in STATUS_WORDS if known.value == status), None)
    shown = [row for row in rows if wanted in (None, row.status)]
    return Listing(shown, counts, wanted, text.lower().split())

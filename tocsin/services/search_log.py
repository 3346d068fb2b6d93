"""Look through a check's log for what somebody wants to see of it: kinds of entries, and a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.flip import Flip
from tocsin.domain.ping import Kind
from tocsin.services.read_log import LogEntry, read_flips, read_log
from tocsin.stores.alerts import Alerts, Told
from tocsin.stores.check_items import Stored
from tocsin.stores.checks import Checks

MAX_ROWS = 1000
ALL = frozenset(Kind)
_LOOKED_THROUGH = 5000
"""Pings that are read for one page, at most, however few of them are wanted."""
_AT_ONCE = 500
_MAX_ALERTS = 500
"""Of each channel, on one page."""
_INSTANT = timedelta(microseconds=1)
_EPOCH = datetime.fromtimestamp(0, UTC)
_CENTURIES_ON = datetime(2200, 1, 1, tzinfo=UTC)
"""Keys have room for moments up to then."""
_NEVER, _FOREVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Search(Struct, frozen=True):
    """What is looked for. The time is from `start` on, up to `end`, that not included."""

    kinds: frozenset[Kind] = ALL
    flips: bool = True
    alerts: bool = True
    start: datetime | None = None
    end: datetime | None = None


class Line(Struct, frozen=True):
    """An entry of the log: a ping, a flip, or an alert, which stands where its flip does."""

    at: datetime
    ping: LogEntry | None = None
    flip: Flip | None = None
    alert: Told | None = None


class Leaf(Struct, frozen=True):
    """A page of what was found, the newest first."""

    lines: Sequence[Line]
    newer: int | None = None
    """What is newer has numbers above this one; None where there is nothing newer."""
    older: int | None = None
    """What is older has numbers below this one; None where there is nothing older."""


class _Stretch(Struct, frozen=True):
    """The pings of a page, and the time that it shows: after `began`, up to `ended`, that included."""

    entries: Sequence[LogEntry]
    newer: int | None
    older: int | None
    began: datetime = _NEVER
    ended: datetime = _FOREVER


class _Part(Struct, frozen=True):
    """The part of a log that is looked through: its pings with numbers from `low` on, below `high`."""

    checks: Checks
    stored: Stored
    search: Search
    now: datetime
    low: int
    high: int

    def newest_first(self, below: int, at_once: int) -> Iterator[LogEntry]:
        # To readers the log begins where it was cleared last.
        stored = replace(self.stored, cleared_pings=max(self.stored.cleared_pings, self.low - 1))
        page = read_log(self.checks, stored=stored, now=self.now, limit=at_once, before=below)
        yield from page
        if len(page) == at_once:
            yield from self.newest_first(page[-1].ping.n, at_once)

    def oldest_first(self, above: int, at_once: int) -> Iterator[LogEntry]:
        page = read_log(self.checks, stored=self.stored, now=self.now, limit=at_once, before=self.high, after=above)
        yield from reversed(page)
        if len(page) == at_once:
            yield from self.oldest_first(page[0].ping.n, at_once)


def search_log(
    checks: Checks,
    *,
    stored: Stored,
    search: Search,
    now: datetime,
    limit: int,
    before: int | None = None,
    after: int | None = None,
) -> Leaf:
    """The newest `limit` pings that are wanted, below number `before` or the next above `after`.

    Flips and alerts stand between them; where no kind of ping is wanted, the newest `limit` of these are all there is.
    Where few pings of a long log are wanted the page may hold fewer, and there is more behind it.
    """
    low, high = _bounds(checks, stored, search)
    part = _Part(checks, stored, search, now, low, high)
    if not search.kinds:
        return Leaf(_lines(part, _Stretch([], None, None))[:limit])
    found = _back(part, before, limit) if after is None else _forth(part, after, limit)
    return Leaf(_lines(part, found), found.newer, found.older)


def _bounds(checks: Checks, stored: Stored, search: Search) -> tuple[int, int]:
    low = checks.log.first_at(stored, search.start) if search.start else stored.first_ping
    high = checks.log.first_at(stored, search.end) if search.end else stored.check.n_pings + 1
    return low, max(low, high)


def _back(part: _Part, before: int | None, limit: int) -> _Stretch:
    below = min(before or part.high, part.high)
    looked, rest = _enough(part.newest_first(below, _at_once(part, limit)), part.search.kinds, limit)
    shown = [entry for entry in looked if entry.ping.kind in part.search.kinds]
    further = before is not None and looked
    return _Stretch(
        shown,
        newer=looked[0].ping.n if further else None,
        older=rest.ping.n + 1 if rest else None,
        began=rest.ping.at if rest else _NEVER,
        ended=looked[0].ping.at if further else _FOREVER,
    )


def _forth(part: _Part, after: int, limit: int) -> _Stretch:
    above = max(after, part.low - 1)
    looked, rest = _enough(part.oldest_first(above, _at_once(part, limit)), part.search.kinds, limit)
    shown = [entry for entry in reversed(looked) if entry.ping.kind in part.search.kinds]
    under = next(part.newest_first(above + 1, 1), None) if above >= part.low else None
    return _Stretch(
        shown,
        newer=rest.ping.n - 1 if rest else None,
        older=under.ping.n + 1 if under else None,
        began=under.ping.at if under else _NEVER,
        ended=looked[-1].ping.at if rest else _FOREVER,
    )


def _at_once(part: _Part, limit: int) -> int:
    """One more than is shown tells whether the log goes on; where not all are wanted, more are read for as many."""
    return limit + 1 if part.search.kinds == ALL else max(limit + 1, _AT_ONCE)


def _enough(entries: Iterator[LogEntry], kinds: frozenset[Kind], limit: int) -> tuple[list[LogEntry], LogEntry | None]:
    """As many as have `limit` wanted ones among them, and the next one if more that are wanted follow."""
    looked, wanted, full = list[LogEntry](), 0, None
    for entry in entries:
        wanted += entry.ping.kind in kinds
        if wanted > limit or len(looked) == _LOOKED_THROUGH:
            end = len(looked) if full is None else full
            return looked[:end], [*looked[end:], entry][0]
        looked.append(entry)
        if wanted == limit and full is None:
            full = len(looked)
    return looked, None


def _lines(part: _Part, found: _Stretch) -> list[Line]:
    """The pings with what lies between them. At one moment a ping comes first, then its flip, then who is told."""
    lines = [Line(entry.ping.at, ping=entry) for entry in found.entries]
    lines = [*_flips(part, found), *lines] if part.search.flips else lines
    lines = [*_alerts(part, found), *lines] if part.search.alerts else lines
    # Stable: what stands first stays on top of what is as old.
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _time(part: _Part, found: _Stretch) -> tuple[datetime, datetime]:
    """The first moment that the page shows, and the last."""
    start, end = part.search.start or _NEVER, part.search.end or _FOREVER
    began = found.began + _INSTANT if found.began is not _NEVER else _NEVER
    return max(start, began), min(end - _INSTANT, found.ended)


def _flips(part: _Part, found: _Stretch) -> list[Line]:
    first, last = _time(part, found)
    # Clocks don't reach so far, and so does no flip.
    flips = read_flips(
        part.checks,
        stored=part.stored,
        now=part.now,
        limit=MAX_ROWS,
        start=first if first > _EPOCH else None,
        before=(last + _INSTANT, 0) if last < part.now + _INSTANT else None,
    )
    return [Line(flip.at, flip=flip) for flip in flips]


def _alerts(part: _Part, found: _Stretch) -> list[Line]:
    first, last = _time(part, found)
    first, last = max(first, _EPOCH), min(last, _CENTURIES_ON)
    if first > last:
        return []
    told = Alerts(part.checks.table).of_check(part.stored.check.id, start=first, end=last, limit=_MAX_ALERTS)
    shown = [each for each in told if each.alert.flip.n > part.stored.cleared_flips]
    return [Line(each.alert.flip.at, alert=each) for each in shown]

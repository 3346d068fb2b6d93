"""What of a log is asked for: kinds of entries, a time and a number of rows, all in the page's address."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from msgspec import Struct
from werkzeug.datastructures import MultiDict

from tocsin.domain.ping import Kind
from tocsin.services.search_log import MAX_ROWS, Search

ROWS = (100, 300, MAX_ROWS)
KINDS = {
    "success": ("Success", frozenset({Kind.SUCCESS})),
    "fail": ("Failure", frozenset({Kind.FAIL})),
    "start": ("Start", frozenset({Kind.START})),
    "log": ("Log", frozenset({Kind.LOG, Kind.KEEPALIVE})),
    "ign": ("Ignored", frozenset({Kind.IGN})),
    "flip": ("Status", frozenset[Kind]()),
    "alert": ("Alerts", frozenset[Kind]()),
}
"""What can be chosen, and the pings that belong to it."""
_WHEN = "%Y-%m-%dT%H:%M"
_YEARS = range(1970, 9001)
"""Before them nothing can have been logged; behind them there is room still to reckon."""
NOT_A_TIME = "Type a date and a time, such as 2026-01-31T12:00."
BACKWARDS = "The end lies before the start."


class LogForm(Struct, frozen=True):
    chosen: frozenset[str]
    """Names in KINDS; all where none was ticked."""
    rows: int
    start: datetime | None
    end: datetime | None
    typed: dict[str, str]
    """The times as they were typed."""
    errors: dict[str, str]

    @property
    def search(self) -> Search:
        kinds = frozenset[Kind]().union(*(KINDS[name][1] for name in self.chosen))
        return Search(kinds, "flip" in self.chosen, "alert" in self.chosen, self.start, self.end)

    @property
    def narrow(self) -> bool:
        """Whether anything is left out."""
        return len(self.chosen) < len(KINDS) or bool(self.start or self.end)

    @property
    def query(self) -> dict[str, Any]:
        """What an address needs to ask for the same again; what is as usual is left out."""
        times = {name: text for name, text in self.typed.items() if text}
        kinds = {"kind": [name for name in KINDS if name in self.chosen]} if len(self.chosen) < len(KINDS) else {}
        return kinds | times | ({"rows": self.rows} if self.rows != ROWS[0] else {})


def read_form(asked: MultiDict[str, str]) -> LogForm:
    """Whatever an address says: what can't be read counts as not asked, and times are told that they can't."""
    chosen = frozenset(asked.getlist("kind")) & KINDS.keys()
    typed = {name: asked.get(name, "").strip() for name in ("from", "to")}
    times = {name: _moment(text) for name, text in typed.items() if text}
    errors = {name: NOT_A_TIME for name, moment in times.items() if moment is None}
    start, end = times.get("from"), times.get("to")
    if start and end and end <= start:
        errors["to"] = BACKWARDS
    rows = asked.get("rows", "")
    count = min(int(rows), MAX_ROWS) if rows.isascii() and rows.isdigit() and len(rows) < 9 else ROWS[0]
    return LogForm(frozenset(chosen or KINDS), max(count, 1), start, end, typed, errors)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.strptime(text[:16], _WHEN).replace(tzinfo=UTC)
    except ValueError:
        return None
    return moment if moment.year in _YEARS else None


def written(moment: datetime) -> str:
    """As the fields have it."""
    return f"{moment.astimezone(UTC):{_WHEN}}"

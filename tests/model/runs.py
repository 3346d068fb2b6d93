"""Which runs are open, and how long each may take: read from the log each time, nothing is remembered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Entry:
    """A line of the log."""

    n: int
    at: datetime
    kind: str
    rid: str | None = None
    exit_status: int | None = None
    method: str = "GET"
    body: bytes = b""
    scheme: str = "http"


LOOK_BACK = timedelta(hours=72)


def open_runs(log: Sequence[Entry], tracked: bool) -> list[Entry]:
    """The starts, oldest first, that no later ping ended. Untracked, only the newest start of all counts."""
    starts = [entry for entry in log if entry.kind == "start"]
    newest = {entry.rid if tracked else None: entry for entry in starts}
    return sorted((run for run in newest.values() if not ended(run, log, tracked)), key=lambda run: run.n)


def ended(run: Entry, log: Sequence[Entry], tracked: bool) -> bool:
    return any(ends(ping, run, tracked) for ping in log if ping.n > run.n)


def ends(ping: Entry, run: Entry, tracked: bool) -> bool:
    """Whether a later ping ends the run (protocol 1.7, on rid). A tracked run is ended by its own rid only."""
    if ping.kind not in ("success", "fail"):
        return False
    return ping.rid == run.rid or (not tracked and (ping.kind == "fail" or ping.rid is None))


def duration(log: Sequence[Entry], entry: Entry) -> timedelta | None:
    """How long the run took that this success or failure ended, for the log (protocol 1.8)."""
    if entry.kind not in ("success", "fail"):
        return None
    kinds = ("start", "success", "fail")
    before = [other for other in log if other.n < entry.n and other.rid == entry.rid and other.kind in kinds]
    if not before or before[-1].kind != "start" or entry.at - before[-1].at > LOOK_BACK:
        return None
    return max(entry.at - before[-1].at, timedelta(0))

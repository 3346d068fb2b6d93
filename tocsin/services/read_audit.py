"""The audit log as people read it: sieved by what was done, and by whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from tocsin.stores.audit import Audit, AuditEntry

PAGE = 50
"""Entries that a page shows at least, if there are so many that fit."""
_AT_ONCE = 100
_MOST_READ = 20
"""Pages of the store that are read for one of ours: who looks for what is rare goes on by a click."""


class Sieve(Struct, frozen=True):
    """What is looked for; empty texts let everything through."""

    kind: str = ""
    """What an act begins with: `check`, `member` …"""
    who: str = ""
    """The name of an actor."""

    def lets(self, entry: AuditEntry) -> bool:
        return (not self.kind or entry.act.startswith(f"{self.kind}.")) and self.who in ("", entry.actor.name)


def read_audit(
    audit: Audit, *, project: str, sieve: Sieve, now: datetime, cursor: str | None = None
) -> tuple[list[AuditEntry], str | None]:
    """Entries that fit, the newest first, and where to go on. Raises table.BadCursor."""
    found: list[AuditEntry] = []
    for entries, following in _pages(audit, project, now, cursor):
        found += [entry for entry in entries if sieve.lets(entry)]
        cursor = following
        if len(found) >= PAGE:
            break
    return found, cursor


def _pages(
    audit: Audit, project: str, now: datetime, cursor: str | None
) -> Iterator[tuple[list[AuditEntry], str | None]]:
    for _ in range(_MOST_READ):
        entries, cursor = audit.page(project, now=now, limit=_AT_ONCE, cursor=cursor)
        yield entries, cursor
        if cursor is None:
            return

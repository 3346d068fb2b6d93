"""Which checks of a project are meant: those that fit a filter, in pages."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks, Place, place_of

LOOKED_THROUGH = 1000
"""So many checks are looked through for a page, where not all fit."""


class Filter(Struct, frozen=True):
    """All that is said must hold; the default lets every check pass."""

    tags: frozenset[str] = frozenset()
    """Whole tags, all of which a check must have."""
    statuses: frozenset[str] = frozenset()
    """As displayed; any of them will do."""
    slug: str | None = None
    name: str | None = None
    search: str = ""
    """Part of its name, its slug or its tags, in capitals or not."""

    def fits(self, stored: Stored, info: Info, *, now: datetime) -> bool:
        return (
            self.tags <= set(info.tag_list)
            and (not self.statuses or stored.check.displayed(now) in self.statuses)
            and self.slug in (None, info.slug)
            and self.name in (None, info.name)
            and self._found_in(info)
        )

    def _found_in(self, info: Info) -> bool:
        wanted = self.search.casefold()
        return any(wanted in text.casefold() for text in (info.name, info.slug, info.tags))


EVERYTHING = Filter()

Pair: TypeAlias = tuple[Stored, Info]


def filtered_page(
    checks: Checks, *, project: str, fit: Filter, limit: int, after: Place | None, now: datetime
) -> tuple[list[Pair], Place | None]:
    """At most `limit` checks that fit, oldest first, and where to go on: there may be more behind a short page.

    One query of the index and batch reads. Raises stores.table.BadCursor.
    """
    looked = limit if fit == EVERYTHING else LOOKED_THROUGH
    found, following = checks.page(project, limit=looked, after=after)
    fits = [pair for pair in found if fit.fits(*pair, now=now)]
    if len(fits) <= limit:
        return fits, following
    return fits[:limit], place_of(fits[limit - 1][0])

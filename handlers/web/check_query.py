"""What the list of checks is asked for: which of them, in what order. All of it stands in the address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from werkzeug.datastructures import MultiDict

from tocsin.domain.check import Status

SORTS: Mapping[str, str] = {
    "": "What needs you first",
    "name": "Name",
    "-ping": "Last ping, newest first",
    "-run": "Last run, longest first",
    "-added": "Newest first",
}
"""Orders to choose from where there are no column heads to press."""
COLUMNS = frozenset({"status", "name", "url", "told", "expected", "ping", "run", "added"})
_MOST_TAGS = 20


class Asked(Struct, frozen=True):
    status: Status | None = None
    tags: tuple[str, ...] = ()
    """All of which a check must have."""
    text: str = ""
    """Rows without these words are there, but hidden."""
    sort: str = ""
    """A column, with a minus for the other way round; empty: what is down first, then by name."""
    slugs: bool = False
    """Ping URLs are shown by slug."""

    @classmethod
    def of(cls, args: MultiDict[str, str]) -> Asked:
        """What makes no sense is as if it had not been asked."""
        status, sort = args.get("status", ""), args.get("sort", "")
        return cls(
            status=next((known for known in Status if known.value == status), None),
            tags=tuple(dict.fromkeys(filter(None, args.getlist("tag"))))[:_MOST_TAGS],
            text=args.get("q", ""),
            sort=sort if sort.removeprefix("-") in COLUMNS else "",
            slugs=args.get("urls") == "slug",
        )

    @property
    def words(self) -> list[str]:
        return self.text.lower().split()

    def args(self, **changes: Any) -> dict[str, Any]:
        """The query that asks for this, with some of it changed."""
        asked = replace(self, **changes)
        said = {
            "status": asked.status.value if asked.status else None,
            "tag": list(asked.tags),
            "q": asked.text or None,
            "sort": asked.sort or None,
            "urls": "slug" if asked.slugs else None,
        }
        return {name: value for name, value in said.items() if value}

    def by(self, column: str) -> dict[str, Any]:
        """The query that sorts by this column; by the one that it is sorted by already, the other way round."""
        return self.args(sort=f"-{column}" if self.sort == column else column)

    def toggling(self, tag: str) -> dict[str, Any]:
        """The query with this tag, or without it."""
        kept = tuple(one for one in self.tags if one != tag)
        return self.args(tags=kept if tag in self.tags else (*self.tags, tag))

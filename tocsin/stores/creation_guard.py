"""What keeps pings that come at once from making two checks of one slug.

Slugs are not unique by design: people may give two checks the same one. So the guard does not stand for the slug, it
tells which check a ping made last; whoever wants to make another says so of the guard as it was read.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.stores import fields
from tocsin.stores.table import ABSENT, Key, Put, Table, Where


@dataclass(frozen=True, slots=True)
class SlugGuard:
    """The guard as it was read."""

    key: Key
    check: str | None
    """The id of the check that a ping made last, which may be gone or called otherwise by now."""

    @classmethod
    def read(cls, table: Table, *, project: str, slug: str) -> SlugGuard:
        """Read it before you look for a check: one that is made in between is then found, or loses you the guard."""
        key = Key(f"project#{project}", f"made#{slug}")
        item = table.get(key)
        return cls(key, fields.text(item, "check") if item else None)

    def naming(self, check_id: str) -> Put:
        """For the transaction that makes this check: it is lost if somebody else made one since."""
        as_read = Where(equals={"check": self.check}) if self.check else ABSENT
        return Put({"pk": self.key.pk, "sk": self.key.sk, "check": check_id}, where=as_read)

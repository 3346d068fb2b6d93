"""What keeps calls that come at once from making two checks of one kind: one slug, or one set of values.

Neither is unique by design: people may give two checks the same ones. So the guard does not stand for them, it tells
which check such a call made last; whoever wants to make another says so of the guard as it was read.
"""

from __future__ import annotations

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import ABSENT, Key, Put, Table, Where


class CreationGuard(Struct, frozen=True):
    """The guard as it was read."""

    key: Key
    check: str | None
    """The id of the check that was made last, which may be gone or changed by now."""

    @classmethod
    def read(cls, table: Table, *, project: str, mark: str) -> CreationGuard:
        """Read it before you look for a check: one that is made in between is then found, or loses you the guard.

        `mark` is what the check is looked for by: a slug, or something else that no slug can be.
        """
        key = Key(f"project#{project}", f"made#{mark}")
        item = table.get(key)
        return cls(key, fields.text(item, "check") if item else None)

    def naming(self, check_id: str) -> Put:
        """Let the guard name this check, alone or in the transaction that makes it: lost if another was named since."""
        as_read = Where(equals={"check": self.check}) if self.check else ABSENT
        return Put({"pk": self.key.pk, "sk": self.key.sk, "check": check_id}, where=as_read)

"""Buckets of rate limits: each is one moment, at which it will be full again (the generic cell rate algorithm)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.table import ABSENT, PRESENT, ConditionLost, Item, Key, Put, Table, Update, Where

_TRIES = 8
_A_WHILE = timedelta(seconds=1)


class Buckets(Struct, frozen=True):
    table: Table

    def take(self, name: str, *, drop: timedelta, depth: timedelta, now: datetime) -> timedelta | None:
        """Take a drop, which takes so long to come back, out of a bucket that fills up within `depth`.

        None, or for how long there won't be one. Reads nothing: a condition that is lost brings the bucket along.
        """
        key = Key(f"limit#{name}", "limit")
        full = now + drop
        try:
            self.table.put(Put({"pk": key.pk, "sk": key.sk, **_state(full)}, where=ABSENT))
        except ConditionLost as lost:
            return self._take_again(key, lost.item, drop=drop, depth=depth, now=now)
        return None

    def give_back(self, name: str, *, drop: timedelta) -> None:
        """Put a drop back that was taken."""
        put = Update(Key(f"limit#{name}", "limit"), add={"full_at": -fields.length(drop)}, where=PRESENT)
        with suppress(ConditionLost):
            self.table.update(put)

    def _take_again(
        self, key: Key, item: Item | None, *, drop: timedelta, depth: timedelta, now: datetime
    ) -> timedelta | None:
        for _ in range(_TRIES):
            was = fields.optional_moment(item, "full_at") if item else None
            full = max(was or now, now) + drop
            if full - now > depth:
                return full - now - depth
            as_read = Where(equals={"full_at": fields.moment(was)}) if was else ABSENT
            try:
                self.table.update(Update(key, set=_state(full), where=as_read))
            except ConditionLost as lost:
                item = lost.item
            else:
                return None
        # Whoever asks so often at once that others always come between is what a limit is for.
        return _A_WHILE


def _state(full: datetime) -> dict[str, int]:
    return {"full_at": fields.moment(full), "expires": fields.expiry_at(full) + 1}

"""The logs of checks: pings with their bodies, and flips. Entries go by themselves when their time is over."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.flip import Flip
from tocsin.domain.ping import Ping
from tocsin.stores import fields
from tocsin.stores.check_items import Keep, Stored, decode_keep, partition
from tocsin.stores.log_items import (
    Packed,
    body_item,
    body_key,
    decode_flip,
    decode_ping,
    flip_item,
    flip_range,
    ping_item,
    ping_key,
    unpacked,
)
from tocsin.stores.table import Delete, Item, Key, Put, Range, Table

FLIP_AGE = timedelta(days=400)
"""Flips are kept for a year's statistics and a month."""
_PRUNED_AT_ONCE = 50


class Log(Struct, frozen=True):
    table: Table
    age: timedelta
    """How long a ping is kept, unless its project wants it otherwise."""

    def entry(self, check_id: str, ping: Ping, body: Packed) -> Callable[[Item], Item]:
        """Build the log entry once the check's counter has given it a number."""
        return lambda state: ping_item(
            check_id, replace(ping, n=fields.number(state, "n_pings")), body, self.age_for(decode_keep(state))
        )

    def numbered(self, stored: Stored, ping: Ping, body: Packed) -> Put:
        """The log entry of a ping that has its number."""
        return Put(ping_item(stored.check.id, ping, body, self.age_for(stored.keep)))

    def flip(self, check_id: str, flip: Flip) -> Put:
        return Put(flip_item(check_id, flip, FLIP_AGE))

    def put_apart(self, check_id: str, ping: Ping, body: Packed, keep: Keep) -> None:
        """Write a body that is too long for the log entry."""
        if not body.inline:
            self.table.put(Put(body_item(check_id, ping, body, self.age_for(keep))))

    def pings(
        self, stored: Stored, *, now: datetime, limit: int, before: int | None = None, after: int | None = None
    ) -> list[Ping]:
        """The newest pings first, at most `limit`, with numbers below `before`; of long bodies only the beginning.

        With `after`, the oldest ones above that number instead, still the newest first.
        """
        bounds, found = _numbers(stored, before, after), list[Ping]()
        oldest, cursor = now - self.age_for(stored.keep), None
        while len(found) < limit:
            page = self.table.query(
                partition(stored.check.id), bounds, reverse=after is None, limit=limit - len(found), cursor=cursor
            )
            pings = [(decode_ping(item), _expired(item, now)) for item in page.items]
            found += [ping for ping, expired in pings if not expired and ping.at > oldest]
            cursor = page.cursor
            # What expired earlier than its age would have it, in a time of shorter keeping, is a gap; what is too old
            # is the end of the log.
            if cursor is None or (after is None and pings and pings[-1][0].at <= oldest):
                break
        return found if after is None else found[::-1]

    def ping(self, check_id: str, n: int, *, now: datetime) -> Ping | None:
        """One ping with its whole body, as long as it has not expired."""
        item = self.table.get(ping_key(check_id, n))
        if item is None or _expired(item, now):
            return None
        ping = decode_ping(item)
        place = item if "body" in item or not ping.size else self.table.get(body_key(check_id, n))
        return replace(ping, body=unpacked(place) if place else b"")

    def first_at(self, stored: Stored, moment: datetime) -> int:
        """The number that splits the log at this moment, as far as numbers grow with time: pings below it came before.

        Halves the log with one small query each: twenty find their way through a million.
        """
        low, high = stored.first_ping, stored.check.n_pings + 1
        while low < high:
            middle = (low + high) // 2
            bounds = Range(at_least=ping_key(stored.check.id, middle).sk, at_most="ping#~")
            page = self.table.query(partition(stored.check.id), bounds, limit=1)
            found = decode_ping(page.items[0]) if page.items else None
            if found and found.at < moment:
                low = found.n + 1
            else:
                high = middle
        return low

    def flips(
        self,
        stored: Stored,
        *,
        now: datetime,
        limit: int,
        start: datetime | None = None,
        before: tuple[datetime, int] | None = None,
    ) -> list[Flip]:
        """The newest flips first, at or after `start`, and before a moment or, of those that share it, a number."""
        bounds, found, cursor = flip_range(start, before), list[Flip](), None
        while len(found) < limit:
            page = self.table.query(partition(stored.check.id), bounds, reverse=True, limit=limit, cursor=cursor)
            flips = [decode_flip(item) for item in page.items if not _expired(item, now)]
            found += [flip for flip in flips if flip.n > stored.cleared_flips]
            # A clock that was set back after a clearing puts new flips below cleared ones.
            cursor = page.cursor
            if cursor is None:
                break
        return found[:limit]

    def prune(self, stored: Stored) -> int:
        """Delete some of the pings that are below the first one shown, the oldest first; returns how many went."""
        check_id = stored.check.id
        last = ping_key(check_id, stored.first_ping - 1).sk
        page = self.table.query(partition(check_id), Range(at_least="ping#", at_most=last), limit=_PRUNED_AT_ONCE)
        for item in page.items:
            for key in _keys(check_id, item):
                self.table.delete(Delete(key))
        return len(page.items)

    def age_for(self, keep: Keep) -> timedelta:
        return self.age if keep.age is None else keep.age


def _numbers(stored: Stored, before: int | None, after: int | None) -> Range:
    """The log between two numbers, as far as it is shown."""
    check_id = stored.check.id
    lowest = max(stored.first_ping, (after or 0) + 1)
    upper = ping_key(check_id, before - 1).sk if before else "ping#~"
    return Range(at_least=ping_key(check_id, lowest).sk, at_most=upper)


def _keys(check_id: str, item: Item) -> list[Key]:
    """Where a ping stands, after its body if that stands apart: the entry is what leads to it."""
    n = decode_ping(item).n
    apart = "size" in item and "body" not in item
    return [*([body_key(check_id, n)] if apart else []), ping_key(check_id, n)]


def _expired(item: Item, now: datetime) -> bool:
    return fields.number(item, "expires") <= fields.moment(now) // 1_000_000

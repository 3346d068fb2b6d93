"""The port that every store engine keeps: one table of items, two secondary indexes, a handful of verbs.

An item is a flat mapping of attribute names to values. Its primary key is the pair (`pk`, `sk`), both strings, held
in the item itself under these names. An attribute `expires` (epoch seconds) lets the engine delete the item some time
after that moment: a broom, not a clock, so readers filter too. Engines: `sqlite.py` and `dynamodb.py`; one contract
suite runs over both.

    StoreError
    ├── StoreUnavailable     the file or table is missing, broken or out of reach; the sentence says how to mend it
    ├── ConditionLost        a write met an item that did not fit its condition; carries that item
    └── TransactionLost      the same for a transaction; nothing of it was written
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct, field

Value: TypeAlias = str | int | bytes | bool | frozenset[str]
"""Integers fit 64 bits, signed. Sets are never empty: remove the attribute instead."""

Item: TypeAlias = Mapping[str, Value]
"""Includes `pk` and `sk`. What is part of a key, of an index as well, is never an empty string."""

MAX_ACTIONS = 100
"""Most actions in one transaction (DynamoDB, TransactWriteItems)."""


class Key(NamedTuple):
    pk: str
    sk: str


class Index(Struct, frozen=True):
    """A keys-only view: it holds the items that carry both attributes, and of them only these and the primary key.

    May lag behind the table (on DynamoDB it is eventually consistent): it nominates, the table decides.
    """

    name: str
    pk: str
    """A string attribute."""
    sk: str
    """A string attribute, or an integer one where `numeric` says so."""
    numeric: bool = False


BY_PROJECT = Index("by_project", pk="project", sk="listed")
DUE = Index("due", pk="due_shard", sk="due_at", numeric=True)
INDEXES = (BY_PROJECT, DUE)


class Where(Struct, frozen=True):
    """A condition on the stored item; every clause must hold. Clauses about attributes fail where no item is."""

    exists: bool | None = None
    equals: Mapping[str, Value] = field(default_factory=dict)
    absent: Sequence[str] = ()
    """These attributes are not there, or the item is not."""
    at_most: Mapping[str, int] = field(default_factory=dict)


ANY = Where()
PRESENT = Where(exists=True)
ABSENT = Where(exists=False)


class Put(Struct, frozen=True):
    """Write a whole item, replacing what stands under its key."""

    item: Item
    where: Where = ANY


class Update(Struct, frozen=True):
    """Change attributes of one item; makes the item if there is none and the condition allows it.

    `add` adds to an integer (absent counts as 0) or to a set (absent counts as empty). An attribute stands in one of
    `set`, `add` and `remove` only, and never is part of the primary key. An update that neither sets nor adds must
    have a condition that fails where no item is: engines disagree on whether it would make one.
    """

    key: Key
    set: Mapping[str, Value] = field(default_factory=dict)
    add: Mapping[str, int | frozenset[str]] = field(default_factory=dict)
    remove: Sequence[str] = ()
    where: Where = ANY


class Delete(Struct, frozen=True):
    """Delete an item; deleting what is not there succeeds unless the condition says otherwise."""

    key: Key
    where: Where = ANY


class Require(Struct, frozen=True):
    """Write nothing, but let the transaction pass only if the condition holds."""

    key: Key
    where: Where


Action: TypeAlias = Put | Update | Delete | Require


class Range(Struct, frozen=True):
    """Which sort keys a query takes; bounds are inclusive. `prefix` is for string keys and stands alone."""

    prefix: str | None = None
    at_least: str | int | None = None
    at_most: str | int | None = None


EVERYTHING = Range()


class Page(Struct, frozen=True):
    items: Sequence[Item]
    cursor: str | None
    """Hand it to the next query for what follows, which may be an empty page; None where nothing follows. Opaque."""


class StoreError(Exception):
    """The root of what a store can raise."""


class StoreUnavailable(StoreError):
    """The file or table is missing, broken or out of reach. The message is a sentence for an operator."""


class BadCursor(StoreError):
    """A cursor that this query never gave out."""


class ConditionLost(StoreError):
    """The condition of a single write did not hold."""

    def __init__(self, item: Item | None) -> None:
        super().__init__("a condition was lost")
        self.item = item
        """What stands there instead; None where nothing does."""


class TransactionLost(StoreError):
    """At least one condition of a transaction did not hold, or another transaction was in the way."""

    def __init__(self, lost: Mapping[int, Item | None]) -> None:
        super().__init__(f"a transaction was lost at actions {sorted(lost)}")
        self.lost = lost
        """Position of each action whose condition failed, with the item that stands there.

        Empty where only a conflict with a write under way was in the way: try again.
        """


class Table(Protocol):
    """Reads are consistent unless said otherwise. Any thread may call; every verb is atomic by itself."""

    def get(self, key: Key, *, consistent: bool = True) -> Item | None: ...

    def batch_get(self, keys: Iterable[Key]) -> Mapping[Key, Item]:
        """Fetch any number of items; those that are not there are left out. Eventually consistent."""

    def query(
        self,
        pk: str,
        range: Range = EVERYTHING,
        *,
        index: Index | None = None,
        reverse: bool = False,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page:
        """Read at most `limit` items of one partition in the order of their sort keys.

        Within the table strings order by code point (UTF-8). A page may be shorter than `limit` and yet have a
        cursor. Raises BadCursor.
        """

    def put(self, put: Put) -> None:
        """Raise ConditionLost where the condition does not hold."""

    def update(self, update: Update, *, entry: Callable[[Item], Item] | None = None) -> Item:
        """Apply the update and return the whole item as it is then.

        `entry` builds a second item from it, to be put at once: in the same transaction where that is free (SQLite),
        else by a second request, so that only the loss of this process in between can leave it out, and then the
        caller has not answered yet. Raises ConditionLost; nothing is written then.
        """

    def delete(self, delete: Delete) -> None:
        """Raise ConditionLost where the condition does not hold."""

    def transact(self, actions: Sequence[Action]) -> None:
        """Do all actions or none. At most `MAX_ACTIONS`, each on another item. Raises TransactionLost."""

    def sweep(self, now: int) -> int:
        """Delete items whose `expires` lies before `now` (epoch seconds), if the store does not do so by itself.

        Does a bounded part of the work a call; returns how many items went.
        """

    def create(self) -> bool:
        """Make the table with its indexes; returns False, changing nothing, where it already stands."""

    def drop(self) -> bool:
        """Delete the table and all that is in it; returns False where there is none."""


def walk(
    table: Table,
    pk: str,
    range: Range = EVERYTHING,
    *,
    index: Index | None = None,
    reverse: bool = False,
    page: int = 100,
) -> Iterator[Item]:
    """All that a query finds, however many pages that takes; `page` is the most that one request reads."""
    cursor: str | None = None
    while True:
        found = table.query(pk, range, index=index, reverse=reverse, limit=page, cursor=cursor)
        yield from found.items
        cursor = found.cursor
        if cursor is None:
            return

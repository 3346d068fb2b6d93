"""The checks: their state, their logs, and the index of those that silence can turn down."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.check import Check, unique_key
from tocsin.domain.ping import Ping
from tocsin.stores import fields
from tocsin.stores.check_items import (
    Info,
    Keep,
    ProjectClosed,
    Stored,
    badge_item,
    check_id_of,
    cloak_key,
    decode_info,
    decode_keep,
    decode_state,
    encode_keep,
    info_key,
    open_project,
    slug_key,
    state_key,
)
from tocsin.stores.check_writes import Change, Move, edit_actions, making, move_actions, slug_actions, state_update
from tocsin.stores.cursor import dump_cursor
from tocsin.stores.log import Log
from tocsin.stores.log_items import Packed
from tocsin.stores.table import (
    BY_PROJECT,
    DUE,
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Range,
    Table,
    TransactionLost,
    Update,
    Where,
    walk,
)


class Outdated(Exception):
    """The check is no longer as it was read; nothing was written."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("the check has changed since it was read")
        self.stored = stored
        """As it is now; None where it must be read again, or is gone."""


class Place(NamedTuple):
    """A check's place in the listing of its project, told without its id: whoever may only read must not learn that."""

    listed: int
    """Microseconds."""
    key: str
    """Its unique key."""


class NotHealthy(Exception):
    """The check is not there, or a success on it takes more than a line in its log."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("not a healthy check")
        self.stored = stored


class Checks(Struct, frozen=True):
    table: Table
    log: Log

    def tap(self, check_id: str, ping: Ping) -> tuple[int, str]:
        """Log a success on a check that is up, has no run under way, no failures behind it and no rules.

        Returns the number that the ping was given, and the check's project.

        Two writes, no read. Raises NotHealthy, with what was found instead.
        """
        at, body = fields.moment(ping.at), Packed.of(ping.body)
        update = Update(
            state_key(check_id),
            set={"last_ping": at},
            add={"n_pings": 1},
            remove=("last_duration",),
            where=Where(equals={"status": "up"}, absent=("runs", "failures", "filtered"), at_most={"last_ping": at}),
        )
        try:
            item = self.table.update(update, entry=self.log.entry(check_id, ping, body))
        except ConditionLost as lost:
            raise NotHealthy(decode_state(lost.item) if lost.item else None) from None
        n = fields.number(item, "n_pings")
        self.log.put_apart(check_id, replace(ping, n=n), body, decode_keep(item))
        return n, fields.text(item, "project")

    def get(self, check_id: str) -> Stored | None:
        item = self.table.get(state_key(check_id))
        return decode_state(item) if item else None

    def info(self, check_id: str) -> Info | None:
        item = self.table.get(info_key(check_id))
        return decode_info(item) if item else None

    def find(self, check_id: str) -> tuple[Stored, Info] | None:
        """The check with its info, as they are now."""
        stored, info = self.get(check_id), self.info(check_id)
        return (stored, info) if stored and info else None

    def listing(self, project: str) -> list[tuple[Stored, Info]]:
        """All checks of a project, oldest first: one index query a thousand checks, and batch reads."""
        return [pair for pair in self.several(self._ids(project)) if pair[0].project == project]

    def states(self, project: str) -> list[Stored]:
        """The same without what they are called: half the reading, for who only asks whether anything moved."""
        return self.states_by_project([project])[project]

    def states_by_project(self, projects: Iterable[str]) -> dict[str, list[Stored]]:
        """The states of several projects' checks: an index query for each, and batch reads for all together."""
        ids = {project: self._ids(project) for project in projects}
        found = self.table.batch_get([state_key(check_id) for each in ids.values() for check_id in each])
        there = {
            project: [decode_state(found[key]) for key in map(state_key, each) if key in found]
            for project, each in ids.items()
        }
        return {
            project: sorted((stored for stored in states if stored.project == project), key=place_of)
            for project, states in there.items()
        }

    def described(self, states: Sequence[Stored]) -> list[tuple[Stored, Info]]:
        """The other half of those, in this order, without those that are gone."""
        found = self.table.batch_get([info_key(stored.check.id) for stored in states])
        pairs = [(stored, found.get(info_key(stored.check.id))) for stored in states]
        return [(stored, decode_info(item)) for stored, item in pairs if item]

    def _ids(self, project: str) -> list[str]:
        """As the index has them, which may lag: one of them may be gone, or have moved elsewhere."""
        return [check_id_of(item) for item in walk(self.table, project, index=BY_PROJECT, page=1000)]

    def page(
        self, project: str, *, limit: int, after: Place | None = None
    ) -> tuple[list[tuple[Stored, Info]], Place | None]:
        """At most `limit` of a project's checks, oldest first, and the place where more follow. Raises BadCursor."""
        cursor = self._cursor(project, after) if after else None
        page = self.table.query(project, index=BY_PROJECT, limit=limit, cursor=cursor)
        pairs = self.several([check_id_of(item) for item in page.items])
        found = [pair for pair in pairs if pair[0].project == project]
        return found, _place(page.items[-1]) if page.cursor and page.items else None

    def _cursor(self, project: str, after: Place) -> str:
        """Behind the check with this place. If it is gone, before all that were made in that microsecond."""
        check_id = self.by_unique_key(after.key)
        moment = after.listed if check_id else after.listed - 1
        return dump_cursor(BY_PROJECT, project, (f"{moment:016d}", *state_key(check_id or "")))

    def several(self, ids: Sequence[str]) -> list[tuple[Stored, Info]]:
        """These checks in this order, without those that are gone."""
        found = self.table.batch_get([key(check_id) for check_id in ids for key in (state_key, info_key)])
        pairs = [(found.get(state_key(check_id)), found.get(info_key(check_id))) for check_id in ids]
        return [(decode_state(state), decode_info(info)) for state, info in pairs if state and info]

    def with_slug(self, project: str, slug: str, *, limit: int = 2) -> list[str]:
        """Ids of the project's checks of that slug; two are enough to call it ambiguous."""
        prefix = slug_key(project, slug, "")
        page = self.table.query(prefix.pk, Range(prefix=prefix.sk), limit=limit)
        return [fields.text(item, "sk").removeprefix(prefix.sk) for item in page.items]

    def by_unique_key(self, key: str) -> str | None:
        """The id of the check that messages name by this key."""
        item = self.table.get(Key(f"unique#{key}", "check"))
        return fields.text(item, "check") if item else None

    def by_badge_key(self, key: str) -> str | None:
        """The id of the check whose badges have this key."""
        item = self.table.get(badge_item(key), consistent=False)
        return fields.optional_text(item, "check") if item else None

    def create(
        self, check: Check, info: Info, *, project: str, keep: Keep, now: datetime, also: Sequence[Action] = ()
    ) -> None:
        """Make the check and do the actions in `also`, all or nothing.

        Raises ProjectClosed, and Outdated where one of the actions is lost.
        """
        stored = Stored(check, project, created=now, rev=1, armed=None, filtered=False, keep=keep)
        try:
            self.table.transact([open_project(project), *making(stored, info), *also])
        except TransactionLost as lost:
            raise ProjectClosed if 0 in lost.lost else Outdated(None) from None

    def commit(self, stored: Stored, change: Change, *, also: Sequence[Action] = ()) -> None:
        """Write what came of an event on the check as it was read, whole or not at all.

        A flip, its ping, an edit, what the change brings along and the actions in `also` (alerts) go in one transaction
        with the state.
        The due index is touched only to arm the check, to disarm it or to move it earlier, unless the change says that
        its entry has come up. Raises Outdated.
        """
        body = Packed.of(change.ping.body if change.ping else b"")
        try:
            self._write(stored, change, body, also)
        except ConditionLost as lost:
            raise Outdated(decode_state(lost.item) if lost.item else None) from None
        except TransactionLost as transaction:
            found = transaction.lost.get(0)
            raise Outdated(decode_state(found) if found else None) from None
        if change.ping:
            self.log.put_apart(stored.check.id, change.ping, body, stored.keep)

    def _write(self, stored: Stored, change: Change, body: Packed, also: Sequence[Action]) -> None:
        check_id, ping = stored.check.id, change.ping
        update = state_update(stored, change)
        extra = [*also, *change.also, *(edit_actions(stored, change.edit) if change.edit else ())]
        if change.outcome.flip:
            extra.append(self.log.flip(check_id, change.outcome.flip))
        if extra:
            pings = [self.log.numbered(stored, ping, body)] if ping else []
            self.table.transact([update, *pings, *extra])
        else:
            self.table.update(update, entry=self.log.entry(check_id, ping, body) if ping else None)

    def set_keep(self, project: str, check_id: str, keep: Keep) -> None:
        """Say how much of the check's log its project keeps. One that is gone stays so, and one elsewhere as it is."""
        changes, there = fields.written(encode_keep(keep)), Where(equals={"project": project})
        with suppress(ConditionLost):
            self.table.update(Update(state_key(check_id), set=changes.set, remove=changes.remove, where=there))

    def attach(self, check_id: str, channel_id: str) -> None:
        """Tell this channel too of the check's flips. A check that is gone stays so."""
        add = Update(info_key(check_id), add={"channels": frozenset({channel_id})}, where=PRESENT)
        with suppress(ConditionLost):
            self.table.update(add)

    def move(self, stored: Stored, info: Info, move: Move, *, also: Sequence[Action] = ()) -> None:
        """Let it belong to another project with all that it has, and do the actions in `also`.

        Raises ProjectClosed, and Outdated if somebody edited it since it was read.
        """
        try:
            self.table.transact([open_project(move.project), *move_actions(stored, info, move), *also])
        except TransactionLost as lost:
            raise ProjectClosed if 0 in lost.lost else Outdated(None) from None

    def delete(self, stored: Stored, info: Info, *, also: Sequence[Action] = ()) -> None:
        """Forget the check at once, and do the actions in `also`; the entries of its log go when they expire.

        Raises Outdated if anybody wrote to it since it was read.
        """
        check_id = stored.check.id
        as_read = Where(equals={"rev": stored.rev, "n_pings": stored.check.n_pings, "project": stored.project})
        gone = (info_key(check_id), cloak_key(check_id), badge_item(info.badge_key))
        rest: list[Action] = [Delete(key) for key in gone]
        slug = slug_actions(stored.project, check_id, old=info.slug, new="")
        try:
            self.table.transact([Delete(state_key(check_id), where=as_read), *rest, *slug, *also])
        except TransactionLost:
            raise Outdated(None) from None

    def due(self, shard: str, now: datetime, *, limit: int, cursor: str | None) -> tuple[list[Item], str | None]:
        """State items whose entry in this part of the due index has come up, and where to go on.

        Not decoded: one that can't be must not keep the others from being looked at.
        """
        page = self.table.query(shard, Range(at_most=fields.moment(now)), index=DUE, limit=limit, cursor=cursor)
        found = self.table.batch_get([state_key(check_id_of(item)) for item in page.items])
        return list(found.values()), page.cursor

    def postpone(self, state: Item, until: datetime) -> None:
        """Move a check's entry in the due index, whatever its schedule says. Does nothing if somebody else did.

        It counts as a write: whoever has read the check before, and now repairs it, must look again where the entry is.
        """
        key = state_key(check_id_of(state))
        where = Where(equals={"due_at": state["due_at"]})
        with suppress(ConditionLost):
            self.table.update(Update(key, set={"due_at": fields.moment(until)}, add={"rev": 1}, where=where))


def place_of(stored: Stored) -> Place:
    return Place(fields.moment(stored.created), unique_key(stored.check.id))


def _place(item: Item) -> Place:
    return Place(int(fields.text(item, "listed")), unique_key(check_id_of(item)))

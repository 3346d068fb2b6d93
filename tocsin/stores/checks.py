"""The checks: their state, their logs, and the index of those that silence can turn down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from tocsin.domain.check import Check
from tocsin.domain.flip import Flip
from tocsin.domain.ping import Ping
from tocsin.domain.transitions import Outcome
from tocsin.stores import fields
from tocsin.stores.check_items import (
    INLINE_BODY,
    Info,
    Stored,
    body_item,
    check_id_of,
    cloak_key,
    decode_flip,
    decode_info,
    decode_ping,
    decode_state,
    due_shard,
    encode_check,
    encode_info,
    flip_item,
    info_key,
    partition,
    ping_item,
    slug_key,
    state_key,
)
from tocsin.stores.table import (
    ABSENT,
    BY_PROJECT,
    DUE,
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
)

FLIP_AGE = timedelta(days=400)
"""Flips are kept for a year's statistics and a month."""


class Outdated(Exception):
    """The check is no longer as it was read; nothing was written."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("the check has changed since it was read")
        self.stored = stored
        """As it is now; None where it must be read again, or is gone."""


class NotHealthy(Exception):
    """The check is not there, or a success on it takes more than a line in its log."""

    def __init__(self, stored: Stored | None) -> None:
        super().__init__("not a healthy check")
        self.stored = stored


@dataclass(frozen=True, slots=True)
class Edit:
    """A person's change of what a check is called and how its pings are read."""

    old: Info
    new: Info


@dataclass(frozen=True, slots=True)
class Checks:
    table: Table
    log_age: timedelta
    """How long a ping is kept."""

    def tap(self, check_id: str, ping: Ping) -> tuple[int, str]:
        """Log a success on a check that is up, has no run under way and no rules.

        Returns the number that the ping was given, and the check's project.

        Two writes, no read. Raises NotHealthy, with what was found instead.
        """
        at = fields.moment(ping.at)
        update = Update(
            state_key(check_id),
            set={"last_ping": at},
            add={"n_pings": 1},
            remove=("last_duration",),
            where=Where(equals={"status": "up"}, absent=("last_start", "filtered"), at_most={"last_ping": at}),
        )
        try:
            item = self.table.update(update, entry=self._entry(check_id, ping))
        except ConditionLost as lost:
            raise NotHealthy(decode_state(lost.item) if lost.item else None) from None
        n = fields.number(item, "n_pings")
        self._keep_long_body(check_id, replace(ping, n=n))
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
        ids: list[str] = []
        cursor: str | None = None
        while True:
            page = self.table.query(project, index=BY_PROJECT, limit=1000, cursor=cursor)
            ids += [check_id_of(item) for item in page.items]
            cursor = page.cursor
            if cursor is None:
                return self.several(ids)

    def several(self, ids: Sequence[str]) -> list[tuple[Stored, Info]]:
        """These checks in this order, without those that are gone."""
        found = self.table.batch_get([key(check_id) for check_id in ids for key in (state_key, info_key)])
        pairs = [(found.get(state_key(check_id)), found.get(info_key(check_id))) for check_id in ids]
        return [(decode_state(state), decode_info(info)) for state, info in pairs if state and info]

    def with_slug(self, project: str, slug: str) -> list[str]:
        """Ids of the project's checks of that slug; two are enough to call it ambiguous, so no more are read."""
        prefix = slug_key(project, slug, "")
        page = self.table.query(prefix.pk, Range(prefix=prefix.sk), limit=2)
        return [fields.text(item, "sk").removeprefix(prefix.sk) for item in page.items]

    def by_unique_key(self, key: str) -> str | None:
        """The id of the check that messages name by this key."""
        item = self.table.get(Key(f"unique#{key}", "check"))
        return fields.text(item, "check") if item else None

    def create(self, check: Check, info: Info, *, project: str, now: datetime) -> None:
        state = {
            "project": project,
            "listed": fields.sortable(now),
            "rev": 1,
            "filtered": _filtered(info),
            **encode_check(check),
        }
        actions: list[Action] = [
            Put(_whole(state_key(check.id), state), where=ABSENT),
            Put(_whole(info_key(check.id), encode_info(info)), where=ABSENT),
            Put(_whole(cloak_key(check.id), {"check": check.id})),
        ]
        self.table.transact(actions + _slug_actions(project, check.id, old="", new=info.slug))

    def commit(
        self,
        stored: Stored,
        outcome: Outcome,
        *,
        ping: Ping | None = None,
        also: Sequence[Action] = (),
        edit: Edit | None = None,
        rearm: bool = False,
    ) -> None:
        """Write what came of an event on the check as it was read, whole or not at all.

        A flip, its ping, an edit and the actions in `also` (alerts, as a rule) go in one transaction with the state.
        The due index is touched only to arm the check, to disarm it or to move it earlier, unless `rearm` says that
        its entry has come up. Raises Outdated.
        """
        check_id = stored.check.id
        update = _state_update(stored, outcome.check, ping=ping is not None, edit=edit, rearm=rearm)
        extra: list[Action] = [*also, *(_edit_actions(stored, edit) if edit else ())]
        if outcome.flip:
            extra.append(Put(flip_item(check_id, outcome.flip, FLIP_AGE)))
        try:
            if extra:
                pings = [Put(ping_item(check_id, ping, self.log_age))] if ping else []
                self.table.transact([update, *pings, *extra])
            else:
                self.table.update(update, entry=self._entry(check_id, ping) if ping else None)
        except ConditionLost as lost:
            raise Outdated(decode_state(lost.item) if lost.item else None) from None
        except TransactionLost as transaction:
            found = transaction.lost.get(0)
            raise Outdated(decode_state(found) if found else None) from None
        if ping:
            self._keep_long_body(check_id, ping)

    def attach(self, check_id: str, channel_id: str) -> None:
        """Tell this channel too of the check's flips. A check that is gone stays so."""
        add = Update(info_key(check_id), add={"channels": frozenset({channel_id})}, where=PRESENT)
        try:
            self.table.update(add)
        except ConditionLost:
            return

    def delete(self, stored: Stored, info: Info) -> None:
        """Forget the check at once; the entries of its log go when they expire.

        Raises Outdated if somebody edited it since it was read.
        """
        check_id = stored.check.id
        unedited = Where(equals={"rev": stored.rev})
        rest: list[Action] = [Delete(info_key(check_id)), Delete(cloak_key(check_id))]
        slug = _slug_actions(stored.project, check_id, old=info.slug, new="")
        try:
            self.table.transact([Delete(state_key(check_id), where=unedited), *rest, *slug])
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
        """Move a check's entry in the due index, whatever its schedule says. Does nothing if somebody else did."""
        key = state_key(check_id_of(state))
        where = Where(equals={"due_at": state["due_at"]})
        try:
            self.table.update(Update(key, set={"due_at": fields.moment(until)}, where=where))
        except ConditionLost:
            return

    def pings(self, check_id: str, *, now: datetime, limit: int, before: int | None = None) -> list[Ping]:
        """The newest pings first, at most `limit`, with numbers below `before`; long bodies are left out."""
        upper = f"ping#{before - 1:010d}" if before else "ping#~"
        page = self.table.query(partition(check_id), Range(at_least="ping#", at_most=upper), reverse=True, limit=limit)
        return [decode_ping(item) for item in page.items if not _expired(item, now)]

    def ping(self, check_id: str, n: int, *, now: datetime) -> Ping | None:
        """One ping with its whole body."""
        item = self.table.get(Key(partition(check_id), f"ping#{n:010d}"))
        if item is None or _expired(item, now):
            return None
        ping = decode_ping(item)
        if ping.size <= INLINE_BODY:
            return ping
        apart = self.table.get(Key(partition(check_id), f"body#{n:010d}"))
        return replace(ping, body=fields.octets(apart, "body")) if apart else ping

    def flips(self, check_id: str, *, now: datetime, limit: int) -> list[Flip]:
        """The newest flips first."""
        page = self.table.query(partition(check_id), Range(prefix="flip#"), reverse=True, limit=limit)
        return [decode_flip(item) for item in page.items if not _expired(item, now)]

    def _entry(self, check_id: str, ping: Ping) -> Callable[[Item], Item]:
        """Build the log entry once the check's counter has given it a number."""
        return lambda state: ping_item(check_id, replace(ping, n=fields.number(state, "n_pings")), self.log_age)

    def _keep_long_body(self, check_id: str, ping: Ping) -> None:
        if len(ping.body) > INLINE_BODY:
            self.table.put(Put(body_item(check_id, ping, self.log_age)))


def _edit_actions(stored: Stored, edit: Edit) -> list[Action]:
    changes = fields.differences(encode_info(edit.old), encode_info(edit.new))
    update = Update(info_key(stored.check.id), set=changes.set, remove=changes.remove, where=PRESENT)
    return [update, *_slug_actions(stored.project, stored.check.id, old=edit.old.slug, new=edit.new.slug)]


def _filtered(info: Info) -> bool | None:
    """The state's note that pings must be judged by rules; None, no attribute, where there are none."""
    return info.rules.post_only or info.rules.filter_http_body or None


def _whole(key: Key, values: dict[str, Value | None]) -> dict[str, Value]:
    return {"pk": key.pk, "sk": key.sk, **fields.present(values)}


def _slug_actions(project: str, check_id: str, *, old: str, new: str) -> list[Action]:
    actions: list[Action] = []
    if old and old != new:
        actions.append(Delete(slug_key(project, old, check_id)))
    if new and old != new:
        key = slug_key(project, new, check_id)
        actions.append(Put({"pk": key.pk, "sk": key.sk}))
    return actions


def _state_update(stored: Stored, check: Check, *, ping: bool, edit: Edit | None, rearm: bool) -> Update:
    changes = fields.differences(encode_check(stored.check), encode_check(check))
    _arm(changes, stored, check, rearm=rearm)
    if edit:
        changes.put("filtered", _filtered(edit.new))
    unchanged = Where(equals={"rev": stored.rev, "n_pings": stored.check.n_pings})
    add = {} if ping else {"rev": 1}
    return Update(state_key(check.id), set=changes.set, add=add, remove=changes.remove, where=unchanged)


def _arm(changes: fields.Changes, stored: Stored, check: Check, *, rearm: bool) -> None:
    deadline = check.deadline
    if deadline is None:
        if stored.armed:
            changes.remove += ["due_shard", "due_at"]
    elif stored.armed is None or deadline < stored.armed or rearm:
        changes.put("due_at", fields.moment(deadline))
        changes.put("due_shard", due_shard("check", check.id))


def _expired(item: Item, now: datetime) -> bool:
    return fields.number(item, "expires") <= fields.moment(now) // 1_000_000

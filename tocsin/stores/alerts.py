"""The outbox: one alert for each flip and channel, put in the flip's own transaction and kept until it is delivered.

An alert that waits has an entry in the due index; a claim moves the entry a lease into the future, and delivery
takes it away. A process that dies in between leaves the entry to come up again: at least once, never silently lost.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.check import unique_key
from tocsin.domain.flip import Flip
from tocsin.stores import fields
from tocsin.stores.check_items import check_id_of, due_shard, partition
from tocsin.stores.log_items import decode_flip, encode_flip
from tocsin.stores.table import (
    DUE,
    ConditionLost,
    Item,
    Key,
    Put,
    Range,
    Table,
    Update,
    Value,
    Where,
)

_log = logging.getLogger(__name__)

ALERT_AGE = timedelta(days=93)
_MOST_CHANNELS = 50
_FEW = 200
"""Alerts of a check that are read in one go, whenever they were."""
_BEHIND = "$"
"""In place of a # it comes right behind all that begins so."""


class Alert(Struct, frozen=True):
    check_id: str
    project: str
    channel_id: str
    flip: Flip
    ping_n: int
    """The check's newest ping at the flip; 0 where there was none."""
    written: datetime
    """When it was put into the outbox: later than the flip where nobody ticked for a while."""
    due: datetime
    attempts: int = 0

    @property
    def key(self) -> Key:
        order = f"{fields.sortable(self.flip.at)}#{self.flip.n:08d}"
        return Key(partition(self.check_id), f"alert#{self.channel_id}#{order}")

    @property
    def idempotency_key(self) -> str:
        """Names this alert, and no other, in every attempt to deliver it, without telling the check's secret id."""
        return f"{unique_key(self.check_id)}-{self.channel_id}-{self.flip.n}"


class Told(Struct, frozen=True):
    """What became of an alert."""

    alert: Alert
    sent: datetime | None
    """None: it waits still, or was given up."""
    waits: bool
    error: str
    """Of the last attempt, where that failed."""


class Taken(Exception):
    """Another process has claimed or finished this alert."""


class Alerts(Struct, frozen=True):
    table: Table

    def due(
        self, shard: str, now: datetime, *, limit: int = 500, cursor: str | None = None
    ) -> tuple[list[Alert], str | None]:
        """Alerts whose time has come in this part of the due index, the oldest first, and where to go on.

        The index lags: what it names may be claimed by now, and is left out then.
        """
        page = self.table.query(shard, Range(at_most=fields.moment(now)), index=DUE, limit=limit, cursor=cursor)
        keys = [Key(fields.text(item, "pk"), fields.text(item, "sk")) for item in page.items]
        found = self.table.batch_get(keys)
        waiting = [_decoded(found[key]) for key in keys if key in found and "due_shard" in found[key]]
        return [alert for alert in waiting if alert and alert.due <= now], page.cursor

    def of_check(self, check_id: str, *, start: datetime, end: datetime, limit: int) -> list[Told]:
        """What the check's channels were told of its flips from `start` up to `end`, both included.

        Of each channel at most the newest `limit`, of 50 channels at most; in no order that matters.
        """
        all_of_few = self.table.query(partition(check_id), Range(prefix="alert#"), limit=_FEW)
        items = self._newest(check_id, start, end, limit) if all_of_few.cursor else all_of_few.items
        read = [(item, _decoded(item)) for item in items]
        return [_told(item, alert) for item, alert in read if alert and start <= alert.flip.at <= end]

    def _newest(self, check_id: str, start: datetime, end: datetime, limit: int) -> Iterator[Item]:
        """Channel by channel, since that is how they are ordered; those that were deleted have theirs still."""
        first, last = f"{fields.sortable(start)}#", f"{fields.sortable(end)}{_BEHIND}"
        for prefix in islice(self._channels(check_id), _MOST_CHANNELS):
            within = Range(at_least=prefix + first, at_most=prefix + last)
            yield from self.table.query(partition(check_id), within, reverse=True, limit=limit).items

    def _channels(self, check_id: str) -> Iterator[str]:
        """What the keys of each channel's alerts begin with."""
        last = "alert#"
        while items := self.table.query(
            partition(check_id), Range(at_least=last, at_most=f"alert{_BEHIND}"), limit=1
        ).items:
            prefix = "#".join(fields.text(items[0], "sk").split("#")[:2])
            yield f"{prefix}#"
            last = f"{prefix}{_BEHIND}"

    def earlier_waits(self, alert: Alert) -> bool:
        """Whether an earlier alert of this check still waits for the same channel: order is kept."""
        prefix = f"alert#{alert.channel_id}#"
        page = self.table.query(alert.key.pk, Range(at_least=prefix, at_most=alert.key.sk), reverse=True, limit=20)
        return any("due_shard" in item and item["sk"] != alert.key.sk for item in page.items)

    def claim(self, alert: Alert, *, until: datetime) -> Alert:
        """Take the alert for this process until the lease ends. Raises Taken."""
        claimed = replace(alert, due=until, attempts=alert.attempts + 1)
        self._update(alert, set={"due_at": fields.moment(until), "attempts": claimed.attempts})
        return claimed

    def put_off(self, alert: Alert, *, until: datetime, error: str = "") -> None:
        """Let it come up again at `until`. Raises Taken."""
        values: dict[str, Value] = {"due_at": fields.moment(until)}
        self._update(alert, set=values | ({"error": error} if error else {}))

    def finish(self, alert: Alert, *, now: datetime, error: str = "") -> None:
        """Take it out of the outbox: delivered at `now`, or given up with this error. Raises Taken."""
        result: dict[str, Value] = {"error": error} if error else {"sent_at": fields.moment(now)}
        self._update(alert, set=result, remove=("due_shard", "due_at"))

    def _update(self, alert: Alert, *, set: dict[str, Value], remove: tuple[str, ...] = ()) -> None:
        where = Where(equals={"due_at": fields.moment(alert.due)})
        try:
            self.table.update(Update(alert.key, set=set, remove=remove, where=where))
        except ConditionLost:
            raise Taken from None


def put_alert(alert: Alert) -> Put:
    """What puts it into the outbox, to go in its flip's transaction."""
    return Put(_encode(alert))


def _encode(alert: Alert) -> dict[str, Value]:
    values: dict[str, Value | None] = {
        "pk": alert.key.pk,
        "sk": alert.key.sk,
        "owner": alert.project,
        "channel": alert.channel_id,
        "ping_n": alert.ping_n,
        "due_shard": due_shard("alert", alert.check_id),
        "due_at": fields.moment(alert.due),
        "written": fields.moment(alert.written),
        "expires": fields.expiry(alert.written, ALERT_AGE),
    }
    return fields.present(values | encode_flip(alert.flip))


def _decoded(item: Item) -> Alert | None:
    """None for one that makes no sense: it is logged, and must not keep the others from going out."""
    try:
        return _decode(item)
    except Exception:  # noqa: BLE001 (whatever is wrong with it)
        _log.exception("Alert %s %s can't be read", item["pk"], item["sk"])
        return None


def _told(item: Item, alert: Alert) -> Told:
    sent = fields.optional_moment(item, "sent_at")
    return Told(alert, sent, waits="due_shard" in item, error="" if sent else fields.text(item, "error"))


def _decode(item: Item) -> Alert:
    return Alert(
        check_id=check_id_of(item),
        project=fields.text(item, "owner"),
        channel_id=fields.text(item, "channel"),
        flip=decode_flip(item),
        ping_n=fields.number(item, "ping_n"),
        written=fields.moment_from(fields.number(item, "written")),
        due=fields.moment_from(fields.number(item, "due_at")),
        attempts=fields.number(item, "attempts"),
    )

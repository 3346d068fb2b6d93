"""How checks, pings and flips stand in the table. docs/access-patterns.md shows the items and who reads them.

Everything of one check shares the partition `check#<id>`: `state` is the hot item, under 1 KB whatever the owner
types; `info` is what only people and alerts need; then `ping#<n>`, `body#<n>` and `flip#<moment>#<n>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from tocsin.domain.check import Check, Status, unique_key
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import Keywords, Kind, Ping, Rules
from tocsin.domain.schedule import Simple
from tocsin.stores import fields
from tocsin.stores.table import Item, Key, Value

SHARDS = 8
"""Partitions of the due index for each kind of entry: each takes some 1,000 re-arms a second."""

INLINE_BODY = 300
"""A body up to so many bytes stands in the ping's own item, which then stays under 1 KB; a longer one apart."""

_MAX_UA = 200
_MAX_SHORT = 64


@dataclass(frozen=True, slots=True)
class Stored:
    """A check's state as it was read, with what a conditional write and an alert need."""

    check: Check
    project: str
    created: datetime
    rev: int
    """Counts the writes that were no pings."""
    armed: datetime | None
    """When the due index will nominate it."""
    filtered: bool
    """Some rule may turn a ping into something else: look into Info first."""


@dataclass(frozen=True, slots=True)
class Info:
    """What a check is called and how its pings are read."""

    name: str = ""
    slug: str = ""
    tags: str = ""
    """Separated by spaces."""
    desc: str = ""
    rules: Rules = Rules()
    channels: frozenset[str] = frozenset()
    """Ids; one of a channel that was deleted since may linger, and is skipped."""

    @property
    def tag_list(self) -> tuple[str, ...]:
        return tuple(self.tags.split())


def partition(check_id: str) -> str:
    return f"check#{check_id}"


def state_key(check_id: str) -> Key:
    return Key(partition(check_id), "state")


def info_key(check_id: str) -> Key:
    return Key(partition(check_id), "info")


def slug_key(project: str, slug: str, check_id: str) -> Key:
    return Key(f"project#{project}", f"slug#{slug}#{check_id}")


def cloak_key(check_id: str) -> Key:
    """Where a check is found by its unique key."""
    return Key(f"unique#{unique_key(check_id)}", "check")


def check_id_of(item: Item) -> str:
    return fields.text(item, "pk").removeprefix("check#")


def due_shard(family: str, check_id: str) -> str:
    """The partition of the due index for this check's entries of a family, `check` or `alert`."""
    return f"{family}#{crc32(check_id.encode()) % SHARDS}"


def shards(family: str) -> list[str]:
    return [f"{family}#{number}" for number in range(SHARDS)]


def encode_check(check: Check) -> dict[str, Value | None]:
    assert isinstance(check.schedule, Simple)
    return {
        "status": check.status.value,
        "timeout": fields.length(check.schedule.timeout),
        "grace": fields.length(check.grace),
        "manual_resume": check.manual_resume or None,
        "n_pings": check.n_pings,
        "n_flips": check.n_flips,
        "last_ping": _optional_moment(check.last_ping),
        "last_start": _optional_moment(check.last_start),
        "start_rid": check.last_start_rid,
        "last_duration": None if check.last_duration is None else fields.length(check.last_duration),
        "since": _optional_moment(check.since),
    }


def decode_state(item: Item) -> Stored:
    return Stored(
        check=_decode_check(item),
        project=fields.text(item, "project"),
        created=fields.moment_from(int(fields.text(item, "listed"))),
        rev=fields.number(item, "rev"),
        armed=fields.optional_moment(item, "due_at") if "due_shard" in item else None,
        filtered="filtered" in item,
    )


def _decode_check(item: Item) -> Check:
    duration = fields.optional_number(item, "last_duration")
    return Check(
        id=check_id_of(item),
        status=Status(fields.text(item, "status")),
        schedule=Simple(fields.length_from(fields.number(item, "timeout"))),
        grace=fields.length_from(fields.number(item, "grace")),
        manual_resume="manual_resume" in item,
        n_pings=fields.number(item, "n_pings"),
        n_flips=fields.number(item, "n_flips"),
        last_ping=fields.optional_moment(item, "last_ping"),
        last_start=fields.optional_moment(item, "last_start"),
        last_start_rid=fields.optional_text(item, "start_rid"),
        last_duration=None if duration is None else fields.length_from(duration),
        since=fields.optional_moment(item, "since"),
    )


def encode_info(info: Info) -> dict[str, Value | None]:
    rules = info.rules
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        "post_only": rules.post_only or None,
        "filter_http_body": rules.filter_http_body or None,
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "default_fail": rules.keywords.default_fail or None,
        "channels": info.channels,
    }


def decode_info(item: Item) -> Info:
    keywords = Keywords(
        start=fields.text(item, "start_kw"),
        success=fields.text(item, "success_kw"),
        failure=fields.text(item, "failure_kw"),
        default_fail="default_fail" in item,
    )
    return Info(
        name=fields.text(item, "name"),
        slug=fields.text(item, "slug"),
        tags=fields.text(item, "tags"),
        desc=fields.text(item, "desc"),
        rules=Rules("post_only" in item, "filter_http_body" in item, keywords),
        channels=fields.names(item, "channels"),
    )


def ping_item(check_id: str, ping: Ping, keep: timedelta) -> dict[str, Value]:
    """The log entry: under 1 KB, a body that is longer than INLINE_BODY left out."""
    values: Mapping[str, Value | None] = {
        "pk": partition(check_id),
        "sk": f"ping#{ping.n:010d}",
        "at": fields.moment(ping.at),
        "kind": ping.kind.value,
        "scheme": ping.scheme,
        "method": ping.method[:_MAX_SHORT],
        "addr": ping.remote_addr[:_MAX_SHORT],
        "ua": ping.ua[:_MAX_UA],
        "rid": ping.rid,
        "exit": ping.exit_status,
        "size": ping.size or None,
        "body": ping.body if 0 < len(ping.body) <= INLINE_BODY else None,
        "expires": fields.expiry(ping.at, keep),
    }
    return fields.present(values)


def body_item(check_id: str, ping: Ping, keep: timedelta) -> dict[str, Value]:
    expires = fields.expiry(ping.at, keep)
    return {"pk": partition(check_id), "sk": f"body#{ping.n:010d}", "body": ping.body, "expires": expires}


def decode_ping(item: Item) -> Ping:
    return Ping(
        n=int(fields.text(item, "sk").removeprefix("ping#")),
        at=fields.moment_from(fields.number(item, "at")),
        kind=Kind(fields.text(item, "kind")),
        scheme=fields.text(item, "scheme"),
        method=fields.text(item, "method"),
        remote_addr=fields.text(item, "addr"),
        ua=fields.text(item, "ua"),
        rid=fields.optional_text(item, "rid"),
        exit_status=fields.optional_number(item, "exit"),
        body=fields.octets(item, "body"),
        size=fields.number(item, "size"),
    )


def encode_flip(flip: Flip) -> dict[str, Value | None]:
    return {
        "n": flip.n,
        "at": fields.moment(flip.at),
        "old": flip.old.value,
        "new": flip.new.value,
        "reason": flip.reason.value,
        "since": _optional_moment(flip.since),
    }


def flip_item(check_id: str, flip: Flip, keep: timedelta) -> dict[str, Value]:
    key = {"pk": partition(check_id), "sk": f"flip#{fields.sortable(flip.at)}#{flip.n:08d}"}
    return fields.present({**key, **encode_flip(flip), "expires": fields.expiry(flip.at, keep)})


def decode_flip(item: Item) -> Flip:
    return Flip(
        n=fields.number(item, "n"),
        at=fields.moment_from(fields.number(item, "at")),
        old=Status(fields.text(item, "old")),
        new=Status(fields.text(item, "new")),
        reason=Reason(fields.text(item, "reason")),
        since=fields.optional_moment(item, "since"),
    )


def _optional_moment(at: datetime | None) -> int | None:
    return None if at is None else fields.moment(at)

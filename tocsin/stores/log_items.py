"""How a check's log stands in its partition: `ping#<n>`, `body#<n>` and `flip#<moment>#<n>`."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from tocsin.domain.check import Status
from tocsin.domain.flip import Flip, Reason
from tocsin.domain.ping import Kind, Ping
from tocsin.stores import fields
from tocsin.stores.check_items import partition
from tocsin.stores.table import Item, Key, Range, Value

INLINE_BODY = 300
"""A body up to so many bytes, as it is stored, stands in the ping's own item, which then stays under 1 KB."""

_HEAD = 150
"""Bytes of a body that stands apart that its entry shows all the same."""
_MAX_UA = 200
_MAX_SHORT = 64
_MAX_SUBJECT = 100


class Packed(Struct, frozen=True):
    """A body as it is stored: compressed where that makes it smaller."""

    octets: bytes
    deflated: bool

    @classmethod
    def of(cls, body: bytes) -> Packed:
        if len(body) > INLINE_BODY:
            small = zlib.compress(body)
            if len(small) < len(body):
                return cls(small, deflated=True)
        return cls(body, deflated=False)

    @property
    def inline(self) -> bool:
        return len(self.octets) <= INLINE_BODY

    def values(self) -> dict[str, Value | None]:
        return {"body": self.octets or None, "deflated": self.deflated or None}


def ping_key(check_id: str, n: int) -> Key:
    return Key(partition(check_id), f"ping#{n:010d}")


def body_key(check_id: str, n: int) -> Key:
    return Key(partition(check_id), f"body#{n:010d}")


def ping_item(check_id: str, ping: Ping, body: Packed, keep: timedelta) -> dict[str, Value]:
    """The log entry: under 1 KB, a body that is too long for it left out."""
    key = ping_key(check_id, ping.n)
    values: Mapping[str, Value | None] = {
        "pk": key.pk,
        "sk": key.sk,
        "at": fields.moment(ping.at),
        "kind": ping.kind.value,
        "scheme": ping.scheme,
        "method": ping.method[:_MAX_SHORT],
        "addr": ping.remote_addr[:_MAX_SHORT],
        "ua": ping.ua[:_MAX_UA],
        "rid": ping.rid,
        "subject": ping.subject[:_MAX_SUBJECT] or None,
        "exit": ping.exit_status,
        "took": fields.maybe_length(ping.duration),
        "size": ping.size or None,
        **(body.values() if body.inline else {"head": ping.body[:_HEAD]}),
        "expires": fields.expiry(ping.at, keep),
    }
    return fields.present(values)


def body_item(check_id: str, ping: Ping, body: Packed, keep: timedelta) -> dict[str, Value]:
    key = body_key(check_id, ping.n)
    values = {"pk": key.pk, "sk": key.sk, **body.values(), "expires": fields.expiry(ping.at, keep)}
    return fields.present(values)


def decode_ping(item: Item) -> Ping:
    """Of a body that is compressed, or stored apart, this has the beginning."""
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
        body=unpacked(item, most=INLINE_BODY) or fields.octets(item, "head"),
        subject=fields.text(item, "subject"),
        size=fields.number(item, "size"),
        duration=fields.optional_length(item, "took"),
    )


def unpacked(item: Item, *, most: int = 0) -> bytes:
    """The body that stands in this item, at most so many bytes of it; 0 for all."""
    octets = fields.octets(item, "body")
    return zlib.decompressobj().decompress(octets, most) if "deflated" in item else octets


def encode_flip(flip: Flip) -> dict[str, Value | None]:
    return {
        "n": flip.n,
        "at": fields.moment(flip.at),
        "old": flip.old.value,
        "new": flip.new.value,
        "reason": flip.reason.value,
        "since": fields.maybe_moment(flip.since),
    }


def flip_item(check_id: str, flip: Flip, keep: timedelta) -> dict[str, Value]:
    key = {"pk": partition(check_id), "sk": f"flip#{fields.sortable(flip.at)}#{flip.n:08d}"}
    return fields.present({**key, **encode_flip(flip), "expires": fields.expiry(flip.at, keep)})


def flip_range(start: datetime | None, before: tuple[datetime, int] | None) -> Range:
    """The flips from `start` on, up to a moment or, of those that share it, a number; these not among them."""
    upper = "flip#~"
    if before:
        at, n = before
        upper = f"flip#{fields.sortable(at)}#" + (f"{n - 1:08d}" if n else "")
    return Range(at_least=f"flip#{fields.sortable(start)}" if start else "flip#", at_most=upper)


def decode_flip(item: Item) -> Flip:
    return Flip(
        n=fields.number(item, "n"),
        at=fields.moment_from(fields.number(item, "at")),
        old=Status(fields.text(item, "old")),
        new=Status(fields.text(item, "new")),
        reason=Reason(fields.text(item, "reason")),
        since=fields.optional_moment(item, "since"),
    )

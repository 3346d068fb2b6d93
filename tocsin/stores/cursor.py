"""The cursors of both engines: where a page ended, as text that nobody needs to understand.

A position is the last item's sort key in the table, or `(sort key, pk, sk)` in an index.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TypeAlias

import msgspec

from tocsin.stores.rules import within
from tocsin.stores.table import BadCursor, Index, Range

Position: TypeAlias = tuple[str | int, ...]

_LONGEST = 1024
"""Bytes of a key: DynamoDB breaks off where it is to begin after a longer one, or an empty one."""

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(tuple[str | int, ...])


def pack(place: Position) -> str:
    """A place as a text that goes into a URL."""
    return urlsafe_b64encode(_ENCODER.encode(place)).rstrip(b"=").decode()


def unpack(cursor: str) -> Position:
    """Raises BadCursor."""
    try:
        return _DECODER.decode(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:  # msgspec's errors are ValueErrors
        raise BadCursor("this text is no cursor") from error


def dump_cursor(index: Index | None, pk: str, position: Position) -> str:
    return pack((index.name if index else "", pk, *position))


def load_cursor(cursor: str, index: Index | None, pk: str, range: Range) -> Position:
    """The position that an earlier page of the same query ended at. Raises BadCursor."""
    unpacked = unpack(cursor)
    query, position = unpacked[:2], unpacked[2:]
    if query != (index.name if index else "", pk) or not _fits(position, index, range):
        raise BadCursor("this cursor belongs to another query")
    return position


def _fits(position: Position, index: Index | None, range: Range) -> bool:
    types: tuple[type, ...] = (str,) if index is None else (int if index.numeric else str, str, str)
    return (
        tuple(map(type, position)) == types
        and all(0 < len(part.encode()) <= _LONGEST for part in position if isinstance(part, str))
        and within(range, position[0])
    )

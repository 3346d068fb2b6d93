"""Lists in pages: how many, and where to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from tocsin.stores.cursor import pack, unpack
from tocsin.stores.table import BadCursor

T = TypeVar("T")
P = TypeVar("P", bound=tuple[str | int, ...])

Limit: TypeAlias = Annotated[int, Meta(ge=1, le=100, description="How many at most.")]
LongLimit: TypeAlias = Annotated[int, Meta(ge=1, le=1000, description="How many at most.")]
Cursor: TypeAlias = Annotated[str, Meta(description="`next` of the page before.")]
Next: TypeAlias = Annotated[
    str | None, Meta(description="The cursor of the next page; null at the end. A page may be short and yet have one.")
]


class Paging(Struct, kw_only=True, forbid_unknown_fields=True):
    limit: Limit = 100
    cursor: Cursor | None = None


def place_cursor(listing: str, *place: str | int) -> str:
    """A cursor of the list with this name, for what follows this place."""
    return pack((listing, *place))


def place_of(listing: str, cursor: str, kind: type[P]) -> P:
    """Raises BadCursor."""
    unpacked = unpack(cursor)
    if unpacked[:1] != (listing,):
        raise BadCursor("this cursor belongs to another list")
    try:
        return msgspec.convert(unpacked[1:], kind)
    except msgspec.ValidationError as error:
        raise BadCursor("this text is no cursor") from error


def cut(
    items: Iterable[T], listing: str, key: Callable[[T], str], *, limit: int, cursor: str | None
) -> tuple[list[T], str | None]:
    """One page of a list that is read as a whole: in the order of its keys, which must differ. Raises BadCursor."""
    after = place_of(listing, cursor, tuple[str])[0] if cursor else ""
    rest = sorted((item for item in items if key(item) > after), key=key)
    page = rest[:limit]
    return page, place_cursor(listing, key(page[-1])) if len(rest) > len(page) else None

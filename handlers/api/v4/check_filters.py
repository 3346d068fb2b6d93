"""By what checks can be picked, in a query or in a body."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta

from handlers.api.v4.check_object import StatusWord
from handlers.api.v4.pages import place_cursor, place_of
from tocsin.services.check_fields import Name, Slug, Tag
from tocsin.stores.checks import Place
from tocsin.stores.table import BadCursor

_FIRST_UNSORTED = 10**16
"""Microseconds: from here on moments don't sort as texts any more (stores/fields.py)."""

Tags: TypeAlias = Annotated[list[Tag], Meta(description="Whole tags, all of which a check must have.")]
Statuses: TypeAlias = Annotated[list[StatusWord], Meta(description="Any of these.")]
WholeSlug: TypeAlias = Annotated[Slug, Meta(description="The whole slug.")]
WholeName: TypeAlias = Annotated[Name, Meta(description="The whole name, in the same letters.")]
Search: TypeAlias = Annotated[
    str, Meta(max_length=500, description="Part of the name, the slug or the tags, in capitals or not.")
]


def listed_cursor(project: str, place: Place | None) -> str | None:
    return place_cursor(f"checks {project}", *place) if place else None


def listed_place(project: str, cursor: str | None) -> Place | None:
    """Raises BadCursor."""
    if cursor is None:
        return None
    listed, key = place_of(f"checks {project}", cursor, tuple[int, str])
    if not 0 < listed < _FIRST_UNSORTED:
        raise BadCursor("no check was made then")
    return Place(listed, key)

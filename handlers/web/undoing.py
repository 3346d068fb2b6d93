"""What was just deleted, offered back on the next page: the cookie holds the moment, which names it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from flask import session
from msgspec import Struct

from tocsin.stores import fields


class Undo(Struct, frozen=True):
    project: str
    deleted: int
    """Microseconds, as the trash has it."""
    words: str
    """What happened."""


def offer_undo(project_id: str, deleted: datetime, words: str) -> None:
    session["undo"] = msgspec.to_builtins(Undo(project_id, fields.moment(deleted), words))


def undo_offered(project_id: str) -> Undo | None:
    """The offer, once, on a page of its project."""
    try:
        undo = msgspec.convert(session.get("undo"), Undo)
    except msgspec.ValidationError:
        return None
    if undo.project != project_id:
        return None
    del session["undo"]
    return undo

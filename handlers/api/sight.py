"""What a call is about, if its key opens it."""

from __future__ import annotations

from msgspec import Struct

from handlers.api.route import Call
from handlers.current import house
from tocsin.services.changing import UnknownCheck
from tocsin.stores.check_items import Info, Stored


class Sight(Struct, frozen=True):
    stored: Stored
    info: Info

    @property
    def id(self) -> str:
        return self.stored.check.id


def named_check(call: Call) -> Sight:
    """The check in the path, by its id or its unique key, whosever it is. Raises UnknownCheck."""
    key = call.path.get("key")
    check_id = call.path["check"] if key is None else house().checks.by_unique_key(key)
    return check_by_id(check_id) if check_id else _unknown(key)


def check_by_id(check_id: str) -> Sight:
    """Raises UnknownCheck."""
    found = house().checks.find(check_id)
    return Sight(*found) if found else _unknown(check_id)


def _unknown(name: object) -> Sight:
    raise UnknownCheck(name)

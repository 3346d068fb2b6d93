"""What stands in a path, by kind: checks and projects by id, checks by key and slug, pings by number."""

from __future__ import annotations

import re
from collections.abc import Mapping

from flask import Flask
from werkzeug.routing import BaseConverter


class Id(BaseConverter):
    """A lower-case UUID with dashes."""

    regex = r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"


def is_id(text: str) -> bool:
    """Whether what somebody sent can be an id at all: what else it may be has no place in a key."""
    return re.fullmatch(Id.regex, text) is not None


class Word(BaseConverter):
    """A ping key or a slug."""

    regex = r"[-a-zA-Z0-9_]{1,100}"


class UniqueKey(BaseConverter):
    """What messages name a check by: SHA-1 in hexadecimal."""

    regex = r"[0-9a-f]{40}"


class Number(BaseConverter):
    """A ping's running number: ten digits, as the log has room for."""

    regex = r"[1-9][0-9]{0,9}"

    def to_python(self, value: str) -> int:
        return int(value)


class Rest(BaseConverter):
    """All that follows, whatever it is: slashes, line breaks, nothing."""

    part_isolating = False
    regex = r"(?s:.*)"


CONVERTERS: Mapping[str, type[BaseConverter]] = {
    "id": Id,
    "word": Word,
    "key": UniqueKey,
    "number": Number,
    "rest": Rest,
}


def register(app: Flask) -> None:
    app.url_map.converters |= CONVERTERS
    # A redirect from //ping/… would be lost on clients that don't follow: curl would take it for success.
    app.url_map.merge_slashes = False

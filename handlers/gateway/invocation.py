"""What Lambda hands over, and takes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias

Event: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, object]


class Context(Protocol):
    """What Lambda tells of an invocation, as far as it always does."""

    def get_remaining_time_in_millis(self) -> int: ...


class UnknownEvent(Exception):
    """Nothing here knows what to do with this event; the message says what it looks like."""


def request_id_of(context: Context) -> str | None:
    return getattr(context, "aws_request_id", None)


def named(event: Event) -> str:
    """Its keys, for a line of the log."""
    return f"{sorted(map(str, event))}"[:500]

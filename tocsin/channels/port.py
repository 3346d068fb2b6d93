"""The port of every channel kind: check what an owner typed in, and deliver one notice."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from msgspec import Struct

from tocsin.domain.flip import Reason

Config: TypeAlias = Mapping[str, str]
"""What one channel needs to know, as the owner set it: the keys depend on the kind, all are present once validated."""


class InvalidConfig(ValueError):
    """A channel's configuration can't work."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{key}: {sentence}" for key, sentence in errors.items()))
        self.errors = errors
        """A sentence for each key that is wrong."""


class DeliveryFailed(Exception):
    """A notice could not be delivered. The message is a sentence for the channel's owner."""

    def __init__(self, message: str, *, permanent: bool = False) -> None:
        super().__init__(message)
        self.permanent = permanent
        """Trying again can't help: the channel is switched off until somebody mends it."""


class LastPing(Struct, frozen=True):
    at: datetime
    kind: str
    n: int
    exit_status: int | None
    body: bytes
    scheme: str = "https"
    """`email`: the body is a mail, with headers and all."""


class Notice(Struct, frozen=True):
    """One flip of one check, with all that a message may say about it. Times are aware, UTC."""

    key: str
    """The same for every attempt to deliver this notice, and for no other: an idempotency key."""
    up: bool
    """False: the check went down."""
    at: datetime
    reason: Reason
    check_id: str
    name: str
    """As the owner typed it; may be empty, see `title`."""
    slug: str
    tags: tuple[str, ...]
    desc: str
    project: str
    schedule: str
    """In words, such as `every 1 hour, grace 5 minutes`."""
    check_json: str
    """The check as the management API (v3, read-write key) shows it, one JSON object."""
    n_pings: int
    last_ping: LastPing | None
    downtime: timedelta | None
    """How long the check was down, on the way up, if known."""
    url: str
    """The check's page."""
    channels_url: str
    """The project's page of channels, where this one can be changed or removed."""
    test: bool = False
    """Sent by the test button: tells of no real check."""

    @property
    def title(self) -> str:
        return self.name or "unnamed check"

    @property
    def status(self) -> str:
        return "up" if self.up else "down"


class Channel(Protocol):
    """One kind of channel. Holds no state of any one channel; any thread may call it."""

    kind: str
    """The word in URLs, commands and the API."""
    title: str
    """The word on pages."""

    def validate(self, config: Mapping[str, object]) -> Config:
        """Return the configuration with every key present and trimmed. Raises InvalidConfig."""

    def summary(self, config: Config) -> str:
        """Where notices go, in one short line for a list."""

    def wants(self, config: Config, *, up: bool) -> bool:
        """Whether this channel is told of checks that come back (`up`) or go down (not `up`)."""

    def send(self, config: Config, notice: Notice) -> None:
        """Deliver, once, within half a minute. Raises DeliveryFailed."""

"""A channel as version 4 shows it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from handlers.api.v4.moments import Moment, iso
from tocsin.stores.channels import StoredChannel


class ChannelObject(Struct, kw_only=True):
    id: str
    kind: str
    name: str
    config: Annotated[dict[str, str], Meta(description="What the kind needs to know, secrets included.")]
    created: Moment
    disabled: Annotated[bool, Meta(description="Switched off, after a failure that trying again can't mend.")]
    last_at: Annotated[Moment | None, Meta(description="When a delivery was last tried.")]
    last_error: Annotated[str | None, Meta(description="What went wrong then.")]


def channel_object(channel: StoredChannel) -> ChannelObject:
    return ChannelObject(
        id=channel.id,
        kind=channel.kind,
        name=channel.name,
        config=dict(channel.config),
        created=iso(channel.created),
        disabled=channel.disabled,
        last_at=iso(channel.last_at),
        last_error=channel.last_error or None,
    )


def settings_of(channel: StoredChannel) -> object:
    """All that can be set of a channel."""
    return {"name": channel.name, "config": channel.config}

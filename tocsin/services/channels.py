"""The channels of a project: hang up, edit, try out, take down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from uuid import uuid4

from msgspec.structs import replace

from tocsin.channels.port import Config, InvalidConfig
from tocsin.channels.registry import Registry
from tocsin.services.audit import NO_CHANGES, noted
from tocsin.services.changing import TRIES, Busy
from tocsin.services.deliver import hand_over
from tocsin.services.edits import Changes, channel_changes
from tocsin.services.notices import Notices
from tocsin.stores.audit import Act, Actor
from tocsin.stores.channels import MAX_CHANNELS, ChannelChanged, Channels, StoredChannel
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project
from tocsin.stores.table import Put

MAX_NAME = 100
MAX_CONFIG = 20_000
"""Characters of a channel's configuration as a whole: it is one item, read with all the others of its project."""


class UnknownChannel(Exception):
    """The project has no channel with this id."""


class TooManyChannels(Exception):
    """The project has as many channels as one flip can tell."""

    def __init__(self) -> None:
        super().__init__(f"A project has at most {MAX_CHANNELS} channels.")


def create_channel(
    checks: Checks,
    kinds: Registry,
    *,
    project: str,
    kind: str,
    name: str,
    config: Mapping[str, object],
    by: Actor,
    now: datetime,
) -> str:
    """Make a channel, hang every check of the project on it, and return its id.

    Raises registry.UnknownKind, port.InvalidConfig, TooManyChannels.
    """
    valid, channels = valid_config(kinds, kind, config), Channels(checks.table)
    if len(channels.of_project(project)) >= MAX_CHANNELS:
        raise TooManyChannels
    channel = StoredChannel(str(uuid4()), project, kind, _name(name), valid, now)
    channels.create(channel, also=[_noted(channel, "channel.create", by=by, now=now)])
    for stored, _ in checks.listing(project):
        checks.attach(stored.check.id, channel.id)
    return channel.id


def edit_channel(
    channels: Channels,
    kinds: Registry,
    *,
    channel: StoredChannel,
    name: str,
    config: Mapping[str, object],
    by: Actor,
    now: datetime,
) -> None:
    """Change it and, if a failure had switched it off, switch it on again. Raises port.InvalidConfig."""
    valid = valid_config(kinds, channel.kind, config)
    edited = replace(channel, name=_name(name), config=valid, disabled=False)
    changes = channel_changes(channel, edited)
    channels.edit(edited, also=[_noted(channel, "channel.edit", by=by, now=now, changes=changes)] if changes else [])


def revise_channel(
    channels: Channels,
    kinds: Registry,
    *,
    channel: StoredChannel,
    revise: Callable[[StoredChannel], tuple[str, Mapping[str, object]]],
    by: Actor,
    now: datetime,
) -> None:
    """Give it the name and the configuration that `revise` makes of those it has, and switch it on again.

    `revise` is asked again if somebody came between, and may raise. Raises port.InvalidConfig, UnknownChannel, Busy.
    """
    read: StoredChannel | None = channel
    for _ in range(TRIES):
        if read is None:
            raise UnknownChannel(channel.id)
        name, config = revise(read)
        revised = replace(read, name=_name(name), config=valid_config(kinds, read.kind, config), disabled=False)
        changes = channel_changes(read, revised)
        if not changes:
            return
        note = _noted(read, "channel.edit", by=by, now=now, changes=changes)
        with suppress(ChannelChanged):
            channels.edit(revised, also=[note], as_read=read)
            return
        read = channels.get(channel.project, channel.id)
    raise Busy(channel.id)


def test_channel(
    channels: Channels,
    kinds: Registry,
    notices: Notices,
    *,
    channel: StoredChannel,
    project: Project,
    by: Actor,
    now: datetime,
) -> str:
    """Send a notice of no real check; returns what went wrong, or an empty text.

    Tells of a check going down, or of one coming back where the channel is told of nothing else.
    """
    kind = kinds.get(channel.kind)
    up = not kind.wants(channel.config, up=False)
    notice = notices.test(project, up=up, now=now, key=f"test-{uuid4()}")
    # First the entry: what the receiver was sent is told of even if this process is lost meanwhile.
    channels.table.put(_noted(channel, "channel.test", by=by, now=now))
    error = str(hand_over(kinds, channel, notice) or "")
    channels.note_result(channel, now=now, error=error, disable=False)
    return error


def delete_channel(
    channels: Channels, *, channel: StoredChannel, by: Actor, now: datetime, as_read: bool = False
) -> None:
    """Take it down; alerts that wait for it are not sent.

    Raises stores.channels.ChannelChanged where it must have the settings `as_read`, and has others by now.
    """
    note = _noted(channel, "channel.delete", by=by, now=now)
    channels.delete(channel, also=[note], as_read=channel if as_read else None)


def _noted(channel: StoredChannel, act: Act, *, by: Actor, now: datetime, changes: Changes = NO_CHANGES) -> Put:
    name = channel.name or channel.kind
    return noted(channel.project, act, subject=channel.id, name=name, by=by, now=now, changes=changes)


def valid_config(kinds: Registry, kind: str, config: Mapping[str, object]) -> Config:
    valid = kinds.get(kind).validate(config)
    length = {name: len(value) for name, value in valid.items()}
    if sum(length.values()) > MAX_CONFIG:
        longest = max(length, key=lambda name: length[name])
        raise InvalidConfig({longest: f"All settings together can be {MAX_CONFIG} characters long at most."})
    return valid


def _name(name: str) -> str:
    stripped = name.strip()
    if len(stripped) > MAX_NAME:
        raise InvalidConfig({"name": f"At most {MAX_NAME} characters"})
    return stripped

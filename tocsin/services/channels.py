"""The channels of a project: hang up, edit, try out, take down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from tocsin.channels.port import Config, InvalidConfig
from tocsin.channels.registry import Registry
from tocsin.services.deliver import hand_over
from tocsin.services.notices import Notices
from tocsin.stores.channels import MAX_CHANNELS, Channels, StoredChannel
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project

MAX_NAME = 100
MAX_CONFIG = 20_000
"""Characters of a channel's configuration as a whole: it is one item, read with all the others of its project."""


class TooManyChannels(Exception):
    """The project has as many channels as one flip can tell."""

    def __init__(self) -> None:
        super().__init__(f"A project has at most {MAX_CHANNELS} channels.")


def create_channel(
    checks: Checks,
    channels: Channels,
    kinds: Registry,
    *,
    project: str,
    kind: str,
    name: str,
    config: Mapping[str, object],
    now: datetime,
) -> str:
    """Make a channel, hang every check of the project on it, and return its id.

    Raises registry.UnknownKind, port.InvalidConfig, TooManyChannels.
    """
    valid = _valid(kinds, kind, config)
    if len(channels.of_project(project)) >= MAX_CHANNELS:
        raise TooManyChannels
    channel = StoredChannel(str(uuid4()), project, kind, _name(name), valid, now)
    channels.put(channel)
    for stored, _ in checks.listing(project):
        checks.attach(stored.check.id, channel.id)
    return channel.id


def edit_channel(
    channels: Channels, kinds: Registry, *, channel: StoredChannel, name: str, config: Mapping[str, object]
) -> None:
    """Change it and, if a failure had switched it off, switch it on again. Raises port.InvalidConfig."""
    valid = _valid(kinds, channel.kind, config)
    channels.edit(replace(channel, name=_name(name), config=valid))


def test_channel(
    channels: Channels, kinds: Registry, notices: Notices, *, channel: StoredChannel, project: Project, now: datetime
) -> str:
    """Send a notice of no real check; returns what went wrong, or an empty text.

    Tells of a check going down, or of one coming back where the channel is told of nothing else.
    """
    kind = kinds.get(channel.kind)
    up = not kind.wants(channel.config, up=False)
    notice = notices.test(project, up=up, now=now, key=f"test-{uuid4()}")
    error = str(hand_over(kinds, channel, notice) or "")
    channels.note_result(channel, now=now, error=error, disable=False)
    return error


def delete_channel(channels: Channels, *, channel: StoredChannel) -> None:
    """Take it down; alerts that wait for it are not sent."""
    channels.delete(channel.project, channel.id)


def _valid(kinds: Registry, kind: str, config: Mapping[str, object]) -> Config:
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

"""All kinds of channels there are: those that came with the house, and those that were installed beside it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from tocsin.late import late

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

    from tocsin.channels.port import Channel

GROUP = "tocsin.channels"
"""The group of entry points. Each names a class or function that makes a Channel when called without arguments."""

log = logging.getLogger(__name__)
_DUTIES = ("validate", "summary", "wants", "send")


class UnknownKind(LookupError):
    """No channel is of this kind. The message names the kinds there are."""


class Registry:
    """Channels by kind, in the order they were given. Never changes, so any thread may read it."""

    def __init__(self, channels: Iterable[Channel]) -> None:
        """Raises ValueError if two channels claim one kind."""
        self._by_kind = _by_kind(channels)

    def get(self, kind: str) -> Channel:
        """Raises UnknownKind."""
        try:
            return self._channels[kind]
        except KeyError:
            known = ", ".join(sorted(self._channels)) or "none"
            raise UnknownKind(f"There is no channel of kind {kind!r}; the kinds are: {known}.") from None

    def __iter__(self) -> Iterator[Channel]:
        return iter(self._channels.values())

    def __contains__(self, kind: object) -> bool:
        return kind in self._channels

    @property
    def _channels(self) -> Mapping[str, Channel]:
        return self._by_kind


class InstalledKinds(Registry):
    """What came with the house and what was installed beside it, put together when a channel is first asked for."""

    def __init__(self, built_in: Callable[[], Iterable[Channel]]) -> None:
        self._built_in = built_in

    @property
    def _channels(self) -> Mapping[str, Channel]:
        return self._found

    @late
    def _found(self) -> Mapping[str, Channel]:
        """What can't be used is logged and left out: it never stops anything."""
        from importlib.metadata import entry_points

        channels = list(self._built_in())
        for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
            channel = _loaded(entry)
            if channel and _is_new(channel, channels, entry):
                channels.append(channel)
        return _by_kind(channels)


def _by_kind(channels: Iterable[Channel]) -> dict[str, Channel]:
    found: dict[str, Channel] = {}
    for channel in channels:
        if channel.kind in found:
            raise ValueError(f"Two channels claim the kind {channel.kind!r}.")
        found[channel.kind] = channel
    return found


def _loaded(entry: EntryPoint) -> Channel | None:
    try:
        channel = entry.load()()
        _check_duties(channel)
    except Exception:  # whatever a stranger's code raises while it is imported
        log.exception("Channel plug-in %s (%s) can't be loaded and is left out.", entry.name, entry.value)
        return None
    loaded: Channel = channel
    return loaded


def _check_duties(channel: object) -> None:
    words = (getattr(channel, "kind", None), getattr(channel, "title", None))
    if not all(isinstance(word, str) and word for word in words):
        raise TypeError("a channel needs a kind and a title")
    missing = [duty for duty in _DUTIES if not callable(getattr(channel, duty, None))]
    if missing:
        raise TypeError(f"a channel needs {', '.join(missing)}")


def _is_new(channel: Channel, channels: Iterable[Channel], entry: EntryPoint) -> bool:
    taken = any(other.kind == channel.kind for other in channels)
    if taken:
        log.warning("Channel plug-in %s (%s) is left out: kind %s is taken.", entry.name, entry.value, channel.kind)
    return not taken

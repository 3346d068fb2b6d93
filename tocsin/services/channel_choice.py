"""Which channels a program means that names them in one text (protocol 3.4)."""

from __future__ import annotations

from collections.abc import Sequence

from tocsin.stores.channels import StoredChannel


class InvalidChoice(ValueError):
    """No channel, or more than one, is called so. The message is the protocol's."""


def chosen(text: str, channels: Sequence[StoredChannel]) -> frozenset[str]:
    """Ids: `*` is all, nothing is none, else ids or names as they are, separated by commas. Raises InvalidChoice."""
    if text == "*":
        return frozenset(channel.id for channel in channels)
    return frozenset(one_channel(word, channels) for word in text.split(",")) if text else frozenset()


def one_channel(word: str, channels: Sequence[StoredChannel]) -> str:
    """The id of the channel with this id or name. Raises InvalidChoice."""
    if not word:
        raise InvalidChoice("empty channel identifier")
    found = [channel.id for channel in channels if word in (channel.id, channel.name)]
    if len(found) != 1:
        raise InvalidChoice(f"{'non-unique' if found else 'invalid'} channel identifier: {word}")
    return found[0]

"""The channels that a project's people hung up, and how the last delivery to each went."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import ProjectClosed, open_project
from tocsin.stores.table import (
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
    walk,
)

MAX_CHANNELS = 90
"""A flip and an alert for each channel go in one transaction, which takes 100 writes."""


class StoredChannel(Struct, frozen=True):
    id: str
    project: str
    kind: str
    name: str
    config: Mapping[str, str]
    created: datetime
    disabled: bool = False
    """Switched off after a failure that trying again can't mend."""
    last_at: datetime | None = None
    """When a delivery was last tried."""
    last_error: str = ""
    """What went wrong then; empty if it was delivered."""


class ChannelChanged(Exception):
    """The channel's settings are no longer as they were read; nothing was written."""


class Channels(Struct, frozen=True):
    table: Table

    def create(self, channel: StoredChannel, *, also: Sequence[Action] = ()) -> None:
        """Hang it up, and do the actions in `also` with it.

        Raises ProjectClosed, and TransactionLost where one of the actions is lost.
        """
        try:
            self.table.transact([open_project(channel.project), Put(_encode(channel)), *also])
        except TransactionLost as lost:
            if 0 not in lost.lost:
                raise
            raise ProjectClosed from None

    def get(self, project_id: str, channel_id: str) -> StoredChannel | None:
        item = self.table.get(_key(project_id, channel_id))
        return _decode(item) if item else None

    def of_project(self, project_id: str) -> list[StoredChannel]:
        """The oldest first."""
        found = map(_decode, walk(self.table, f"project#{project_id}", Range(prefix="channel#")))
        return sorted(found, key=lambda channel: channel.created)

    def edit(
        self, channel: StoredChannel, *, also: Sequence[Action] = (), as_read: StoredChannel | None = None
    ) -> None:
        """Write its name and configuration, switch it on again, and do the actions in `also` with that.

        A channel that is gone stays so, and nothing is done. Raises ChannelChanged unless its settings are `as_read`.
        """
        key = _key(channel.project, channel.id)
        update = Update(key, set=_settings(channel), remove=("disabled", "last_error"), where=_unchanged(as_read))
        self._unless_gone([update, *also])

    def note_result(self, channel: StoredChannel, *, now: datetime, error: str, disable: bool) -> None:
        """Keep how a delivery went, unless the channel was edited meanwhile, or is gone."""
        values: dict[str, Value] = {"last_at": fields.moment(now)}
        values |= {"last_error": error} if error else {}
        values |= {"disabled": True} if disable else {}
        tried = Where(equals={"config": _dump(channel.config)})
        remove = () if error else ("last_error",)
        with suppress(ConditionLost):
            self.table.update(Update(_key(channel.project, channel.id), set=values, remove=remove, where=tried))

    def delete(
        self, channel: StoredChannel, *, also: Sequence[Action] = (), as_read: StoredChannel | None = None
    ) -> None:
        """Take it down, and do the actions in `also` with it; nothing where it is gone.

        Raises ChannelChanged unless its settings are `as_read`.
        """
        self._unless_gone([Delete(_key(channel.project, channel.id), where=_unchanged(as_read)), *also])

    def _unless_gone(self, actions: Sequence[Action]) -> None:
        """Do these, the first of which needs the channel. Raises ChannelChanged where it needs it as it was read."""
        try:
            self.table.transact(actions)
        except TransactionLost as lost:
            if 0 not in lost.lost:
                raise
            if lost.lost[0] is not None:
                raise ChannelChanged from None


def _key(project_id: str, channel_id: str) -> Key:
    return Key(f"project#{project_id}", f"channel#{channel_id}")


def _settings(channel: StoredChannel) -> dict[str, Value]:
    return {"name": channel.name, "config": _dump(channel.config)}


def _unchanged(channel: StoredChannel | None) -> Where:
    """It is there and, if it is given, has its settings."""
    return Where(equals=_settings(channel)) if channel else PRESENT


def _dump(config: Mapping[str, str]) -> str:
    return json.dumps(dict(config), ensure_ascii=False)


def _encode(channel: StoredChannel) -> dict[str, Value]:
    key = _key(channel.project, channel.id)
    return {
        "pk": key.pk,
        "sk": key.sk,
        "kind": channel.kind,
        "name": channel.name,
        "config": _dump(channel.config),
        "created": fields.moment(channel.created),
    }


def _decode(item: Item) -> StoredChannel:
    return StoredChannel(
        id=fields.text(item, "sk").removeprefix("channel#"),
        project=fields.text(item, "pk").removeprefix("project#"),
        kind=fields.text(item, "kind"),
        name=fields.text(item, "name"),
        config=json.loads(fields.text(item, "config")),
        created=fields.moment_from(fields.number(item, "created")),
        disabled="disabled" in item,
        last_at=fields.optional_moment(item, "last_at"),
        last_error=fields.text(item, "last_error"),
    )

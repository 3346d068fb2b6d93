"""The channels that a project's people hung up, and how the last delivery to each went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tocsin.stores import fields
from tocsin.stores.table import PRESENT, ConditionLost, Delete, Item, Key, Put, Range, Table, Update, Value, Where

MAX_CHANNELS = 90
"""A flip and an alert for each channel go in one transaction, which takes 100 writes."""


@dataclass(frozen=True, slots=True)
class StoredChannel:
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


@dataclass(frozen=True, slots=True)
class Channels:
    table: Table

    def put(self, channel: StoredChannel) -> None:
        self.table.put(Put(_encode(channel)))

    def get(self, project_id: str, channel_id: str) -> StoredChannel | None:
        item = self.table.get(_key(project_id, channel_id))
        return _decode(item) if item else None

    def of_project(self, project_id: str) -> list[StoredChannel]:
        """The oldest first."""
        items: list[Item] = []
        cursor: str | None = None
        while True:
            page = self.table.query(f"project#{project_id}", Range(prefix="channel#"), cursor=cursor)
            items += page.items
            cursor = page.cursor
            if cursor is None:
                return sorted((_decode(item) for item in items), key=lambda channel: channel.created)

    def edit(self, channel: StoredChannel) -> None:
        """Write its name and configuration, and switch it on again. A channel that is gone stays so."""
        values: dict[str, Value] = {"name": channel.name, "config": _dump(channel.config)}
        self._update(channel, values, remove=("disabled", "last_error"), where=PRESENT)

    def note_result(self, channel: StoredChannel, *, now: datetime, error: str, disable: bool) -> None:
        """Keep how a delivery went, unless the channel was edited meanwhile, or is gone."""
        values: dict[str, Value] = {"last_at": fields.moment(now)}
        values |= {"last_error": error} if error else {}
        values |= {"disabled": True} if disable else {}
        tried = Where(equals={"config": _dump(channel.config)})
        self._update(channel, values, remove=() if error else ("last_error",), where=tried)

    def delete(self, project_id: str, channel_id: str) -> None:
        self.table.delete(Delete(_key(project_id, channel_id)))

    def _update(
        self, channel: StoredChannel, values: dict[str, Value], *, remove: tuple[str, ...], where: Where
    ) -> None:
        update = Update(_key(channel.project, channel.id), set=values, remove=remove, where=where)
        try:
            self.table.update(update)
        except ConditionLost:
            return


def _key(project_id: str, channel_id: str) -> Key:
    return Key(f"project#{project_id}", f"channel#{channel_id}")


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

"""Projects, who belongs to them, and the keys that open them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tocsin.stores import fields
from tocsin.stores.check_items import Keep, decode_keep, encode_keep
from tocsin.stores.table import ABSENT, PRESENT, Action, Item, Key, Put, Range, Table, TransactionLost, Update, Value


class Role(StrEnum):
    OWNER = "owner"


class KeyKind(StrEnum):
    PING = "ping"
    READ_WRITE = "rw"
    READ_ONLY = "ro"

    @property
    def words(self) -> str:
        return {"ping": "ping key", "rw": "read-write API key", "ro": "read-only API key"}[self.value]


@dataclass(frozen=True, slots=True)
class Project:
    id: str
    name: str
    ping_key: str
    created: datetime
    keep: Keep = Keep()


class KeyTaken(Exception):
    """Another project has this key."""

    def __init__(self, kind: KeyKind) -> None:
        super().__init__(kind.words)
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Projects:
    table: Table

    def create(self, project: Project, *, owner: str, keys: dict[KeyKind, str]) -> None:
        """Make the project with its owner. `keys` are what `by_key` will find: digests, but for the ping key.

        Raises KeyTaken.
        """
        with_keys = list(keys.items())
        guards = [Put({**_key_guard(kind, key), "owner": project.id}, where=ABSENT) for kind, key in with_keys]
        try:
            self.table.transact([*guards, *_founding(project, owner)])
        except TransactionLost as lost:
            raise KeyTaken(with_keys[min(lost.lost, default=0)][0]) from None

    def get(self, project_id: str) -> Project | None:
        item = self.table.get(_project_key(project_id))
        return _decode(item) if item else None

    def by_key(self, kind: KeyKind, key: str) -> str | None:
        """The id of the project that this key opens."""
        guard = _key_guard(kind, key)
        item = self.table.get(Key(guard["pk"], guard["sk"]), consistent=False)
        return fields.text(item, "owner") if item else None

    def set_keep(self, project_id: str, keep: Keep) -> None:
        """Say how much of its checks' logs is kept. Raises ConditionLost where there is no such project."""
        changes = fields.written(encode_keep(keep))
        self.table.update(Update(_project_key(project_id), set=changes.set, remove=changes.remove, where=PRESENT))

    def role(self, project_id: str, user_id: str) -> Role | None:
        item = self.table.get(Key(f"user#{user_id}", f"member#{project_id}"))
        return Role(fields.text(item, "role")) if item else None

    def of_user(self, user_id: str) -> list[Project]:
        """The projects that the user belongs to, the oldest first; at most a hundred."""
        page = self.table.query(f"user#{user_id}", Range(prefix="member#"), limit=100)
        keys = [_project_key(fields.text(item, "sk").removeprefix("member#")) for item in page.items]
        found = self.table.batch_get(keys)
        return sorted((_decode(item) for item in found.values()), key=lambda project: project.created)


def _founding(project: Project, owner: str) -> list[Action]:
    key = _project_key(project.id)
    item: dict[str, Value] = {
        "pk": key.pk,
        "sk": key.sk,
        "name": project.name,
        "ping_key": project.ping_key,
        "created": fields.moment(project.created),
    }
    membership = {"pk": f"user#{owner}", "sk": f"member#{project.id}", "role": Role.OWNER.value}
    return [Put(item, where=ABSENT), Put(membership)]


def _project_key(project_id: str) -> Key:
    return Key(f"project#{project_id}", "project")


def _key_guard(kind: KeyKind, key: str) -> dict[str, str]:
    return {"pk": f"key#{kind.value}#{key}", "sk": "key"}


def _decode(item: Item) -> Project:
    return Project(
        id=fields.text(item, "pk").removeprefix("project#"),
        name=fields.text(item, "name"),
        ping_key=fields.text(item, "ping_key"),
        created=fields.moment_from(fields.number(item, "created")),
        keep=decode_keep(item),
    )

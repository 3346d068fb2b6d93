"""Projects, who belongs to them, and their ping keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from tocsin.stores import fields
from tocsin.stores.check_items import Keep, badge_item, decode_keep, encode_keep, project_key
from tocsin.stores.keys import KeyKind, KeyTaken, StoredKey, put_key
from tocsin.stores.table import (
    ABSENT,
    PRESENT,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Require,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
    walk,
)

_MOST_AT_ONCE = 90
"""Deletions of members beside what else goes in their transaction."""


class Role(StrEnum):
    """What somebody may do in a project; the first may most."""

    OWNER = "owner"
    MANAGER = "manager"
    MEMBER = "member"
    READ_ONLY = "read-only"

    def reaches(self, least: Role) -> bool:
        """Whether it may do all that `least` may."""
        order = list(Role)
        return order.index(self) <= order.index(least)


class Project(Struct, frozen=True):
    id: str
    name: str
    ping_key: str
    badge_key: str
    """Names the project in the URLs of its badges."""
    created: datetime
    keep: Keep = Keep()


class ProjectChanged(Exception):
    """The project is no longer as it was read, or gone; nothing was written."""


class NotOwner(Exception):
    """Whoever asked does not own the project any more; nothing was written."""


class Projects(Struct, frozen=True):
    table: Table

    def create(
        self, project: Project, *, owner: str, keys: Sequence[StoredKey] = (), also: Sequence[Action] = ()
    ) -> None:
        """Make the project with its owner and its API keys, and do the actions in `also` with it. Raises KeyTaken."""
        guards = [(KeyKind.PING, _put_ping_key(project)), *((key.kind, put) for key in keys for put in put_key(key))]
        try:
            self.table.transact([*(put for _, put in guards), *_founding(project, owner), *also])
        except TransactionLost as lost:
            raise KeyTaken(guards[min(lost.lost, default=0)][0]) from None

    def get(self, project_id: str) -> Project | None:
        item = self.table.get(project_key(project_id))
        return _decode(item) if item else None

    def by_ping_key(self, key: str) -> str | None:
        """The id of the project with this ping key."""
        item = self.table.get(_ping_key(key), consistent=False)
        return fields.text(item, "owner") if item else None

    def by_badge_key(self, key: str) -> str | None:
        """The id of the project whose badges have this key."""
        item = self.table.get(badge_item(key), consistent=False)
        return fields.optional_text(item, "project") if item else None

    def edit(self, old: Project, new: Project, *, also: Sequence[Action]) -> None:
        """Write the name, and how much of its checks' logs it keeps, and do the actions in `also` with that.

        Raises ProjectChanged.
        """
        before, after = _encode_editable(old), _encode_editable(new)
        changes = fields.differences(before, after)
        as_read = Where(equals=fields.present(before), absent=[name for name, value in before.items() if value is None])
        update = Update(project_key(old.id), set=changes.set, remove=changes.remove, where=as_read)
        try:
            self.table.transact([update, *also])
        except TransactionLost:
            raise ProjectChanged from None

    def change_ping_key(self, old: Project, new: Project, *, also: Sequence[Action]) -> None:
        """Let the new ping key lead to the project instead of the old one, and do the actions in `also` with that.

        Raises ProjectChanged where it is another already, or the project is going.
        """
        as_read = Where(equals={"ping_key": old.ping_key}, absent=["closing"])
        update = Update(project_key(old.id), set={"ping_key": new.ping_key}, where=as_read)
        try:
            self.table.transact([update, Delete(_ping_key(old.ping_key)), _put_ping_key(new), *also])
        except TransactionLost:
            raise ProjectChanged from None

    def shut(self, project: Project, *, owner: str | None = None) -> None:
        """Let nothing be added to it, and its ping key lead nowhere; nobody else's, who may have it by now.

        With `owner`, the id of a user, only as long as they own it. Raises NotOwner, table.TransactionLost.
        """
        key = project_key(project.id)
        asked = [owning(project.id, owner)] if owner is not None else []
        try:
            self.table.transact([Update(key, set={"closing": True}, where=PRESENT), *asked])
        except TransactionLost as lost:
            if not lost.lost:
                raise
            if 0 not in lost.lost:
                raise NotOwner from None
        with suppress(ConditionLost):
            self.table.delete(Delete(_ping_key(project.ping_key), where=Where(equals={"owner": project.id})))

    def delete(self, project: Project, *, also: Sequence[Action]) -> None:
        """Delete the project, its members and its badge key, and do the actions in `also` with that.

        All else that belongs to it is gone by then. Raises ProjectChanged where somebody else has deleted it.
        """
        for guard in self._under(project.id, "made#"):
            self.table.delete(Delete(guard))
        rest: list[Action] = [Delete(key) for user in self._people(project.id) for key in member_keys(project.id, user)]
        while len(rest) > _MOST_AT_ONCE:
            self.table.transact(rest[:_MOST_AT_ONCE])
            rest = rest[_MOST_AT_ONCE:]
        gone = Delete(project_key(project.id), where=PRESENT)
        try:
            self.table.transact([gone, Delete(badge_item(project.badge_key)), *rest, *also])
        except TransactionLost as lost:
            if 0 not in lost.lost:
                raise
            raise ProjectChanged from None

    def _under(self, project_id: str, prefix: str) -> Iterator[Key]:
        """The keys in its partition that begin so."""
        for item in walk(self.table, f"project#{project_id}", Range(prefix=prefix)):
            yield Key(fields.text(item, "pk"), fields.text(item, "sk"))

    def _people(self, project_id: str) -> list[str]:
        """Who belongs to it, the owner last: as long as there is a project somebody can delete it."""
        items = walk(self.table, f"project#{project_id}", Range(prefix="member#"))
        found = sorted(items, key=lambda item: item["role"] == Role.OWNER.value)
        return [fields.text(item, "sk").removeprefix("member#") for item in found]

    def role(self, project_id: str, user_id: str) -> Role | None:
        item = self.table.get(member_keys(project_id, user_id)[0])
        return Role(fields.text(item, "role")) if item else None

    def page_of_user(
        self, user_id: str, *, limit: int, cursor: str | None = None
    ) -> tuple[list[tuple[Project, Role]], str | None]:
        """At most `limit` projects that the user belongs to, by id, with their role in each, and where to go on.

        Raises table.BadCursor.
        """
        page = self.table.query(f"user#{user_id}", Range(prefix="member#"), limit=limit, cursor=cursor)
        roles = {
            project_key(fields.text(item, "sk").removeprefix("member#")): Role(fields.text(item, "role"))
            for item in page.items
        }
        found = self.table.batch_get(roles)
        # Reading many at once may lag: what is missing there is asked for again, since accounts are closed on this.
        items = {key: found.get(key) or self.table.get(key) for key in roles}
        return [(_decode(item), roles[key]) for key, item in items.items() if item], page.cursor

    def roles_of_user(self, user_id: str) -> list[tuple[Project, Role]]:
        """All projects that the user belongs to, the oldest first, with their role in each."""
        pairs, cursor = self.page_of_user(user_id, limit=100)
        while cursor is not None:
            more, cursor = self.page_of_user(user_id, limit=100, cursor=cursor)
            pairs += more
        return sorted(pairs, key=lambda pair: pair[0].created)

    def of_user(self, user_id: str) -> list[Project]:
        """All projects that the user belongs to, the oldest first."""
        return [project for project, _ in self.roles_of_user(user_id)]


def _founding(project: Project, owner: str) -> list[Action]:
    key = project_key(project.id)
    item: dict[str, Value] = {
        "pk": key.pk,
        "sk": key.sk,
        "name": project.name,
        "ping_key": project.ping_key,
        "badge_key": project.badge_key,
        "created": fields.moment(project.created),
    }
    keys = member_keys(project.id, owner)
    membership = [Put({"pk": each.pk, "sk": each.sk, "role": Role.OWNER.value}) for each in keys]
    badge = badge_item(project.badge_key)
    return [Put(item, where=ABSENT), *membership, Put({"pk": badge.pk, "sk": badge.sk, "project": project.id})]


def member_keys(project_id: str, user_id: str) -> tuple[Key, Key]:
    """Where it stands that the user belongs to the project: from the user's side, and from the project's."""
    return Key(f"user#{user_id}", f"member#{project_id}"), Key(f"project#{project_id}", f"member#{user_id}")


def owning(project_id: str, user_id: str) -> Require:
    """For a transaction that only the owner may ask for."""
    return Require(member_keys(project_id, user_id)[1], Where(equals={"role": Role.OWNER.value}))


def _encode_editable(project: Project) -> dict[str, Value | None]:
    return {"name": project.name, **encode_keep(project.keep)}


def _ping_key(key: str) -> Key:
    return Key(f"key#ping#{key}", "key")


def _put_ping_key(project: Project) -> Put:
    key = _ping_key(project.ping_key)
    return Put({"pk": key.pk, "sk": key.sk, "owner": project.id}, where=ABSENT)


def _decode(item: Item) -> Project:
    return Project(
        id=fields.text(item, "pk").removeprefix("project#"),
        name=fields.text(item, "name"),
        ping_key=fields.text(item, "ping_key"),
        badge_key=fields.text(item, "badge_key"),
        created=fields.moment_from(fields.number(item, "created")),
        keep=decode_keep(item),
    )

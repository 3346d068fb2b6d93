"""What to write of a check: the actions that make its items say what came of an event or an edit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from tocsin.domain.check import Check
from tocsin.domain.ping import Ping
from tocsin.domain.schedule import Incalculable
from tocsin.domain.transitions import Outcome
from tocsin.stores import fields
from tocsin.stores.check_items import (
    Info,
    Keep,
    Stored,
    badge_item,
    cloak_key,
    due_shard,
    encode_check,
    encode_info,
    encode_keep,
    info_key,
    slug_key,
    state_key,
)
from tocsin.stores.table import ABSENT, PRESENT, Action, Delete, Key, Put, Update, Value, Where


class Edit(Struct, frozen=True):
    """A person's change of what a check is called and how its pings are read."""

    old: Info
    new: Info


class Move(Struct, frozen=True):
    """The project that a check goes to, what that keeps of logs, and whom the check tells there."""

    project: str
    keep: Keep
    channels: frozenset[str]


class Change(Struct, frozen=True):
    """What to write of a check, decided from its state as read."""

    outcome: Outcome
    ping: Ping | None = None
    edit: Edit | None = None
    rearm: bool = False
    """Its entry in the due index has come up, and is to move to where it belongs."""
    clear: bool = False
    """Its log so far is to be forgotten."""
    also: Sequence[Action] = ()
    """What else to write with it."""


def edit_actions(stored: Stored, edit: Edit) -> list[Action]:
    """What an edit changes beside the state."""
    changes = fields.differences(encode_info(edit.old), encode_info(edit.new))
    update = Update(info_key(stored.check.id), set=changes.set, remove=changes.remove, where=PRESENT)
    return [update, *slug_actions(stored.project, stored.check.id, old=edit.old.slug, new=edit.new.slug)]


def move_actions(stored: Stored, info: Info, move: Move) -> list[Action]:
    """Let it belong to another project; lost if anybody but a ping wrote to it since it was read."""
    check_id, keep = stored.check.id, fields.written(encode_keep(move.keep))
    told = fields.differences(encode_info(info), encode_info(replace(info, channels=move.channels)))
    as_read = Where(equals={"rev": stored.rev, "project": stored.project})
    changes = {"project": move.project, **keep.set}
    return [
        Update(state_key(check_id), set=changes, add={"rev": 1}, remove=keep.remove, where=as_read),
        Update(info_key(check_id), set=told.set, remove=told.remove, where=PRESENT),
        *slug_actions(stored.project, check_id, old=info.slug, new=""),
        *slug_actions(move.project, check_id, old="", new=info.slug),
    ]


def filtered(info: Info) -> bool | None:
    """The state's note that pings by HTTP must be judged by rules; None, no attribute, where there are none."""
    return info.rules.post_only or info.rules.filter_http_body or None


def making(stored: Stored, info: Info) -> list[Action]:
    """All that makes a check; the first two are lost if there is one of this id."""
    check_id = stored.check.id
    return [
        Put(whole(state_key(check_id), _encode_state(stored, info)), where=ABSENT),
        Put(whole(info_key(check_id), encode_info(info) | {"badge_key": info.badge_key}), where=ABSENT),
        Put(whole(cloak_key(check_id), {"check": check_id})),
        Put(whole(badge_item(info.badge_key), {"check": check_id})),
        *slug_actions(stored.project, check_id, old="", new=info.slug),
    ]


def _encode_state(stored: Stored, info: Info) -> dict[str, Value | None]:
    """The state anew: it is armed where silence can turn it down."""
    deadline = _deadline(stored, stored.check)
    return {
        "project": stored.project,
        "listed": fields.sortable(stored.created),
        "rev": stored.rev,
        "filtered": filtered(info),
        "cleared_pings": stored.cleared_pings or None,
        "cleared_flips": stored.cleared_flips or None,
        **encode_check(stored.check),
        **encode_keep(stored.keep),
        "due_at": fields.maybe_moment(deadline),
        "due_shard": due_shard("check", stored.check.id) if deadline else None,
    }


def whole(key: Key, values: dict[str, Value | None]) -> dict[str, Value]:
    """An item to put, without what is None."""
    return {"pk": key.pk, "sk": key.sk, **fields.present(values)}


def slug_actions(project: str, check_id: str, *, old: str, new: str) -> list[Action]:
    """Let the check be found by its new slug, and no longer by its old one; empty where it has none."""
    actions: list[Action] = []
    if old and old != new:
        actions.append(Delete(slug_key(project, old, check_id)))
    if new and old != new:
        key = slug_key(project, new, check_id)
        actions.append(Put({"pk": key.pk, "sk": key.sk}))
    return actions


def state_update(stored: Stored, change: Change) -> Update:
    """Change the state as it was read; lost if anybody wrote to it since."""
    check = change.outcome.check
    changes = fields.differences(encode_check(stored.check), encode_check(check))
    _arm(changes, stored, check, rearm=change.rearm)
    if change.edit:
        changes.put("filtered", filtered(change.edit.new))
    if change.clear:
        changes.set |= {"cleared_pings": check.n_pings, "cleared_flips": check.n_flips}
    unchanged = Where(equals={"rev": stored.rev, "n_pings": stored.check.n_pings})
    add = {} if change.ping else {"rev": 1}
    return Update(state_key(check.id), set=changes.set, add=add, remove=changes.remove, where=unchanged)


def _deadline(stored: Stored, check: Check) -> datetime | None:
    """A ping is never lost to a schedule that can't be computed: the tick meets such a check, and says so."""
    try:
        return check.deadline
    except Incalculable:
        return stored.armed or check.last_ping


def _arm(changes: fields.Changes, stored: Stored, check: Check, *, rearm: bool) -> None:
    deadline = _deadline(stored, check)
    if deadline is None:
        if stored.armed:
            changes.remove += ["due_shard", "due_at"]
    elif stored.armed is None or deadline < stored.armed or rearm:
        changes.put("due_at", fields.moment(deadline))
        changes.put("due_shard", due_shard("check", check.id))

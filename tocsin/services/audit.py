"""What the audit log is told of an act, to be written in the act's own transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from tocsin.services.edits import Changes, check_changes
from tocsin.stores.audit import Act, Actor, AuditEntry, put_entry
from tocsin.stores.check_items import Stored
from tocsin.stores.table import Put

if TYPE_CHECKING:
    from tocsin.services.checks import Wishes

NO_CHANGES: Changes = {}


def noted(
    project: str, act: Act, *, subject: str, name: str, by: Actor, now: datetime, changes: Changes = NO_CHANGES
) -> Put:
    """The entry of an act. `subject` is the id, and `name` the name, of what it is about."""
    return put_entry(project, AuditEntry(uuid4().hex, now, by, act, subject, name, changes))


def edited(stored: Stored, before: Wishes, after: Wishes, *, by: Actor, now: datetime) -> list[Put]:
    """The entry of a check's edit; none where nothing changes."""
    changes = check_changes(before, after)
    if not changes:
        return []
    subject, name = stored.check.id, before.info.name
    return [noted(stored.project, "check.edit", subject=subject, name=name, by=by, now=now, changes=changes)]

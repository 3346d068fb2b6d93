"""Make a check unless there is one with the same values, and then change that one (protocol 3.4, `unique`)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

from tocsin.domain.schedule import Simple
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.checks import Wishes, create_check
from tocsin.services.revising import revise_check
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks, Outdated
from tocsin.stores.creation_guard import CreationGuard
from tocsin.stores.table import ConditionLost

_ROUNDS = 20
"""After a lost race the winner's check is there to be found, unless it is deleted or changed at once."""
_MOST_OF_A_SLUG = 1000


def upsert_check(
    checks: Checks,
    *,
    project: str,
    unique: Mapping[str, object],
    wishes: Wishes,
    revise: Callable[[Wishes], Wishes],
    by: Actor,
    now: datetime,
    unlisted: bool = False,
) -> tuple[str, bool]:
    """The id of the check with the `unique` values, and whether this call made it; of many at once exactly one does.

    The values are of name, slug, tags, timeout and grace, lengths in seconds. A check that has them becomes what
    `revise` makes of it: the one that such a call found last or, where there is none, the oldest; a new one is made as
    `wishes` say. Whoever has just
    listed the project's checks, and found none that fits, says `unlisted`: then only one that was made since is looked
    for. Raises InvalidCheck, Busy, and what `revise` raises.
    """
    for _ in range(_ROUNDS):
        guard = CreationGuard.read(checks.table, project=project, mark=_mark(unique))
        found = _find(checks, project, unique, guard.check, unlisted=unlisted)
        with suppress(Outdated, UnknownCheck):
            if found is None:
                return create_check(checks, project=project, wishes=wishes, by=by, now=now, guard=guard), True
            revise_check(checks, check_id=found, revise=revise, by=by, now=now)
            _remember(checks, guard, found)
            return found, False
    raise Busy(project)


def _remember(checks: Checks, guard: CreationGuard, found: str) -> None:
    """The next such call need not look through the project, though this check was made in another way."""
    if found != guard.check:
        with suppress(ConditionLost):
            checks.table.put(guard.naming(found))


def _mark(unique: Mapping[str, object]) -> str:
    """A ping that makes a check looks for its slug (provision.py): whoever looks for the same shares its guard."""
    if unique.keys() == {"slug"}:
        return str(unique["slug"])
    return "=" + hashlib.sha256(json.dumps(unique, sort_keys=True).encode()).hexdigest()


def _find(
    checks: Checks, project: str, unique: Mapping[str, object], made: str | None, *, unlisted: bool
) -> str | None:
    """The check that such a call made last, if it still has the values; else whichever has them, the oldest first."""
    known = checks.find(made) if made else None
    found = _first([known] if known else [], project, unique)
    if found or (unlisted and not unique.get("slug")):
        return found
    return _first(_all(checks, project, unique), project, unique)


def _all(checks: Checks, project: str, unique: Mapping[str, object]) -> list[tuple[Stored, Info]]:
    """Every check that can have the values. Those of a slug are found without the index, which may lag."""
    slug = unique.get("slug")
    if not slug:
        return checks.listing(project)
    ids = checks.with_slug(project, str(slug), limit=_MOST_OF_A_SLUG)
    found = [pair for check_id in ids if (pair := checks.find(check_id))]
    return sorted(found, key=lambda pair: pair[0].created)


def _first(candidates: Iterable[tuple[Stored, Info]], project: str, unique: Mapping[str, object]) -> str | None:
    for stored, info in candidates:
        if stored.project == project and unique.items() <= _values(stored, info).items():
            return stored.check.id
    return None


def _values(stored: Stored, info: Info) -> dict[str, object]:
    """A check that runs by the calendar has the default for a timeout, as programs that send both expect."""
    schedule = stored.check.schedule
    timeout = schedule.timeout if isinstance(schedule, Simple) else Simple().timeout
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "timeout": int(timeout.total_seconds()),
        "grace": int(stored.check.grace.total_seconds()),
    }

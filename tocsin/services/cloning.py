"""Make another check like one that is there."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.services.changing import UnknownCheck
from tocsin.services.check_fields import MAX_NAME
from tocsin.services.checks import create_check, wishes_of
from tocsin.stores.audit import Actor
from tocsin.stores.checks import Checks

_MARK = " (copy)"


def clone_check(checks: Checks, *, check_id: str, by: Actor, now: datetime) -> str:
    """Make a new check with all that was wished of this one, and return its id.

    Not its slug: with two of one slug, neither is found by it. Raises UnknownCheck, InvalidCheck, ProjectClosed.
    """
    found = checks.find(check_id)
    if found is None:
        raise UnknownCheck(check_id)
    stored, info = found
    name = info.name[: MAX_NAME - len(_MARK)] + _MARK
    wishes = wishes_of(stored.check, replace(info, name=name, slug=""))
    return create_check(checks, project=stored.project, wishes=wishes, by=by, now=now)

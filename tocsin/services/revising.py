"""Change some of what is wished of a check, as programs do: decided on what stands there, not on what was read once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from msgspec.structs import replace

from tocsin.domain import transitions
from tocsin.services.audit import edited
from tocsin.services.changing import change
from tocsin.services.checks import Wishes, info_of, validate, wishes_of
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Stored
from tocsin.stores.check_writes import Change, Edit
from tocsin.stores.checks import Checks


def revise_check(
    checks: Checks, *, check_id: str, revise: Callable[[Wishes], Wishes], by: Actor, now: datetime
) -> None:
    """Set what `revise` makes of the check's wishes; it is asked again where somebody came between, and may raise.

    A schedule that makes the check overdue turns it down by the next tick, which tells people (protocol 2.4). Raises
    InvalidCheck, UnknownCheck, Busy.
    """

    def decide(stored: Stored) -> Change | None:
        old = info_of(checks, check_id)
        before = wishes_of(stored.check, old)
        after = revise(before)
        validate(after)
        if after == before:
            return None
        check = transitions.amend(
            replace(stored.check, manual_resume=after.manual_resume),
            schedule=after.schedule,
            grace=after.grace,
            limits=after.limits,
        )
        notes = edited(stored, before, after, by=by, now=now)
        return Change(transitions.Outcome(check), edit=Edit(old, after.info), also=notes)

    change(checks, check_id, decide, now=now)

"""Let a check tell one channel more, or one less."""

from __future__ import annotations

from datetime import datetime

from msgspec.structs import replace

from tocsin.services.checks import Wishes
from tocsin.services.revising import revise_check
from tocsin.stores.audit import Actor
from tocsin.stores.checks import Checks


def tell_channel(checks: Checks, *, check_id: str, channel: str, tell: bool, by: Actor, now: datetime) -> None:
    """Whether the channel, which is one of the check's project, is told of its flips from now on.

    Saying it twice changes nothing. Raises UnknownCheck, InvalidCheck, Busy.
    """

    def revise(wishes: Wishes) -> Wishes:
        told = wishes.info.channels | {channel} if tell else wishes.info.channels - {channel}
        return replace(wishes, info=replace(wishes.info, channels=told))

    revise_check(checks, check_id=check_id, revise=revise, by=by, now=now)

"""Let a check tell one channel more, or one less; let a channel be told of some checks, and not of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import datetime

from msgspec.structs import replace

from tocsin.services.changing import UnknownCheck
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


def assign_channel(
    checks: Checks, *, channel: str, shown: Iterable[str], told: Collection[str], by: Actor, now: datetime
) -> None:
    """Of the checks in `shown`, let those in `told` tell the channel, and the others not; all are of its project.

    What somebody deleted meanwhile is passed over. Raises InvalidCheck, Busy.
    """
    for check_id in shown:
        with suppress(UnknownCheck):
            tell_channel(checks, check_id=check_id, channel=channel, tell=check_id in told, by=by, now=now)

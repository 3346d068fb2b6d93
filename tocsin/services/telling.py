"""Let a check tell one channel more, or one less; let a channel be told of some checks, and not of others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from msgspec.structs import replace

from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.checks import InvalidCheck, Wishes
from tocsin.services.revising import revise_check
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Info, Stored
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
    checks: Checks,
    *,
    channel: str,
    shown: Iterable[tuple[Stored, Info]],
    told: Collection[str],
    by: Actor,
    now: datetime,
) -> Mapping[str, str]:
    """Of the checks in `shown`, let those in `told` tell the channel, and the others not; all are of its project.

    What somebody deleted meanwhile is passed over. One that can't be changed does not keep the others waiting: returned
    is a sentence for each of these, by id.
    """
    failed: dict[str, str] = {}
    for stored, info in shown:
        check_id, tell = stored.check.id, stored.check.id in told
        if tell == (channel in info.channels):
            continue
        try:
            tell_channel(checks, check_id=check_id, channel=channel, tell=tell, by=by, now=now)
        except UnknownCheck:
            continue
        except InvalidCheck as refusal:
            failed[check_id] = f"{refusal}."
        except Busy:
            failed[check_id] = "Others are changing it too: try again."
    return failed

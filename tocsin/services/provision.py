"""Make a check by its first ping (protocol 1.9); what it shall be like may be said as well, which is our own."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD, InvalidSchedule, Schedule, Simple, parse_schedule
from tocsin.domain.zones import InvalidZone, canonical
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.channel_choice import InvalidChoice, chosen
from tocsin.services.check_fields import MAX_TAGS
from tocsin.services.checks import Wishes, create_check
from tocsin.services.find_check import check_with_slug
from tocsin.stores.audit import PING
from tocsin.stores.channels import Channels, StoredChannel
from tocsin.stores.check_items import Info, ProjectClosed
from tocsin.stores.checks import Checks, Outdated
from tocsin.stores.creation_guard import CreationGuard

_SECONDS = re.compile(r"[0-9]{1,8}")
_ROUNDS = 10
"""After a lost race the winner's check is there to be found, unless it is deleted or renamed at once."""


class InvalidParameter(ValueError):
    """The message names the parameter and says what it takes."""


def provision(
    checks: Checks, channels: Channels, *, project: str, slug: str, asked: Mapping[str, str], now: datetime
) -> tuple[str, bool]:
    """The id of the check with this slug, and whether this call made it; of many calls at once exactly one does.

    `asked` are the parameters `timeout`, `grace`, `schedule`, `tz`, `tags` and `channels` as they were typed; all may
    be left out, and others are ignored. Raises InvalidParameter, find_check.AmbiguousSlug, Busy, and
    UnknownCheck where the project is being deleted.
    """
    wishes = _wishes(slug, asked, channels.of_project(project))
    for _ in range(_ROUNDS):
        guard = CreationGuard.read(checks.table, project=project, mark=slug)
        found = check_with_slug(checks, project=project, slug=slug)
        if found:
            return found, False
        try:
            return create_check(checks, project=project, wishes=wishes, by=PING, now=now, guard=guard), True
        except ProjectClosed:
            raise UnknownCheck(slug) from None
        except Outdated:
            continue
    raise Busy(slug)


def _wishes(slug: str, asked: Mapping[str, str], channels: Sequence[StoredChannel]) -> Wishes:
    info = Info(name=slug, slug=slug, tags=_tags(asked), channels=_channels(asked.get("channels", "*"), channels))
    wishes = Wishes(info)
    return replace(wishes, schedule=_schedule(asked), grace=_length(asked, "grace", default=wishes.grace))


def _schedule(asked: Mapping[str, str]) -> Schedule:
    """All three parameters are looked at, though a schedule goes before a timeout (protocol 3.4)."""
    simple = Simple(_length(asked, "timeout", default=Simple().timeout))
    try:
        if "schedule" in asked:
            return parse_schedule(asked["schedule"], asked.get("tz", "UTC"))
        if "tz" in asked:
            canonical(asked["tz"])
    except InvalidSchedule as refusal:
        raise InvalidParameter(f"schedule: {refusal}") from None
    except InvalidZone as refusal:
        raise InvalidParameter(f"tz: {refusal}") from None
    return simple


def _length(asked: Mapping[str, str], name: str, *, default: timedelta) -> timedelta:
    text = asked.get(name)
    if text is None:
        return default
    length = timedelta(seconds=int(text)) if _SECONDS.fullmatch(text) else timedelta()
    if not MIN_PERIOD <= length <= MAX_PERIOD:
        least, most = (int(bound.total_seconds()) for bound in (MIN_PERIOD, MAX_PERIOD))
        raise InvalidParameter(f"{name} must be a whole number of seconds from {least} to {most}")
    return length


def _tags(asked: Mapping[str, str]) -> str:
    tags = " ".join(asked.get("tags", "").split())
    if len(tags) > MAX_TAGS:
        raise InvalidParameter(f"tags must be words with spaces between them, at most {MAX_TAGS} characters together")
    return tags


def _channels(text: str, channels: Sequence[StoredChannel]) -> frozenset[str]:
    try:
        return chosen(text, channels)
    except InvalidChoice as refusal:
        raise InvalidParameter(str(refusal)) from None

"""A check as programs see it: the object of the management API's versions 1 to 3 (protocol 3.3)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from tocsin.domain.check import Check, Status, unique_key
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.services.check_fields import (
    Desc,
    FilterBody,
    FilterDefaultFail,
    FilterHttpBody,
    FilterSubject,
    Grace,
    Keywords,
    ManualResume,
    Methods,
    Name,
    ScheduleText,
    Slug,
    Tags,
    Timeout,
    Zone,
)
from tocsin.stores.check_items import Info, Stored

Moment = Annotated[
    str,
    Meta(
        description="ISO 8601 in UTC, without microseconds.",
        examples=["2026-03-01T12:00:00+00:00"],
        extra_json_schema={"format": "date-time"},
    ),
]


class CheckObject(Struct, frozen=True, kw_only=True):
    """In the protocol's order. What is not set is not shown."""

    name: Name
    slug: Slug
    tags: Tags
    desc: Desc
    grace: Grace
    n_pings: Annotated[int, Meta(description="Pings of any kind ever received.")]
    status: Annotated[
        Literal["new", "up", "grace", "down", "paused", "started"], Meta(description="`started` in version 1 only.")
    ]
    started: Annotated[bool, Meta(description="A run is under way.")]
    last_ping: Annotated[Moment | None, Meta(description="The last success or failure.")]
    next_ping: Annotated[Moment | None, Meta(description="When the grace time begins.")]
    manual_resume: ManualResume
    methods: Methods
    subject: Annotated[str, Meta(description="Deprecated: `success_kw`, where subjects are filtered.")]
    subject_fail: Annotated[str, Meta(description="Deprecated: `failure_kw`, where subjects are filtered.")]
    start_kw: Keywords
    success_kw: Keywords
    failure_kw: Keywords
    filter_subject: FilterSubject
    filter_body: FilterBody
    filter_http_body: FilterHttpBody
    filter_default_fail: FilterDefaultFail
    badge_url: Annotated[str, Meta(description="A badge with two states, as SVG.")]
    last_duration: Annotated[int | UnsetType, Meta(description="Seconds, if known and not 0.")] = UNSET
    unique_key: Annotated[str | UnsetType, Meta(description="For read-only keys.")] = UNSET
    uuid: Annotated[str | UnsetType, Meta(description="This and what follows: for read-write keys.")] = UNSET
    ping_url: str | UnsetType = UNSET
    update_url: str | UnsetType = UNSET
    pause_url: str | UnsetType = UNSET
    resume_url: str | UnsetType = UNSET
    channels: Annotated[str | UnsetType, Meta(description="Ids with commas between them.")] = UNSET
    timeout: Timeout | UnsetType = UNSET
    schedule: ScheduleText | UnsetType = UNSET
    tz: Zone | UnsetType = UNSET


class View(Struct, frozen=True):
    """Who looks, and from where."""

    site_root: str
    """The public address, without a slash at its end."""
    ping_urls: str
    """What ping URLs begin with, up to the slash before the check."""
    version: int = 3
    read_only: bool = False
    channels: frozenset[str] | None = None
    """Ids of the channels that there are: a check may know some that were deleted. None where nobody has looked."""


def check_object(stored: Stored, info: Info, view: View, *, now: datetime) -> CheckObject:
    check, rules = stored.check, info.rules
    shown = CheckObject(
        name=info.name,
        slug=info.slug,
        tags=info.tags,
        desc=info.desc,
        grace=int(check.grace.total_seconds()),
        n_pings=check.n_pings,
        status=_status(check, now, view.version),
        started=check.started,
        last_ping=iso(check.last_ping),
        next_ping=iso(check.next_ping),
        manual_resume=check.manual_resume,
        methods="POST" if rules.post_only else "",
        subject=rules.keywords.success if rules.filter_subject else "",
        subject_fail=rules.keywords.failure if rules.filter_subject else "",
        start_kw=rules.keywords.start,
        success_kw=rules.keywords.success,
        failure_kw=rules.keywords.failure,
        filter_subject=rules.filter_subject,
        filter_body=rules.filter_body,
        filter_http_body=rules.filter_http_body,
        filter_default_fail=rules.keywords.default_fail,
        badge_url=badge_url(info, view.site_root),
        last_duration=int(check.last_duration.total_seconds()) if check.last_duration else UNSET,
    )
    return msgspec.structs.replace(shown, **_ways_in(check.id, info, view), **_schedule(check.schedule))


def check_json(stored: Stored, info: Info, view: View, *, now: datetime, status: Status) -> str:
    """The object as JSON, with the status that a message is about: the check may have changed since."""
    shown = msgspec.to_builtins(check_object(stored, info, view, now=now))
    return json.dumps(shown | {"status": status.value})


def badge_url(info: Info, site_root: str) -> str:
    return f"{site_root}/b/2/{info.badge_key}.svg"


def iso(at: datetime | None) -> str | None:
    """In UTC without microseconds, as the API tells moments (protocol 10, 17)."""
    return at.replace(microsecond=0).isoformat() if at else None


def _status(check: Check, now: datetime, version: int) -> Literal["new", "up", "grace", "down", "paused", "started"]:
    """Version 1 says of a check with a run under way that it is started, unless the run took too long (2.2)."""
    if version == 1 and check.started and not any(now >= check.due(run) for run in check.runs):
        return "started"
    return check.displayed(now).value


def _ways_in(check_id: str, info: Info, view: View) -> dict[str, str]:
    """Who may only read is not told what a check is pinged by."""
    if view.read_only:
        return {"unique_key": unique_key(check_id)}
    api = f"{view.site_root}/api/v{view.version}/checks/{check_id}"
    ways = {"uuid": check_id, "ping_url": f"{view.ping_urls}/{check_id}", "update_url": api}
    return ways | {
        "pause_url": f"{api}/pause",
        "resume_url": f"{api}/resume",
        "channels": ",".join(sorted(info.channels if view.channels is None else info.channels & view.channels)),
    }


def _schedule(schedule: Schedule) -> dict[str, int | str]:
    if isinstance(schedule, Simple):
        return {"timeout": int(schedule.timeout.total_seconds())}
    assert isinstance(schedule, Cron | OnCalendar)
    return {"schedule": schedule.expression, "tz": schedule.tz}

"""A check as version 4 shows it: every field is always there, and null where there is nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import asdict

from handlers.api.badge_urls import BadgeUrls
from handlers.api.v4.moments import Moment, iso
from tocsin.domain.check import unique_key
from tocsin.domain.schedule import Schedule, Simple
from tocsin.services.badges import check_badge_urls
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
    RunLimit,
    ScheduleText,
    Slug,
    Tag,
    Timeout,
    Tolerance,
    TrackRuns,
    Zone,
)
from tocsin.services.checks import Wishes, wishes_of
from tocsin.services.project_document import CheckEntry, entry_of
from tocsin.stores.check_items import Info, Stored

StatusWord: TypeAlias = Literal["new", "up", "grace", "down", "paused"]


class CheckObject(Struct, frozen=True, kw_only=True):
    uuid: Annotated[str | UnsetType, Meta(description="For read-write keys: it is the secret in the ping URL.")] = UNSET
    unique_key: Annotated[str, Meta(description="Names the check, and gives nothing away.")]
    name: Name
    slug: Slug
    tags: list[Tag]
    desc: Desc
    status: StatusWord
    started: Annotated[bool, Meta(description="A run is under way.")]
    created: Moment
    last_ping: Annotated[Moment | None, Meta(description="The last success or failure.")]
    next_ping: Annotated[Moment | None, Meta(description="When the grace time begins.")]
    rings_at: Annotated[Moment | None, Meta(description="When it goes down if nothing comes.")]
    last_duration: Annotated[float | None, Meta(description="Seconds that the last run took.")]
    n_pings: Annotated[int, Meta(description="Pings of any kind ever received.")]
    kind: Literal["simple", "cron", "oncalendar"]
    timeout: Timeout | None
    schedule: ScheduleText | None
    tz: Zone | None
    grace: Grace
    max_duration: RunLimit | None
    min_duration: RunLimit | None
    failure_tolerance: Tolerance
    track_runs: TrackRuns
    manual_resume: ManualResume
    methods: Methods
    start_kw: Keywords
    success_kw: Keywords
    failure_kw: Keywords
    filter_subject: FilterSubject
    filter_body: FilterBody
    filter_http_body: FilterHttpBody
    filter_default_fail: FilterDefaultFail
    channels: Annotated[list[str] | UnsetType, Meta(description="For read-write keys: ids.")] = UNSET
    project: str
    ping_url: Annotated[str | UnsetType, Meta(description="For read-write keys.")] = UNSET
    badges: BadgeUrls


class View(Struct, frozen=True):
    """Who looks, from where, and when."""

    site_root: str
    ping_urls: str
    now: datetime
    channels: frozenset[str] | None
    """Ids of the channels that the project has; None for who may only read."""


def check_object(stored: Stored, info: Info, view: View) -> CheckObject:
    check = stored.check
    return CheckObject(
        **_settings(wishes_of(check, info)),
        **_ways_in(check.id, info, view),
        unique_key=unique_key(check.id),
        status=check.displayed(view.now).value,
        started=check.started,
        created=iso(stored.created),
        last_ping=iso(check.last_ping),
        next_ping=iso(check.next_ping),
        rings_at=iso(check.rings_at),
        last_duration=seconds(check.last_duration),
        n_pings=check.n_pings,
        kind=_kind(check.schedule),
        project=stored.project,
        badges=BadgeUrls(**check_badge_urls(info, view.site_root)),
    )


def settings_of(wishes: Wishes) -> CheckEntry:
    """All that can be set of a check."""
    return entry_of(wishes, sorted(wishes.info.channels))


def seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


def _settings(wishes: Wishes) -> dict[str, Any]:
    said = asdict(settings_of(wishes))
    del said["uuid"], said["channels"]
    return {name: None if value is UNSET else value for name, value in said.items()}


def _ways_in(check_id: str, info: Info, view: View) -> dict[str, Any]:
    """Who may only read is not told what a check is pinged by, nor whom it tells."""
    if view.channels is None:
        return {}
    ping_url = f"{view.ping_urls}/{check_id}"
    return {"uuid": check_id, "ping_url": ping_url, "channels": sorted(info.channels & view.channels)}


def _kind(schedule: Schedule) -> Literal["simple", "cron", "oncalendar"]:
    if isinstance(schedule, Simple):
        return "simple"
    return "cron" if schedule.kind == "cron" else "oncalendar"

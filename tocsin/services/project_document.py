"""A project as one document, which a repository can hold: its form, and what it says of a check.

Who reads it back says all that is wrong with it; what it comes to beside what stands there is told by project_plan.py.
Lengths of time are whole seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from tocsin.domain.ping import Keywords as Words
from tocsin.domain.ping import Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple, parse_schedule
from tocsin.services import declared
from tocsin.services.check_fields import (
    UUID,
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
from tocsin.services.checks import Wishes
from tocsin.services.declared import Invalid, Problem
from tocsin.services.retention import MAX_COUNT
from tocsin.settings import MAX_LOG_DAYS
from tocsin.stores.channels import MAX_CHANNELS
from tocsin.stores.check_items import Info

FORM: Final = 1
"""The version of the document's form that is written, and the only one that is read."""

MAX_CHECKS = 10_000
"""In one document: it is looked at as a whole before anything is written."""

Id = Annotated[str, Meta(pattern=UUID, description="Needed only where nothing else tells it from others.")]
ChannelWord = Annotated[str, Meta(max_length=100, description="The name of a channel, or its id.")]


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())


DEFAULT_TIMEOUT = _seconds(Simple().timeout)
DEFAULT_GRACE = _seconds(Wishes(Info()).grace)


class ProjectEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Annotated[str, Meta(min_length=1, max_length=100, description="Left out: as it is.")] | UnsetType = UNSET
    log_days: Annotated[int, Meta(ge=1, le=MAX_LOG_DAYS, description="Null: as the house does.")] | None = None
    log_count: Annotated[int, Meta(ge=1, le=MAX_COUNT, description="Pings kept of each check; null: any.")] | None = (
        None
    )


class ChannelEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Name = ""
    id: Id | UnsetType = UNSET
    kind: str
    config: Annotated[dict[str, Any], Meta(description="What the kind needs to know; holds secrets.")]


class CheckEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    name: Name = ""
    uuid: Id | UnsetType = UNSET
    slug: Slug = ""
    tags: list[Tag] = []
    desc: Desc = ""
    timeout: Timeout | UnsetType = UNSET
    schedule: ScheduleText | UnsetType = UNSET
    tz: Zone | UnsetType = UNSET
    grace: Grace | UnsetType = UNSET
    max_duration: RunLimit | None = None
    min_duration: RunLimit | None = None
    failure_tolerance: Tolerance = 0
    track_runs: TrackRuns = False
    manual_resume: ManualResume = False
    methods: Methods = ""
    filter_subject: FilterSubject = False
    filter_body: FilterBody = False
    filter_http_body: FilterHttpBody = False
    filter_default_fail: FilterDefaultFail = False
    start_kw: Keywords = ""
    success_kw: Keywords = ""
    failure_kw: Keywords = ""
    channels: Annotated[list[ChannelWord] | UnsetType, Meta(description="Left out: all there are.")] = UNSET


class Document(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A part that is left out is left alone; an empty list deletes all that there is."""

    tocsin: Literal[1]
    project: ProjectEntry | UnsetType = UNSET
    channels: Annotated[list[ChannelEntry], Meta(max_length=MAX_CHANNELS)] | UnsetType = UNSET
    checks: Annotated[list[CheckEntry], Meta(max_length=MAX_CHECKS)] | UnsetType = UNSET


def read_project_document(data: object) -> Document:
    """Raises declared.Invalid with all that does not fit the form; nothing is looked up for it."""
    form = data.get("tocsin", FORM) if isinstance(data, Mapping) else FORM
    if isinstance(form, int) and form is not True and form > FORM:
        newer = f"is {form}, the form of a newer Tocsin: this one reads form {FORM}"
        raise Invalid([Problem("tocsin", "has unexpected value", newer)])
    return declared.read(Document, data)


def entry_of(wishes: Wishes, channels: list[str] | UnsetType = UNSET) -> CheckEntry:
    """What the document says of a check, its timeout and grace time even if they are the default."""
    info, limits = wishes.info, wishes.limits
    rules, keywords = info.rules, info.rules.keywords
    return CheckEntry(
        name=info.name,
        slug=info.slug,
        tags=list(info.tag_list),
        desc=info.desc,
        **_spoken(wishes.schedule),
        grace=_seconds(wishes.grace),
        max_duration=None if limits.max_duration is None else _seconds(limits.max_duration),
        min_duration=None if limits.min_duration is None else _seconds(limits.min_duration),
        failure_tolerance=limits.failure_tolerance,
        track_runs=limits.track_runs,
        manual_resume=wishes.manual_resume,
        methods="POST" if rules.post_only else "",
        filter_subject=rules.filter_subject,
        filter_body=rules.filter_body,
        filter_http_body=rules.filter_http_body,
        filter_default_fail=keywords.default_fail,
        start_kw=keywords.start,
        success_kw=keywords.success,
        failure_kw=keywords.failure,
        channels=channels,
    )


def _spoken(schedule: Schedule) -> dict[str, Any]:
    if isinstance(schedule, Simple):
        return {"timeout": _seconds(schedule.timeout)}
    assert isinstance(schedule, Cron | OnCalendar)
    return {"schedule": schedule.expression, "tz": schedule.tz}


def wishes_of_entry(entry: CheckEntry, *, on: Wishes, channels: frozenset[str]) -> Wishes:
    """All that the document says of a check, put over what is wished of it. Raises InvalidSchedule, InvalidZone."""
    info = replace(
        on.info,
        name=entry.name,
        slug=entry.slug,
        tags=" ".join(entry.tags),
        desc=entry.desc,
        rules=_rules(entry),
        channels=channels,
    )
    grace = timedelta(seconds=DEFAULT_GRACE if entry.grace is UNSET else entry.grace)
    return Wishes(info, _schedule(entry), grace, _limits(entry), entry.manual_resume)


def _schedule(entry: CheckEntry) -> Schedule:
    if entry.schedule is UNSET:
        return Simple(timedelta(seconds=DEFAULT_TIMEOUT if entry.timeout is UNSET else entry.timeout))
    return parse_schedule(entry.schedule, "UTC" if entry.tz is UNSET else entry.tz)


def _rules(entry: CheckEntry) -> Rules:
    return Rules(
        post_only=entry.methods == "POST",
        filter_http_body=entry.filter_http_body,
        filter_subject=entry.filter_subject,
        filter_body=entry.filter_body,
        keywords=Words(entry.start_kw, entry.success_kw, entry.failure_kw, entry.filter_default_fail),
    )


def _limits(entry: CheckEntry) -> Limits:
    return Limits(
        max_duration=None if entry.max_duration is None else timedelta(seconds=entry.max_duration),
        min_duration=None if entry.min_duration is None else timedelta(seconds=entry.min_duration),
        failure_tolerance=entry.failure_tolerance,
        track_runs=entry.track_runs,
    )

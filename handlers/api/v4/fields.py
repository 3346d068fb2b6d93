"""What can be sent of a check, and what it makes of one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from handlers.api.putting_over import schedule_put_over, sent_or
from tocsin.domain.ping import Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import InvalidSchedule, Schedule, Simple, parse_schedule
from tocsin.domain.zones import InvalidZone, canonical
from tocsin.services.check_fields import (
    MAX_NAME,
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
from tocsin.services.checks import InvalidCheck, Wishes, validate
from tocsin.services.declared import Invalid, Problem
from tocsin.stores.channels import MAX_CHANNELS
from tocsin.stores.check_items import Info

Shown: TypeAlias = Annotated[Any, Meta(description="Ignored: shown only.", extra_json_schema={"readOnly": True})]
ChannelWord: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_NAME, description="An id, or a name.")]
Channels: TypeAlias = Annotated[
    Annotated[list[ChannelWord], Meta(max_length=MAX_CHANNELS)] | Literal["*"],
    Meta(description='Whom it tells: channels of the project, or "*" for all of them.'),
]


class CheckEdit(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was read can be edited and sent back: what nobody can set is ignored."""

    name: Name | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    tags: list[Tag] | UnsetType = UNSET
    desc: Desc | UnsetType = UNSET
    timeout: Timeout | UnsetType | None = UNSET
    schedule: ScheduleText | UnsetType | None = UNSET
    tz: Zone | UnsetType | None = UNSET
    grace: Grace | UnsetType = UNSET
    max_duration: Annotated[RunLimit | None, Meta(description="Null: as long as the grace time.")] | UnsetType = UNSET
    min_duration: Annotated[RunLimit | None, Meta(description="Null: none.")] | UnsetType = UNSET
    failure_tolerance: Tolerance | UnsetType = UNSET
    track_runs: TrackRuns | UnsetType = UNSET
    manual_resume: ManualResume | UnsetType = UNSET
    methods: Methods | UnsetType = UNSET
    start_kw: Keywords | UnsetType = UNSET
    success_kw: Keywords | UnsetType = UNSET
    failure_kw: Keywords | UnsetType = UNSET
    filter_subject: FilterSubject | UnsetType = UNSET
    filter_body: FilterBody | UnsetType = UNSET
    filter_http_body: FilterHttpBody | UnsetType = UNSET
    filter_default_fail: FilterDefaultFail | UnsetType = UNSET
    channels: Channels | UnsetType = UNSET
    uuid: Shown = UNSET
    unique_key: Shown = UNSET
    status: Shown = UNSET
    started: Shown = UNSET
    created: Shown = UNSET
    last_ping: Shown = UNSET
    next_ping: Shown = UNSET
    rings_at: Shown = UNSET
    last_duration: Shown = UNSET
    n_pings: Shown = UNSET
    kind: Shown = UNSET
    project: Shown = UNSET
    ping_url: Shown = UNSET
    badges: Shown = UNSET


class NewCheck(CheckEdit, kw_only=True):
    unique: Annotated[
        list[Literal["name", "slug", "tags", "timeout", "grace"]],
        Meta(max_length=5, description="Change the check that has the same values in these fields, if there is one."),
    ] = []


def revised(wishes: Wishes, fields: CheckEdit, channels: frozenset[str] | None) -> Wishes:
    """The wishes with what was sent; `channels` stay if they are None. Raises Invalid."""
    found = list(faults(wishes, fields))
    if found:
        raise Invalid(found)
    return _put_over(wishes, fields, channels, _schedule(wishes.schedule, fields))


def faults(wishes: Wishes, fields: CheckEdit) -> Iterator[Problem]:
    """What no type can tell of the fields, put over what is wished of the check."""
    found = list(_schedule_faults(wishes.schedule, fields))
    yield from found
    schedule = wishes.schedule if found else _schedule(wishes.schedule, fields)
    try:
        validate(_put_over(wishes, fields, None, schedule))
    except InvalidCheck as error:
        yield from (Problem(name, "", sentence) for name, sentence in error.errors.items())


def _schedule_faults(schedule: Schedule, fields: CheckEdit) -> Iterator[Problem]:
    timeout, text, tz = fields.timeout or None, sent_or(fields.schedule, None), sent_or(fields.tz, None)
    if fields.schedule is None and timeout is None and not isinstance(schedule, Simple):
        yield Problem("schedule", "", "is what the check runs by: send a timeout, and it runs by that")
    if timeout and text is not None:
        yield Problem("schedule", "", "can't go with a timeout: a check has the one or the other, send null for one")
    if tz is not None and text is None and (timeout or isinstance(schedule, Simple)):
        yield Problem("tz", "", "belongs to a schedule, and a simple check has none: leave it out, or send a schedule")
    try:
        zone = canonical("UTC" if tz is None else tz)
    except InvalidZone as refusal:
        yield Problem("tz", "", str(refusal))
        zone = "UTC"
    if text is not None:
        try:
            parse_schedule(text, zone)
        except InvalidSchedule as refusal:
            yield Problem("schedule", "", str(refusal))


def _schedule(schedule: Schedule, fields: CheckEdit) -> Schedule:
    text, tz = sent_or(fields.schedule, None), sent_or(fields.tz, None)
    return schedule_put_over(schedule, timeout=sent_or(fields.timeout, None), text=text, tz=tz)


def _put_over(wishes: Wishes, fields: CheckEdit, channels: frozenset[str] | None, schedule: Schedule) -> Wishes:
    return Wishes(
        info=_info(wishes.info, fields, channels),
        schedule=schedule,
        grace=wishes.grace if fields.grace is UNSET else timedelta(seconds=fields.grace),
        limits=_limits(wishes.limits, fields),
        manual_resume=sent_or(fields.manual_resume, wishes.manual_resume),
    )


def _info(info: Info, fields: CheckEdit, channels: frozenset[str] | None) -> Info:
    return replace(
        info,
        name=sent_or(fields.name, info.name),
        slug=sent_or(fields.slug, info.slug),
        tags=info.tags if fields.tags is UNSET else tag_text(fields.tags),
        desc=sent_or(fields.desc, info.desc),
        channels=info.channels if channels is None else channels,
        rules=_rules(info.rules, fields),
    )


def tag_text(tags: list[str]) -> str:
    """As a check keeps them, each once."""
    return " ".join(dict.fromkeys(tags))


def _limits(limits: Limits, fields: CheckEdit) -> Limits:
    return Limits(
        max_duration=_length(fields.max_duration, limits.max_duration),
        min_duration=_length(fields.min_duration, limits.min_duration),
        failure_tolerance=sent_or(fields.failure_tolerance, limits.failure_tolerance),
        track_runs=sent_or(fields.track_runs, limits.track_runs),
    )


def _rules(rules: Rules, fields: CheckEdit) -> Rules:
    keywords = replace(
        rules.keywords,
        start=sent_or(fields.start_kw, rules.keywords.start),
        success=sent_or(fields.success_kw, rules.keywords.success),
        failure=sent_or(fields.failure_kw, rules.keywords.failure),
        default_fail=sent_or(fields.filter_default_fail, rules.keywords.default_fail),
    )
    return Rules(
        post_only=rules.post_only if fields.methods is UNSET else fields.methods == "POST",
        filter_http_body=sent_or(fields.filter_http_body, rules.filter_http_body),
        filter_subject=sent_or(fields.filter_subject, rules.filter_subject),
        filter_body=sent_or(fields.filter_body, rules.filter_body),
        keywords=keywords,
    )


def _length(sent: int | UnsetType | None, otherwise: timedelta | None) -> timedelta | None:
    if isinstance(sent, UnsetType):
        return otherwise
    return None if sent is None else timedelta(seconds=sent)

"""What can be sent of a check (protocol 3.4), and what it makes of one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from handlers.api.putting_over import schedule_put_over, sent_or
from tocsin.domain.ping import Rules
from tocsin.domain.schedule import InvalidSchedule, Schedule, parse_schedule
from tocsin.domain.zones import InvalidZone, canonical
from tocsin.services.check_fields import (
    MAX_SLUG,
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
from tocsin.services.checks import Wishes
from tocsin.services.declared import Invalid, Problem, problems
from tocsin.stores.check_items import Info


class Fields(Struct, kw_only=True):
    """In the order in which faults are reported. What is not known here may be sent, and is ignored."""

    channels: Annotated[
        str | UnsetType,
        Meta(description="Ids or names with commas between them; `*` is all, and an empty text none."),
    ] = UNSET
    desc: Desc | UnsetType = UNSET
    failure_kw: Keywords | UnsetType = UNSET
    filter_subject: FilterSubject | UnsetType = UNSET
    filter_body: FilterBody | UnsetType = UNSET
    filter_http_body: FilterHttpBody | UnsetType = UNSET
    filter_default_fail: FilterDefaultFail | UnsetType = UNSET
    grace: Grace | UnsetType = UNSET
    manual_resume: ManualResume | UnsetType = UNSET
    methods: Methods | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    schedule: ScheduleText | UnsetType = UNSET
    slug: Slug | UnsetType = UNSET
    start_kw: Keywords | UnsetType = UNSET
    subject: Keywords | UnsetType = UNSET
    subject_fail: Keywords | UnsetType = UNSET
    success_kw: Keywords | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    timeout: Timeout | UnsetType = UNSET
    tz: Zone | UnsetType = UNSET
    unique: Annotated[
        list[Literal["name", "slug", "tags", "timeout", "grace"]] | UnsetType,
        Meta(description="To make a check: change the one that has the same values in these fields, if there is one."),
    ] = UNSET


def read_fields(sent: object) -> Fields:
    """Raises Invalid, with the faults in the order of the declaration."""
    found = problems(Fields, sent)
    if isinstance(sent, Mapping):
        wrong = {problem.path for problem in found}
        found += [problem for problem in _meanings(sent) if problem.path not in wrong]
    order = [field.encode_name for field in msgspec.structs.fields(Fields)]
    if found:
        raise Invalid(sorted(found, key=lambda problem: order.index(problem.path.partition("[")[0])))
    return msgspec.convert(sent, Fields)


def _meanings(sent: Mapping[str, object]) -> Iterator[Problem]:
    """What no type can tell: whether there is such a time zone, and such a schedule."""
    tz, schedule = sent.get("tz", "UTC"), sent.get("schedule")
    if isinstance(tz, str):
        try:
            canonical(tz)
        except InvalidZone as refusal:
            yield Problem("tz", "is not a valid timezone", str(refusal))
            tz = "UTC"
    if isinstance(schedule, str):
        try:
            parse_schedule(schedule, tz if isinstance(tz, str) else "UTC")
        except InvalidSchedule as refusal:
            yield Problem("schedule", "is not a valid cron or OnCalendar expression", str(refusal))


def revised(wishes: Wishes, fields: Fields, channels: frozenset[str] | None, *, version: int) -> Wishes:
    """The wishes with what was sent; what was not stays as it is, `channels` too if they are None."""
    seconds = fields.grace
    return replace(
        wishes,
        info=_info(wishes.info, fields, channels, version),
        schedule=_schedule(wishes.schedule, fields),
        grace=wishes.grace if seconds is UNSET else timedelta(seconds=seconds),
        manual_resume=sent_or(fields.manual_resume, wishes.manual_resume),
    )


def _info(info: Info, fields: Fields, channels: frozenset[str] | None, version: int) -> Info:
    slug = sent_or(fields.slug, info.slug)
    if version < 3 and fields.slug is UNSET and fields.name is not UNSET:
        slug = slugify(fields.name)
    return replace(
        info,
        name=sent_or(fields.name, info.name),
        slug=slug,
        tags=sent_or(fields.tags, info.tags),
        desc=sent_or(fields.desc, info.desc),
        channels=info.channels if channels is None else channels,
        rules=_rules(info.rules, fields),
    )


def _rules(rules: Rules, fields: Fields) -> Rules:
    keywords = replace(
        rules.keywords,
        start=sent_or(fields.start_kw, rules.keywords.start),
        success=sent_or(fields.success_kw, sent_or(fields.subject, rules.keywords.success)),
        failure=sent_or(fields.failure_kw, sent_or(fields.subject_fail, rules.keywords.failure)),
        default_fail=sent_or(fields.filter_default_fail, rules.keywords.default_fail),
    )
    by_subject = rules.filter_subject
    if fields.subject is not UNSET or fields.subject_fail is not UNSET:
        by_subject = bool(keywords.success or keywords.failure)
    return Rules(
        post_only=rules.post_only if fields.methods is UNSET else fields.methods == "POST",
        filter_http_body=sent_or(fields.filter_http_body, rules.filter_http_body),
        filter_subject=sent_or(fields.filter_subject, by_subject),
        filter_body=sent_or(fields.filter_body, rules.filter_body),
        keywords=keywords,
    )


def _schedule(schedule: Schedule, fields: Fields) -> Schedule:
    timeout, text, tz = (
        sent_or(fields.timeout, None),
        sent_or(fields.schedule, None),
        sent_or(fields.tz, None),
    )
    return schedule_put_over(schedule, timeout=timeout, text=text, tz=tz)


def slugify(name: str) -> str:
    """What versions 1 and 2 make of a name: ASCII letters and digits, with dashes for spaces (protocol 3.1)."""
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = re.sub(r"[^\w\s-]", "", ascii_only.lower())
    return re.sub(r"[-\s]+", "-", words).strip("-_")[:MAX_SLUG]

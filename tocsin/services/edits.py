"""What an edit changes, as the audit log tells it: fields in the words of the API, with short texts and no secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias

from tocsin.domain.ping import Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.stores.channels import StoredChannel
from tocsin.stores.projects import Project

if TYPE_CHECKING:
    from tocsin.services.checks import Wishes

Changes: TypeAlias = Mapping[str, tuple[str, str]]
"""By field: before and after. Lengths of time are seconds."""

MAX_TEXT = 200
_HIDDEN = "…"
"""Stands for whatever a channel's configuration says: most of it is secret."""


def check_changes(before: Wishes, after: Wishes) -> Changes:
    return _differences(_check(before), _check(after))


def channel_changes(before: StoredChannel, after: StoredChannel) -> Changes:
    """Of the configuration only which of its keys differ."""
    changed = [
        key for key in {**before.config, **after.config} if before.config.get(key, "") != after.config.get(key, "")
    ]
    hidden = {f"config.{key}": (_hidden(before.config.get(key)), _hidden(after.config.get(key))) for key in changed}
    return {**_differences(_channel(before), _channel(after)), **hidden}


def project_changes(before: Project, after: Project) -> Changes:
    return _differences(_project(before), _project(after))


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, tuple[str, str]]:
    names = [*before, *(name for name in after if name not in before)]
    pairs = {name: (before.get(name, ""), after.get(name, "")) for name in names}
    return {name: (_short(old), _short(new)) for name, (old, new) in pairs.items() if old != new}


def _short(text: str) -> str:
    return text if len(text) <= MAX_TEXT else f"{text[: MAX_TEXT - 1]}…"


def _hidden(value: str | None) -> str:
    return _HIDDEN if value else ""


def _channel(channel: StoredChannel) -> dict[str, str]:
    return {"name": channel.name, "disabled": _truth(channel.disabled)}


def _project(project: Project) -> dict[str, str]:
    age, count = project.keep.age, project.keep.count
    return {"name": project.name, "log_days": str(age.days) if age else "", "log_count": str(count) if count else ""}


def _check(wishes: Wishes) -> dict[str, str]:
    info = wishes.info
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        **_schedule(wishes.schedule),
        "grace": _seconds(wishes.grace),
        **_limits(wishes.limits),
        "manual_resume": _truth(wishes.manual_resume),
        **_rules(info.rules),
        "channels": " ".join(sorted(info.channels)),
    }


def _schedule(schedule: Schedule) -> dict[str, str]:
    if isinstance(schedule, Simple):
        return {"timeout": _seconds(schedule.timeout)}
    assert isinstance(schedule, Cron | OnCalendar)
    return {"schedule": schedule.expression, "tz": schedule.tz}


def _limits(limits: Limits) -> dict[str, str]:
    return {
        "max_duration": _seconds(limits.max_duration),
        "min_duration": _seconds(limits.min_duration),
        "failure_tolerance": str(limits.failure_tolerance),
        "track_runs": _truth(limits.track_runs),
    }


def _rules(rules: Rules) -> dict[str, str]:
    return {
        "methods": "POST" if rules.post_only else "",
        "filter_http_body": _truth(rules.filter_http_body),
        "filter_subject": _truth(rules.filter_subject),
        "filter_body": _truth(rules.filter_body),
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "filter_default_fail": _truth(rules.keywords.default_fail),
    }


def _seconds(length: timedelta | None) -> str:
    return "" if length is None else str(int(length.total_seconds()))


def _truth(value: bool) -> str:
    return "true" if value else "false"

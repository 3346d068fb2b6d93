"""A check as programs see it: the object of the management API's version 3, for a read-write key (protocol 3.3)."""

from __future__ import annotations

import json
from datetime import datetime

from tocsin.domain.check import Status
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.stores.check_items import Info, Stored


def check_object(stored: Stored, info: Info, *, now: datetime, site_root: str, ping_urls: str) -> dict[str, object]:
    """In the protocol's order. Moments are ISO 8601 in UTC without microseconds, lengths whole seconds.

    `ping_urls` is what ping URLs begin with.
    """
    check, rules = stored.check, info.rules
    api = f"{site_root}/api/v3/checks/{check.id}"
    shown: dict[str, object] = {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        "grace": int(check.grace.total_seconds()),
        "n_pings": check.n_pings,
        "status": check.displayed(now).value,
        "started": check.started,
        "last_ping": _iso(check.last_ping),
        "next_ping": _iso(check.next_ping),
        "manual_resume": check.manual_resume,
        "methods": "POST" if rules.post_only else "",
        "subject": rules.keywords.success if rules.filter_subject else "",
        "subject_fail": rules.keywords.failure if rules.filter_subject else "",
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "filter_subject": rules.filter_subject,
        "filter_body": rules.filter_body,
        "filter_http_body": rules.filter_http_body,
        "filter_default_fail": rules.keywords.default_fail,
    }
    if check.last_duration:
        shown["last_duration"] = int(check.last_duration.total_seconds())
    shown |= {"uuid": check.id, "ping_url": f"{ping_urls}/{check.id}", "update_url": api}
    shown |= {"pause_url": f"{api}/pause", "resume_url": f"{api}/resume", "channels": ",".join(sorted(info.channels))}
    return shown | _schedule(check.schedule)


def _schedule(schedule: Schedule) -> dict[str, object]:
    if isinstance(schedule, Simple):
        return {"timeout": int(schedule.timeout.total_seconds())}
    assert isinstance(schedule, Cron | OnCalendar)
    return {"schedule": schedule.expression, "tz": schedule.tz}


def check_json(stored: Stored, info: Info, *, now: datetime, site_root: str, ping_urls: str, status: Status) -> str:
    """The object as JSON, with the status that a message is about: the check may have changed since."""
    shown = check_object(stored, info, now=now, site_root=site_root, ping_urls=ping_urls)
    return json.dumps(shown | {"status": status.value})


def _iso(at: datetime | None) -> str | None:
    return at.replace(microsecond=0).isoformat() if at else None

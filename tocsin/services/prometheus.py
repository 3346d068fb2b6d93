"""A project's checks as Prometheus reads them: its text format, version 0.0.4 (protocol 4.3).

The first seven families are the protocol's, in its order; the rest is what it leaves out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from msgspec import Struct

from tocsin.domain.check import Check, Status, unique_key
from tocsin.stores.check_items import Info, Stored

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample: TypeAlias = bool | int | datetime | timedelta | None
"""Moments are told in UNIX time, lengths of time in seconds; None is not told."""


class _Seen(Struct, frozen=True):
    check: Check
    status: Status
    """As displayed."""
    tags: tuple[str, ...]
    labels: str


class _Family(Struct, frozen=True):
    """One metric, with a sample of each check."""

    name: str
    help: str
    sample: Callable[[_Seen], Sample]
    kind: Literal["gauge", "counter"] = "gauge"


_STATUSES = (
    _Family("hc_check_up", "1 unless the check is down.", lambda seen: seen.status is not Status.DOWN),
    _Family("hc_check_started", "1 while a run of the job is under way.", lambda seen: seen.check.started),
    _Family("hc_check_grace", "1 while the check is late.", lambda seen: seen.status is Status.GRACE),
    _Family("hc_check_paused", "1 while the check is paused.", lambda seen: seen.status is Status.PAUSED),
)
_DETAILS = (
    _Family(
        "hc_check_last_duration_seconds",
        "How long the run took that the last success or failure ended.",
        lambda seen: seen.check.last_duration,
    ),
    _Family(
        "hc_check_last_ping_timestamp_seconds",
        "When the last success or failure came, in UNIX time.",
        lambda seen: seen.check.last_ping,
    ),
    _Family(
        "hc_check_last_success_timestamp_seconds",
        "When the last success came, in UNIX time.",
        lambda seen: seen.check.last_success,
    ),
    _Family(
        "hc_check_next_ping_timestamp_seconds",
        "When the next signal is expected, in UNIX time; the grace time begins then.",
        lambda seen: seen.check.next_ping,
    ),
    _Family("hc_check_grace_seconds", "How late the check may be.", lambda seen: seen.check.grace),
    _Family(
        "hc_check_pings_total", "Pings of any kind ever received.", lambda seen: seen.check.n_pings, kind="counter"
    ),
    _Family(
        "hc_check_flips_total", "How often the status has changed.", lambda seen: seen.check.n_flips, kind="counter"
    ),
)


def metrics_page(listing: Sequence[tuple[Stored, Info]], now: datetime) -> str:
    """The whole page of a project with these checks."""
    checks = [_see(stored, info, now) for stored, info in listing]
    down = [seen for seen in checks if seen.status is Status.DOWN]
    lines: list[str] = []
    for family in _STATUSES:
        lines += _family(family, checks)
    lines += _tags(checks, down)
    lines += [*_head("hc_checks_total", "How many checks the project has."), f"hc_checks_total {len(checks)}"]
    lines += [*_head("hc_checks_down_total", "How many of them are down."), f"hc_checks_down_total {len(down)}"]
    for family in _DETAILS:
        lines += _family(family, checks)
    return "\n".join([*lines, ""])


def _see(stored: Stored, info: Info, now: datetime) -> _Seen:
    check = stored.check
    labels = _labels(name=info.name, tags=info.tags, unique_key=unique_key(check.id))
    return _Seen(check, check.displayed(now), info.tag_list, labels)


def _family(family: _Family, checks: Sequence[_Seen]) -> Iterator[str]:
    yield from _head(family.name, family.help, family.kind)
    for seen in checks:
        sample = family.sample(seen)
        if sample is not None:
            yield f"{family.name}{seen.labels} {_number(sample)}"


def _tags(checks: Sequence[_Seen], down: Sequence[_Seen]) -> Iterator[str]:
    yield from _head("hc_tag_up", "1 unless a check with the tag is down.")
    unwell = {tag for seen in down for tag in seen.tags}
    for tag in sorted({tag for seen in checks for tag in seen.tags}):
        yield f"hc_tag_up{_labels(tag=tag)} {int(tag not in unwell)}"


def _head(name: str, help_: str, kind: str = "gauge") -> tuple[str, str]:
    return f"# HELP {name} {help_}", f"# TYPE {name} {kind}"


def _labels(**values: str) -> str:
    return "{" + ",".join(f'{name}="{_escape(value)}"' for name, value in values.items()) + "}"


def _escape(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(sample: bool | int | datetime | timedelta) -> int | float:
    if isinstance(sample, datetime):
        return sample.timestamp()
    return sample.total_seconds() if isinstance(sample, timedelta) else int(sample)

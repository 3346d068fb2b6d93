"""How checks, pings and flips stand in the table. docs/access-patterns.md shows the items and who reads them.

Everything of one check shares the partition `check#<id>`: `state` is the hot item, under 1 KB whatever the owner
types, unless runs are tracked; `info` is what only people and alerts need; the log is in log_items.py.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from msgspec import Struct

from tocsin.domain.check import Check, Status, unique_key
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.run import Limits, Run
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.stores import fields
from tocsin.stores.table import Item, Key, Require, Value, Where

SHARDS = 8
"""Partitions of the due index for each kind of entry: each takes some 1,000 re-arms a second."""

_NO_LIMITS = Limits()


class Keep(Struct, frozen=True):
    """How much of a check's log is kept, by its project's wish; None: by the house's."""

    age: timedelta | None = None
    count: int | None = None


class Stored(Struct, frozen=True):
    """A check's state as it was read, with what a conditional write and an alert need."""

    check: Check
    project: str
    created: datetime
    rev: int
    """Counts the writes that were no pings."""
    armed: datetime | None
    """When the due index will nominate it."""
    filtered: bool
    """Some rule may turn a ping into something else: look into Info first."""
    keep: Keep = Keep()
    cleared_pings: int = 0
    """Pings and flips up to these numbers are forgotten."""
    cleared_flips: int = 0

    @property
    def first_ping(self) -> int:
        """The lowest number in the log; what lies below is hidden at once, and goes when somebody comes by."""
        surplus = self.check.n_pings - self.keep.count if self.keep.count else 0
        return max(self.cleared_pings, surplus) + 1


class Info(Struct, frozen=True):
    """What a check is called and how its pings are read."""

    name: str = ""
    slug: str = ""
    tags: str = ""
    """Separated by spaces."""
    desc: str = ""
    rules: Rules = Rules()
    channels: frozenset[str] = frozenset()
    """Ids; one of a channel that was deleted since may linger, and is skipped."""
    badge_key: str = ""
    """Names the check in the URLs of its badges. Given once: no edit changes it."""

    @property
    def tag_list(self) -> tuple[str, ...]:
        return tuple(self.tags.split())


def partition(check_id: str) -> str:
    return f"check#{check_id}"


def state_key(check_id: str) -> Key:
    return Key(partition(check_id), "state")


def info_key(check_id: str) -> Key:
    return Key(partition(check_id), "info")


def slug_key(project: str, slug: str, check_id: str) -> Key:
    return Key(f"project#{project}", f"slug#{slug}#{check_id}")


def cloak_key(check_id: str) -> Key:
    """Where a check is found by its unique key."""
    return Key(f"unique#{unique_key(check_id)}", "check")


def project_key(project: str) -> Key:
    return Key(f"project#{project}", "project")


class ProjectClosed(Exception):
    """The project is gone, or is being deleted: nothing can be added to it."""

    def __init__(self) -> None:
        super().__init__("There is no such project any more.")


def open_project(project: str) -> Require:
    """For a transaction that adds to a project: it is lost if the project is gone, or is being deleted."""
    return Require(project_key(project), Where(exists=True, absent=("closing",)))


def badge_item(badge_key: str) -> Key:
    """Where the check or the project is found that has this badge."""
    return Key(f"badge#{badge_key}", "badge")


def check_id_of(item: Item) -> str:
    return fields.text(item, "pk").removeprefix("check#")


def due_shard(family: str, check_id: str) -> str:
    """The partition of the due index for this check's entries of a family, `check` or `alert`."""
    return f"{family}#{crc32(check_id.encode()) % SHARDS}"


def shards(family: str) -> list[str]:
    return [f"{family}#{number}" for number in range(SHARDS)]


def encode_check(check: Check) -> dict[str, Value | None]:
    return {
        "status": check.status.value,
        **_encode_schedule(check.schedule),
        "grace": fields.length(check.grace),
        **_encode_limits(check.limits),
        "manual_resume": check.manual_resume or None,
        "n_pings": check.n_pings,
        "n_flips": check.n_flips,
        "last_ping": fields.maybe_moment(check.last_ping),
        "runs": ";".join(map(_encode_run, check.runs)) or None,
        "last_duration": fields.maybe_length(check.last_duration),
        "failures": check.failures or None,
        "success_before": fields.maybe_moment(check.success_before),
        "since": fields.maybe_moment(check.since),
    }


def _encode_schedule(schedule: Schedule) -> dict[str, Value | None]:
    if isinstance(schedule, Simple):
        return {"timeout": fields.length(schedule.timeout), "kind": None, "schedule": None, "tz": None}
    assert isinstance(schedule, Cron | OnCalendar)
    return {"timeout": None, "kind": schedule.kind, "schedule": schedule.expression, "tz": schedule.tz}


def _encode_limits(limits: Limits) -> dict[str, Value | None]:
    return {
        "max_duration": fields.maybe_length(limits.max_duration),
        "min_duration": fields.maybe_length(limits.min_duration),
        "tolerance": limits.failure_tolerance or None,
        "track_runs": limits.track_runs or None,
    }


def _encode_run(run: Run) -> str:
    alive = "" if run.alive is None else fields.moment(run.alive)
    return f"{fields.moment(run.began)},{alive},{run.rid or ''}"


def decode_state(item: Item) -> Stored:
    return Stored(
        check=_decode_check(item),
        project=fields.text(item, "project"),
        created=fields.moment_from(int(fields.text(item, "listed"))),
        rev=fields.number(item, "rev"),
        armed=fields.optional_moment(item, "due_at") if "due_shard" in item else None,
        filtered="filtered" in item,
        keep=decode_keep(item),
        cleared_pings=fields.number(item, "cleared_pings"),
        cleared_flips=fields.number(item, "cleared_flips"),
    )


def encode_keep(keep: Keep) -> dict[str, Value | None]:
    return {"log_age": fields.maybe_length(keep.age), "log_count": keep.count}


def decode_keep(item: Item) -> Keep:
    return Keep(fields.optional_length(item, "log_age"), fields.optional_number(item, "log_count"))


def _decode_check(item: Item) -> Check:
    return Check(
        id=check_id_of(item),
        status=Status(fields.text(item, "status")),
        schedule=_decode_schedule(item),
        grace=fields.length_from(fields.number(item, "grace")),
        limits=_decode_limits(item),
        manual_resume="manual_resume" in item,
        n_pings=fields.number(item, "n_pings"),
        n_flips=fields.number(item, "n_flips"),
        last_ping=fields.optional_moment(item, "last_ping"),
        runs=_decode_runs(fields.text(item, "runs")),
        last_duration=fields.optional_length(item, "last_duration"),
        failures=fields.number(item, "failures"),
        success_before=fields.optional_moment(item, "success_before"),
        since=fields.optional_moment(item, "since"),
    )


def _decode_schedule(item: Item) -> Schedule:
    kind = fields.optional_text(item, "kind")
    if kind is None:
        return Simple(fields.length_from(fields.number(item, "timeout")))
    known: dict[str, type[Cron | OnCalendar]] = {"cron": Cron, "oncalendar": OnCalendar}
    return known[kind](fields.text(item, "schedule"), fields.text(item, "tz"))


def _decode_limits(item: Item) -> Limits:
    if not item.keys() & {"max_duration", "min_duration", "tolerance", "track_runs"}:
        return _NO_LIMITS
    return Limits(
        max_duration=fields.optional_length(item, "max_duration"),
        min_duration=fields.optional_length(item, "min_duration"),
        failure_tolerance=fields.number(item, "tolerance"),
        track_runs="track_runs" in item,
    )


def _decode_runs(text: str) -> tuple[Run, ...]:
    return tuple(_decode_run(*run.split(",")) for run in text.split(";")) if text else ()


def _decode_run(began: str, alive: str, rid: str) -> Run:
    return Run(fields.moment_from(int(began)), rid or None, fields.moment_from(int(alive)) if alive else None)


def encode_info(info: Info) -> dict[str, Value | None]:
    """What an edit can change."""
    rules = info.rules
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        "post_only": rules.post_only or None,
        "filter_http_body": rules.filter_http_body or None,
        "filter_subject": rules.filter_subject or None,
        "filter_body": rules.filter_body or None,
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "default_fail": rules.keywords.default_fail or None,
        "channels": info.channels,
    }


def decode_info(item: Item) -> Info:
    keywords = Keywords(
        start=fields.text(item, "start_kw"),
        success=fields.text(item, "success_kw"),
        failure=fields.text(item, "failure_kw"),
        default_fail="default_fail" in item,
    )
    rules = Rules(
        post_only="post_only" in item,
        filter_http_body="filter_http_body" in item,
        filter_subject="filter_subject" in item,
        filter_body="filter_body" in item,
        keywords=keywords,
    )
    return Info(
        name=fields.text(item, "name"),
        slug=fields.text(item, "slug"),
        tags=fields.text(item, "tags"),
        desc=fields.text(item, "desc"),
        rules=rules,
        channels=fields.names(item, "channels"),
        badge_key=fields.text(item, "badge_key"),
    )

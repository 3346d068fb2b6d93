"""How much of its checks' logs a project keeps."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec.structs import replace

from tocsin.services.projects import revise_project
from tocsin.settings import MAX_LOG_DAYS
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Keep
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects

MAX_COUNT = 1_000_000


class InvalidRetention(ValueError):
    """The message is a sentence for whoever asked."""


def set_retention(
    checks: Checks, projects: Projects, *, project: str, days: int | None, count: int | None, by: Actor, now: datetime
) -> None:
    """Keep pings so many days and, of each check, so many; None: as the house does, and any number.

    What is too old or too many is hidden at once. Entries already written that were to go sooner still do. A check that
    is made at the same moment may be missed; doing it again reaches that one too.
    Raises InvalidRetention, projects.UnknownProject, changing.Busy.
    """
    keep = Keep(valid_age(days), valid_count(count))
    revise_project(projects, project=project, revise=lambda old: replace(old, keep=keep), by=by, now=now)
    spread_keep(checks, project=project, keep=keep)


def spread_keep(checks: Checks, *, project: str, keep: Keep) -> None:
    """Tell the checks what their project wants: whoever writes to a log reads no more than the check."""
    for stored, _ in checks.listing(project):
        checks.set_keep(project, stored.check.id, keep)


def valid_age(days: int | None) -> timedelta | None:
    """Raises InvalidRetention."""
    if days is not None and not 1 <= days <= MAX_LOG_DAYS:
        raise InvalidRetention(f"A log is kept for 1 to {MAX_LOG_DAYS} days.")
    return timedelta(days=days) if days else None


def valid_count(count: int | None) -> int | None:
    """Raises InvalidRetention."""
    if count is not None and not 1 <= count <= MAX_COUNT:
        raise InvalidRetention(f"A log keeps 1 to {MAX_COUNT} pings of a check.")
    return count

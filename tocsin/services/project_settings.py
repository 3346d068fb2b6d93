"""What can be set of a project: its name, how much of its checks' logs it keeps, and its ping key."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TypeVar

from msgspec.structs import replace

from tocsin.services.audit import noted
from tocsin.services.changing import TRIES, Busy
from tocsin.services.keys import random_text
from tocsin.services.projects import InvalidProject, UnknownProject, revise_project, valid_name
from tocsin.services.retention import InvalidRetention, spread_keep, valid_age, valid_count
from tocsin.stores.audit import Actor
from tocsin.stores.check_items import Keep
from tocsin.stores.checks import Checks
from tocsin.stores.projects import ProjectChanged, Projects

PING_KEY_LENGTH = 22
T = TypeVar("T")


class InvalidSettings(ValueError):
    """A sentence for each field that is wrong."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def save_settings(
    checks: Checks,
    projects: Projects,
    *,
    project: str,
    name: str,
    log_days: int | None,
    log_count: int | None,
    by: Actor,
    now: datetime,
) -> None:
    """Write all of it, as far as it differs, as one edit. Raises InvalidSettings, UnknownProject, changing.Busy."""
    errors: dict[str, str] = {}
    valid = _checked(errors, "name", lambda: valid_name(name), "")
    age: timedelta | None = _checked(errors, "log_days", lambda: valid_age(log_days), None)
    keep = Keep(age, _checked(errors, "log_count", lambda: valid_count(log_count), None))
    if errors:
        raise InvalidSettings(errors)
    revise_project(projects, project=project, revise=lambda old: replace(old, name=valid, keep=keep), by=by, now=now)
    spread_keep(checks, project=project, keep=keep)


def renew_ping_key(projects: Projects, *, project: str, by: Actor, now: datetime) -> str:
    """Make up another ping key; the old one leads nowhere from then on. Raises UnknownProject, changing.Busy."""
    for _ in range(TRIES):
        old = projects.get(project)
        if old is None:
            raise UnknownProject(project)
        new = replace(old, ping_key=random_text(PING_KEY_LENGTH))
        note = noted(project, "project.ping_key", subject=project, name=old.name, by=by, now=now)
        with suppress(ProjectChanged):
            projects.change_ping_key(old, new, also=[note])
            return new.ping_key
    raise Busy(project)


def _checked(errors: dict[str, str], field: str, check: Callable[[], T], otherwise: T) -> T:
    try:
        return check()
    except (InvalidProject, InvalidRetention) as refusal:
        errors[field] = str(refusal)
        return otherwise

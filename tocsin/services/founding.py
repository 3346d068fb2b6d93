"""A project to start with: one whose checks tell its owner by e-mail."""

from __future__ import annotations

from datetime import datetime

from tocsin.channels.port import InvalidConfig
from tocsin.channels.registry import Registry, UnknownKind
from tocsin.services.channels import create_channel
from tocsin.services.projects import create_project
from tocsin.stores.accounts import User
from tocsin.stores.audit import Actor
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects


def found_project(
    projects: Projects,
    checks: Checks,
    kinds: Registry,
    *,
    owner: User,
    name: str,
    secret_key: str,
    now: datetime,
) -> str:
    """Make the project, as its owner, and where mail can reach the owner the channel; returns the project's id.

    Raises projects.InvalidProject.
    """
    by = Actor("user", owner.email)
    made = create_project(projects, name=name, owner=owner.id, secret_key=secret_key, by=by, now=now)
    try:
        config = {"address": owner.email}
        create_channel(checks, kinds, project=made.id, kind="email", name="", config=config, by=by, now=now)
    except (InvalidConfig, UnknownKind):
        # Not every address that signs in is one that mail can reach; the page of channels shows that none is there.
        pass
    return made.id

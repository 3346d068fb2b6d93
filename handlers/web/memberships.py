"""The projects that the user belongs to, and those of them that checks can be moved to."""

from __future__ import annotations

from collections.abc import Sequence

from flask import g
from msgspec import Struct

from handlers.current import house
from handlers.web.session import the_user
from tocsin.stores.projects import Project, Role


class Target(Struct, frozen=True):
    """A project that a check can be moved to."""

    id: str
    name: str
    fewer: int | None = None
    """So many pings of each check it keeps, where that is less than in the project that is left."""


def my_projects() -> Sequence[Project]:
    return [project for project, _ in _memberships()]


def targets(left: Project) -> Sequence[Target]:
    """The user's other projects that they may add checks to."""
    found = [project for project, role in _memberships() if role.reaches(Role.MEMBER) and project.id != left.id]
    return [Target(project.id, project.name, _fewer(left, project)) for project in found]


def _fewer(left: Project, reached: Project) -> int | None:
    before, after = left.keep.count, reached.keep.count
    return after if after is not None and (before is None or after < before) else None


def _memberships() -> Sequence[tuple[Project, Role]]:
    """Read once a page."""
    if "memberships" not in g:
        g.memberships = house().projects.roles_of_user(the_user().id)
    found: Sequence[tuple[Project, Role]] = g.memberships
    return found

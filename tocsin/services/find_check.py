"""Find the check that a ping by slug is for."""

from __future__ import annotations

from tocsin.services.changing import UnknownCheck
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects


class InvalidSlug(ValueError):
    """Slugs have no upper-case letters."""


class AmbiguousSlug(Exception):
    """More than one check of the project has this slug."""


class VacantSlug(UnknownCheck):
    """The project is there, but no check of it has this slug."""

    def __init__(self, project: str, slug: str) -> None:
        super().__init__(slug)
        self.project = project
        self.slug = slug


def find_by_slug(checks: Checks, projects: Projects, *, ping_key: str, slug: str) -> str:
    """The id of the check with this slug in the project with this ping key.

    Raises InvalidSlug, UnknownCheck for an unknown key, VacantSlug, AmbiguousSlug (protocol 1.3).
    """
    if slug != slug.lower():
        raise InvalidSlug(slug)
    project = projects.by_ping_key(ping_key)
    if project is None:
        raise UnknownCheck(slug)
    found = check_with_slug(checks, project=project, slug=slug)
    if found is None:
        raise VacantSlug(project, slug)
    return found


def check_with_slug(checks: Checks, *, project: str, slug: str) -> str | None:
    """The id of the project's check of that slug, if there is one. Raises AmbiguousSlug."""
    found = checks.with_slug(project, slug)
    if len(found) > 1:
        raise AmbiguousSlug(slug)
    return found[0] if found else None

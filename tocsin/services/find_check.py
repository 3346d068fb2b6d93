"""Find the check that a ping by slug is for."""

from __future__ import annotations

from tocsin.services.changing import UnknownCheck
from tocsin.stores.checks import Checks
from tocsin.stores.projects import KeyKind, Projects


class InvalidSlug(ValueError):
    """Slugs have no upper-case letters."""


class AmbiguousSlug(Exception):
    """More than one check of the project has this slug."""


def find_by_slug(checks: Checks, projects: Projects, *, ping_key: str, slug: str) -> str:
    """The id of the check with this slug in the project with this ping key.

    Raises InvalidSlug, UnknownCheck (also for an unknown key), AmbiguousSlug (protocol 1.3).
    """
    if slug != slug.lower():
        raise InvalidSlug(slug)
    project = projects.by_key(KeyKind.PING, ping_key)
    found = checks.with_slug(project, slug) if project else []
    if not found:
        raise UnknownCheck(slug)
    if len(found) > 1:
        raise AmbiguousSlug(slug)
    return found[0]

"""Version 4 of the API: all that the older ones do, and what their users miss. docs/api.md tells it from the outside.

Clean JSON in and out; one form of refusal (RFC 9457); lists in pages with a cursor; ETags on whatever stands alone.
"""

from __future__ import annotations

from handlers.api.route import Route
from handlers.api.v4 import (
    audit,
    badges,
    bulk,
    channels,
    checks,
    editing,
    flips,
    invitations,
    keys,
    members,
    moving,
    pings,
    projects,
    site,
    transfer,
    trash,
)
from handlers.api.v4.manner import MANNER

_SUBJECTS = (
    *(site, projects, members, invitations, keys, checks, editing, moving, bulk, trash),
    *(pings, flips, channels, badges, audit, transfer),
)

ROUTES: tuple[Route, ...] = tuple(route for subject in _SUBJECTS for route in subject.ROUTES)

__all__ = ["MANNER", "ROUTES"]

"""What operations are called, and what they are about."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

SUBJECTS: Mapping[str, str] = {
    "Checks": "What is watched: each job with its schedule, and what happens when it falls silent.",
    "Pings and flips": "What a check went through: the signals that came, and each change of its status.",
    "Channels": "Whom checks tell when they go down, and when they come back.",
    "Badges": "Pictures and JSON for other pages, which show a status and nothing else.",
    "Projects": "What checks and channels belong to.",
    "Team": "Who belongs to a project, in which role, and who is asked to.",
    "API keys": "What opens the API. A key is shown once, when it is made.",
    "Audit log": "Who changed what, and when.",
    "Export and import": "A whole project as one document, to be kept, compared and applied.",
    "Site": "Whether it works, and what it says of itself.",
    "Pinging": "What jobs call. docs/ping.md tells it at length.",
    "Metrics": "The page of a project that Prometheus reads.",
}
"""In the order in which they are shown."""

_SUBJECT_OF = (
    ("/pings/|/flips/", "Pings and flips"),
    ("/checks", "Checks"),
    ("/channels", "Channels"),
    ("/badges", "Badges"),
    ("/members|/invitations", "Team"),
    ("/keys?(/|$)", "API keys"),
    ("/projects", "Projects"),
    ("/audit", "Audit log"),
    ("/export|/import", "Export and import"),
    ("", "Site"),
)
_READ = {"GET": "get", "DELETE": "delete", "PATCH": "edit", "PUT": "put"}


def subject_of(path: str) -> str:
    return next(subject for pattern, subject in _SUBJECT_OF if re.search(pattern, path))


def operation_id(version: int, method: str, path: str) -> str:
    """Such as v4_list_check_flips: `path` is below the version, with {braces} for what varies."""
    verb, nouns = _words(method, path)
    return "_".join([f"v{version}", verb, *nouns])


def _words(method: str, path: str) -> tuple[str, list[str]]:
    parts = path.strip("/").split("/")
    nouns = [_one_of(part) if _varies(after) else part for part, after in pairwise([*parts, ""]) if not _varies(part)]
    if method == "GET" and path.endswith("/") and path != "/status/":
        return "list", nouns
    if method != "POST":
        return _READ[method], nouns
    if path.endswith("/"):
        return "create", [*nouns[:-1], _one_of(nouns[-1])]
    return ("update", nouns) if _varies(parts[-1]) else (nouns[-1], nouns[:-1])


def _one_of(plural: str) -> str:
    return plural.removesuffix("s")


def _varies(part: str) -> bool:
    return part.startswith("{")

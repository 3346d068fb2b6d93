"""Badges: a check, a tag or a whole project in one word, and the URLs that show it (protocol 4.1 and 4.2)."""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import quote, unquote

from msgspec import Struct

from tocsin.domain.check import Status
from tocsin.stores.check_items import Info
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project, Projects

WHOLE_PROJECT = "*"
"""Stands where a tag stands, and means all checks."""
TWO_STATES = "-2"
"""Behind a signature: a check that is late counts as up."""
FORMATS = ("svg", "json", "shields")
_SIGNED = 8

Urls: TypeAlias = Mapping[str, str]
"""By format; `svg`, `json` and `shields` have two states, and three with a 3 at the end."""


class Standing(StrEnum):
    UP = "up"
    LATE = "late"
    DOWN = "down"


class Badge(Struct, frozen=True):
    label: str
    standing: Standing
    total: int
    grace: int
    """So many are late, whether the badge shows it or not."""
    down: int


def check_badge(checks: Checks, *, badge_key: str, three_states: bool, now: datetime) -> Badge | None:
    """The badge of the check that has this key; None where there is none.

    A check without a name is never called by its id, as the protocol has it: badges are public, and who knows the id
    can ping.
    """
    check_id = checks.by_badge_key(badge_key)
    for stored, info in checks.several([check_id] if check_id else []):
        label = info.name or info.slug or "unnamed check"
        return _badge(label, [stored.check.displayed(now)], three_states=three_states)
    return None


def tag_badge(
    checks: Checks, projects: Projects, *, badge_key: str, tag: str, label: str, three_states: bool, now: datetime
) -> Badge | None:
    """The badge of the checks with this tag, or of all; None where there is no such project. Reads its whole list."""
    project = projects.by_badge_key(badge_key)
    if project is None:
        return None
    meant = [
        stored.check.displayed(now)
        for stored, info in checks.listing(project)
        if tag == WHOLE_PROJECT or tag in info.tag_list
    ]
    return _badge(label, meant, three_states=three_states)


def signed_tag(badge_key: str, written: str, signature: str, secret_key: str) -> str | None:
    """The tag that a path names, if its signature (8 characters) is right.

    Tags in paths are percent-encoded once more than paths are (protocol 4.1). One that came without that is understood
    as well, for the signature tells which of the two was meant.
    """
    readings = (unquote(written), written)
    return next((tag for tag in readings if _is_signed(badge_key, tag, signature, secret_key)), None)


def badge_urls(project: Project, tags: Iterable[str], site_root: str, secret_key: str) -> dict[str, Urls]:
    """The URLs of the badges of these tags and of the whole project, in the order of the tags."""
    return {tag: _tag_urls(project.badge_key, tag, site_root, secret_key) for tag in sorted({WHOLE_PROJECT, *tags})}


def check_badge_urls(info: Info, site_root: str) -> Urls:
    return {
        f"{format_}{suffix}": f"{site_root}/b/{states}/{info.badge_key}.{format_}"
        for format_ in FORMATS
        for states, suffix in ((2, ""), (3, "3"))
    }


def _badge(label: str, statuses: list[Status], *, three_states: bool) -> Badge:
    down, grace = statuses.count(Status.DOWN), statuses.count(Status.GRACE)
    late = Standing.LATE if grace and three_states else Standing.UP
    return Badge(label, Standing.DOWN if down else late, total=len(statuses), grace=grace, down=down)


def _tag_urls(badge_key: str, tag: str, site_root: str, secret_key: str) -> Urls:
    signature = _sign(badge_key, tag, secret_key)
    # Encoded twice, so that no slash and no percent sign of a tag is taken for one of the path.
    name = "" if tag == WHOLE_PROJECT else f"/{quote(quote(tag, safe=''), safe='')}"
    return {
        f"{format_}{suffix}": f"{site_root}/badge/{badge_key}/{signature}{states}{name}.{format_}"
        for format_ in FORMATS
        for states, suffix in ((TWO_STATES, ""), ("", "3"))
    }


def _is_signed(badge_key: str, tag: str, signature: str, secret_key: str) -> bool:
    right = _sign(badge_key, tag, secret_key)
    return hmac.compare_digest(right.encode(), signature.encode())


def _sign(badge_key: str, tag: str, secret_key: str) -> str:
    """As Django's `salted_hmac` does, so that badges of Healthchecks stay valid under the same secret key."""
    # SHA-1 is the scheme's. What matters of it for HMAC is not broken, and the other end is only a badge.
    key = hashlib.sha1(f"{badge_key}{secret_key}".encode(), usedforsecurity=False).digest()
    digest = hmac.new(key, tag.encode(), hashlib.sha1).digest()
    return urlsafe_b64encode(digest).decode()[:_SIGNED]

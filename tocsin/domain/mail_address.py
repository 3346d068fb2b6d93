"""Addresses that ping: which check a mail is for (protocol 1.10)."""

from __future__ import annotations

import re

from msgspec import Struct

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_BY_SLUG = re.compile(r"([-a-zA-Z0-9_]{1,100})\+([a-z0-9_-]{1,100})")


class OtherDomain(ValueError):
    """The address is none of the domain's."""


class InvalidMailbox(ValueError):
    """What stands before the @ can't mean a check."""


class Mailbox(Struct, frozen=True):
    """A check by its id, or else by ping key and slug."""

    check_id: str = ""
    ping_key: str = ""
    slug: str = ""


def read_address(address: str, domain: str) -> Mailbox:
    """Take apart `<uuid>@domain` or `<ping key>+<slug>@domain`. Raises OtherDomain, InvalidMailbox.

    `domain` is in lower case. Mail systems may change the case of an id, and it means the same; a key's case matters.
    """
    local, _, host = address.rpartition("@")
    if host.lower() != domain:
        raise OtherDomain(host)
    if _ID.fullmatch(local):
        return Mailbox(check_id=local.lower())
    by_slug = _BY_SLUG.fullmatch(local)
    if not by_slug:
        raise InvalidMailbox(local)
    return Mailbox(ping_key=by_slug[1], slug=by_slug[2])

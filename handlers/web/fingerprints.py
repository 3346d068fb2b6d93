"""Short texts by which a page tells whether what somebody has seen is still so."""

from __future__ import annotations

import hashlib

from msgspec.structs import replace

from tocsin.stores.check_items import Info


def fingerprint(*facts: object) -> str:
    """Differs when one of the facts is written otherwise. A set's order differs from process to process: sort it."""
    return hashlib.blake2b(repr(facts).encode(errors="replace"), digest_size=8).hexdigest()


def in_order(info: Info) -> tuple[object, ...]:
    """All of it, with its set of channels sorted."""
    return sorted(info.channels), replace(info, channels=frozenset())

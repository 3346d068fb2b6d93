"""The URLs of one badge in all its forms, as every version of the API shows them."""

from __future__ import annotations

from msgspec import Struct


class BadgeUrls(Struct, frozen=True):
    """Those with a 3 tell of checks that are late; the others call them up."""

    svg: str
    svg3: str
    json: str
    json3: str
    shields: str
    shields3: str

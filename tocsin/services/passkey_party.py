"""The site as passkeys know it (WebAuthn: the relying party)."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit

from msgspec import Struct


class Party(Struct, frozen=True):
    origin: str
    """Its address, without a path."""
    name: str

    @property
    def id(self) -> str:
        """What passkeys are bound to."""
        return urlsplit(self.origin).hostname or ""

    @property
    def usable(self) -> bool:
        """Browsers make passkeys for names only, and over HTTPS; localhost counts as that."""
        return (self.origin.startswith("https://") and not _is_address(self.id)) or self.id == "localhost"


def party_of(address: str, *, name: str) -> Party:
    """The party of a site with this address."""
    url = urlsplit(address)
    return Party(f"{url.scheme}://{url.netloc}", name)


def _is_address(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False

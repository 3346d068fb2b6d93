"""Which addresses belong to the public Internet.

Somebody who may set a webhook's URL must not thereby reach the machines beside this one: its own loopback, the
network it stands in, a cloud's metadata service. The lists of Python's `ipaddress` grow from one patch release to
the next, so what they may lack is listed here.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

_UNLISTED = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments; older releases know parts of it only
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, given up by RFC 7526
    IPv6Network("3fff::/20"),  # documentation, RFC 9637
)
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Whether a numeric address is one that any host on the Internet could connect to."""
    parsed = ip_address(address)
    return _is_public_v4(parsed) if isinstance(parsed, IPv4Address) else _is_public_v6(parsed)


def is_numeric(host: str) -> bool:
    """Whether a URL's host is an address already, and needs no resolving."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _is_public_v4(address: IPv4Address) -> bool:
    special = address.is_multicast or address.is_reserved or any(address in net for net in _UNLISTED[:2])
    return address.is_global and not special


def _is_public_v6(address: IPv6Address) -> bool:
    """An address that stands for an IPv4 one is as public as that one: the packets end up there."""
    inner = _embedded(address)
    if inner is not None:
        return _is_public_v4(inner)
    return address in _GLOBAL_UNICAST and address.is_global and address not in _UNLISTED[2]


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    return address.ipv4_mapped or address.sixtofour

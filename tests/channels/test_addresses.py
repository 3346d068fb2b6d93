"""Which addresses are public."""

from __future__ import annotations

import pytest

from tocsin.channels.addresses import is_public


@pytest.mark.parametrize(
    "address",
    ["93.184.215.14", "8.8.8.8", "172.32.0.1", "2606:2800:21f:cb07::1", "::ffff:8.8.8.8", "64:ff9b::808:808"],
)
def test_is_public_accepts_the_internet(address: str) -> None:
    """Addresses that any host could reach are public, in whatever way they are written."""
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",  # noqa: S104 - nothing listens there
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.0.171",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "203.0.113.7",
        "224.0.0.1",
        "233.252.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ],
)
def test_is_public_refuses_special_ipv4(address: str) -> None:
    """Loopback, private, shared, link-local, documentation, benchmark, multicast and reserved addresses are not."""
    assert not is_public(address)
    assert not is_public(f"::ffff:{address}"), "mapped into IPv6 it is the same place"
    assert not is_public(f"64:ff9b::{address}"), "through NAT64 it is the same place"


@pytest.mark.parametrize(
    "address",
    [
        "::",
        "::1",
        "::7f00:1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%lo",
        "fec0::1",
        "ff02::1",
        "100::1",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "2002:a00:1::1",
        "2002:7f00:1::1",
        "64:ff9b:1::808:808",
        "5f00::1",
    ],
)
def test_is_public_refuses_special_ipv6(address: str) -> None:
    """Only global unicast is public, and there neither documentation nor 6to4 of a private IPv4 address."""
    assert not is_public(address)

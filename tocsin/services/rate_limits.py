"""How often something may be tried: everything that guesses, and everything that sends mail because a stranger says so.

A limit is a token bucket for each key, such as an address of the network or a person's account. Keys are hashed with
the secret key: the table does not tell who tried what from where.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

from msgspec import Struct

from tocsin.channels.addressee import wire_address
from tocsin.stores.buckets import Buckets

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class TooMany(Exception):
    """Not now."""

    def __init__(self, retry_after: timedelta) -> None:
        super().__init__(f"too many: again in {retry_after}")
        self.retry_after = retry_after


class Limit(Struct, frozen=True):
    name: str
    most: int
    """So many at once; one more comes back each time that `per` is through by its `most`th part."""
    per: timedelta


ENTRIES = Limit("entry", 30, _HOUR)
"""By address: attempts to get in, whichever way."""
PASSWORDS = Limit("password", 20, _DAY)
"""By account and network: passwords that are wrong."""
ALL_PASSWORDS = Limit("all-password", 200, _DAY)
"""By account, from all networks together: 20 would let a stranger lock its owner out. Of a million passwords somebody
who has the whole Internet tries one in fourteen within a year."""
LINKS = Limit("link", 6, _HOUR)
"""By mailbox and network: mails to whoever somebody says that they are."""
ALL_LINKS = Limit("all-link", 20, _HOUR)
"""By mailbox, from all networks together: another after three minutes, whatever strangers do."""
CODES = Limit("code", 10, _DAY)
"""By account: codes that were mailed to confirm who one is."""
GUESSES = Limit("guess", 20, _DAY)
"""By account: attempts at confirming who one is, by a password or a code."""
STEPS = Limit("step", 30, _DAY)
"""By account: codes of an app, and recovery codes, as second step."""
LETTERS = Limit("letter", 10, _DAY)
"""By account: mails to addresses that it names."""


class RateLimits(Struct, frozen=True):
    buckets: Buckets
    secret_key: str
    clock: Callable[[], datetime]

    def take(self, limit: Limit, key: str) -> None:
        """Count one attempt. Raises TooMany."""
        wait = self.buckets.take(self._name(limit, key), drop=_drop(limit), depth=limit.per, now=self.clock())
        if wait is not None:
            raise TooMany(wait)

    def give_back(self, limit: Limit, key: str) -> None:
        """Let an attempt that was counted not count: it was no guess."""
        self.buckets.give_back(self._name(limit, key), drop=_drop(limit))

    def _name(self, limit: Limit, key: str) -> str:
        digest = hmac.new(self.secret_key.encode(), f"{limit.name}\n{key}".encode(), hashlib.sha256).hexdigest()[:32]
        return f"{limit.name}#{digest}"


def _drop(limit: Limit) -> timedelta:
    return limit.per / limit.most


def network_of(address: str) -> str:
    """What an address of a caller is counted as: of IPv6 everybody has a whole /64. Some proxies name a port too."""
    try:
        parsed = ip_address(_without_port(address).partition("%")[0])
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return f"{IPv6Address(int(parsed) >> 64 << 64)}/64"


def _without_port(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 and "." in address else address


def mailbox_of(email: str) -> str:
    """What an e-mail address is counted as: dots and what follows a plus often lead to the same mailbox.

    The domain is as mail servers have it: an international one can be written in many ways.
    """
    local, _, domain = wire_address(email.strip().lower()).rpartition("@")
    return f"{local.partition('+')[0].replace('.', '')}@{domain}"

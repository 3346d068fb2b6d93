"""E-mail addresses: whom a message may be sent to."""

from __future__ import annotations

import re
from email.utils import parseaddr

MAX_LENGTH = 254
MAX_LOCAL = 64

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LOCAL = re.compile(rf"{_ATOM}(\.{_ATOM})*")
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}|localhost")


class InvalidAddress(ValueError):
    """The message is a sentence for whoever typed the address."""


def checked_address(text: str) -> str:
    """Return the address, trimmed. Raises InvalidAddress.

    Narrower than the standard on purpose: what is let through can't be read in two ways by two mail programs, and
    can't end a header. The domain may be international; the part before the @ would need SMTPUTF8 all the way.
    """
    address = text.strip()
    local, at, domain = address.rpartition("@")
    if not at or "@" in local:
        raise InvalidAddress("An e-mail address has one @ in it.")
    if len(address) > MAX_LENGTH or len(local) > MAX_LOCAL:
        raise InvalidAddress("This e-mail address is too long.")
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(_ascii(domain)):
        raise InvalidAddress("This is not a valid e-mail address.")
    return address


def wire_address(address: str) -> str:
    """A checked address as mail servers have it: the domain in ASCII."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{_ascii(domain)}"


def sender_header(text: str) -> str:
    """A sender's address with or without a name, `Tocsin <bell@example.com>`, for a From. Raises InvalidAddress."""
    name, address = parseaddr(text)
    if any(ord(character) < 32 for character in text):
        raise InvalidAddress("A sender's address is a single line.")
    wire = wire_address(checked_address(address))
    if not name:
        return wire
    from email.headerregistry import Address  # at some cost, in processes that may only take pings

    return str(Address(name, addr_spec=wire))


def _ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""

"""URLs of receivers, taken apart once: nothing below this module reads a URL's text again."""

from __future__ import annotations

import base64
import re
from urllib.parse import SplitResult, quote, unquote, urlsplit

from msgspec import Struct

from tocsin.channels.addresses import is_numeric

_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?")
_KEPT = "!$%&'()*+,/:;=?@[]~"
"""What RFC 3986 allows in a path or query; `%` because it stands for an escape that is there already."""


class InvalidUrl(ValueError):
    """Not an absolute http or https URL that can be called. The message is a sentence for the URL's owner."""


class Link(Struct, frozen=True):
    """Where one request goes. All parts are ASCII, free of spaces and control characters."""

    scheme: str
    host: str
    """A name in its ASCII form, or an address without brackets."""
    port: int
    target: str
    """Path and query, as the request line has them."""
    authorization: str | None = None
    """The header that stands for `user:password@` in the URL."""

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def trusts(self, other: Link) -> bool:
        """Whether `other` may see what was meant for this link: the same server, not less well protected."""
        upgrade = (self.scheme, self.port, other.scheme, other.port) == ("http", 80, "https", 443)
        same = (self.scheme, self.port) == (other.scheme, other.port)
        return self.host == other.host and (same or upgrade)


def parse(url: str) -> Link:
    """Take a URL apart; its fragment is dropped. Raises InvalidUrl."""
    if _UNSAFE.search(url):
        raise InvalidUrl("A URL can't contain spaces, backslashes or control characters.")
    try:
        parts = urlsplit(url)
        scheme, host, port = parts.scheme, parts.hostname or "", parts.port
    except ValueError:
        raise InvalidUrl("This is not a valid URL.") from None
    if scheme not in _PORTS:
        raise InvalidUrl("A URL must begin with http:// or https://.")
    if port == 0:
        raise InvalidUrl("A URL's port must be between 1 and 65535.")
    return Link(scheme, _ascii_host(host), port or _PORTS[scheme], _target(parts), _authorization(parts))


def _ascii_host(host: str) -> str:
    if is_numeric(host) and "%" not in host:
        return host
    try:
        encoded = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        encoded = ""
    if not _HOST.fullmatch(encoded):
        raise InvalidUrl("A URL must name a host, such as hooks.example.com.")
    return encoded


def _target(parts: SplitResult) -> str:
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return quote(target, safe=_KEPT, errors="replace")


def _authorization(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    credentials = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(credentials.encode(errors="replace")).decode("ascii")

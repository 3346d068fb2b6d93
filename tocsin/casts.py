"""What the text of a setting means. Each raises ValueError with the rest of a sentence that begins with its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")
_MIN_SECRET = 16


def store(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("sqlite", "dynamodb") or not rest.strip("/"):
        raise ValueError(f"must be sqlite:///path or dynamodb://table, not {text!r}")
    return text


def mail(text: str) -> str:
    if urlsplit(text).scheme not in ("smtp", "smtps", "ses", "file"):
        raise ValueError("must begin with smtp://, smtps://, ses:// or file://")
    return text


def root(text: str) -> str:
    try:
        url = urlsplit(text)
    except ValueError:
        url = urlsplit("")
    extras = url.query or url.fragment or url.username is not None or any(character.isspace() for character in text)
    if url.scheme not in ("http", "https") or not url.hostname or extras or not _has_valid_port(url):
        raise ValueError(f"must be an address such as https://tocsin.example.org, not {text!r}")
    # urlsplit gives the scheme in lower case, which is how cookies and links are judged by.
    return f"{url.scheme}://{url.netloc}{url.path}".rstrip("/")


def issuer(text: str) -> str:
    """Kept letter by letter, a slash at its end too: tokens are compared with it."""
    try:
        known = root(text)
    except ValueError:
        known = ""
    here = urlsplit(known).hostname in ("localhost", "127.0.0.1", "::1")
    if not known.startswith("https://") and not here:
        raise ValueError(f"must be the provider's address, such as https://id.example.org, not {text!r}")
    return text


def ping_root(site_root: str) -> Callable[[str], str]:
    def cast(text: str) -> str:
        own = root(text)
        if urlsplit(own).path or not own.isascii():
            raise ValueError(
                f"must be an address in ASCII without a path, such as https://ping.example.org, not {text!r}"
            )
        if host_headers(own) & host_headers(site_root):
            raise ValueError(f"must have another host or port than the site, {site_root}")
        return own

    return cast


def _has_valid_port(url: SplitResult) -> bool:
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def heartbeat(text: str) -> str:
    """A URL to be called. It is not repeated: whoever reads it can call it."""
    with suppress(ValueError):
        url = urlsplit(text)
        if url.scheme in ("http", "https") and url.hostname and _has_valid_port(url) and not re.search(r"\s", text):
            return text
    raise ValueError("must be a URL to call, such as https://monitor.example.org/ping/its-id")


def secret(text: str) -> str:
    if len(text) < _MIN_SECRET:
        raise ValueError(f"is too short to be a secret: take {_MIN_SECRET} characters or more")
    return text


def sender(text: str) -> str:
    if "@" not in text or any(character in text for character in "\r\n"):
        raise ValueError(f"must be an e-mail address, not {text!r}")
    return text


def domain(text: str) -> str:
    label = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    if not re.fullmatch(rf"{label}(\.{label})*", text.lower()):
        raise ValueError(f"must be a domain in ASCII, such as ping.example.org, not {text!r}")
    return text.lower()


def place(text: str) -> tuple[str, str]:
    scheme, _, rest = text.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]+", bucket):
        raise ValueError(f"must be s3://bucket or s3://bucket/prefix, not {text!r}")
    return bucket, prefix.strip("/")


def one_of(known: Mapping[str, T], wanted: str) -> Callable[[str], T]:
    def cast(text: str) -> T:
        if text.lower() not in known:
            raise ValueError(f"must be {wanted}, not {text!r}")
        return known[text.lower()]

    return cast


boolean = one_of(
    dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(("0", "false", "no", "off"), False), "1 or 0"
)
is_json = one_of({"json": True, "text": False}, "json or text")


def count(least: int, most: int) -> Callable[[str], int]:
    def cast(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return cast


def interval(text: str) -> timedelta | None:
    return timedelta(seconds=count(0, 3600)(text))


def host_headers(root: str) -> frozenset[str]:
    """What a Host header may say, in lower case, to mean this address: a default port may be there or not."""
    url = urlsplit(root)
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    if url.port not in (None, {"http": 80, "https": 443}[url.scheme]):
        return frozenset({f"{host}:{url.port}"})
    # Whether HTTPS ended at a proxy is not for us to see, so either default port is as good as none.
    return frozenset({f"{host}", f"{host}:80", f"{host}:443"})

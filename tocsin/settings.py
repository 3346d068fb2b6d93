"""The environment, read once, cast and checked. Nothing else in the project looks at it.

A value that can't work raises SettingsError with one sentence that names it. docs/configuration.md tells of each.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TypeVar
from urllib.parse import SplitResult, urlsplit

T = TypeVar("T")

LOCAL_ROOT = "http://localhost:5000"
MAX_LOG_DAYS = 3650
_MIN_SECRET = 16


class SettingsError(Exception):
    """The message is a sentence that names the setting."""


@dataclass(frozen=True, slots=True)
class Settings:
    store: str
    """`sqlite:///path` or `dynamodb://table`."""
    secret_key: str
    mail: str
    """Where mail leaves: `smtp://…`, `smtps://…`, `ses://region` or `file:///dir`."""
    mail_from: str
    templates: Path
    site_root: str | None = None
    """The public address, without a slash at its end; None where only requests can tell."""
    ping_root: str | None = None
    """The address of a host that takes pings at its root and serves nothing else, without a slash at its end."""
    site_name: str = "Tocsin"
    badge_label: str = "Tocsin"
    """What the badge of a whole project is labelled."""
    prometheus: bool = True
    """Projects have a page that Prometheus reads."""
    allow_private_targets: bool = False
    """Webhooks may call addresses that are not public."""
    trusted_proxies: int = 0
    """How many proxies in front may say who calls (X-Forwarded-For, -Proto, -Host)."""
    ping_body_limit: int = 100_000
    """Bytes kept of a ping's body."""
    ping_mail_domain: str | None = None
    """The domain of the addresses that ping, in lower case; None: there are no pings by mail."""
    inbound_mail: tuple[str, str] | None = None
    """Bucket and prefix in S3 where Amazon SES puts the mails that it takes in."""
    log_age: timedelta = timedelta(days=30)
    """How long a ping stays in the log."""
    tick_every: timedelta | None = None
    """How often a thread of this process looks for silence; None: only `flask run` does, every second."""
    on_lambda: bool = False
    first_visit: bool = True
    """Whoever comes first makes the first account in the browser: for a machine of one's own."""

    @property
    def links_root(self) -> str:
        """The address for links in messages, which no request is there to tell."""
        return self.site_root or LOCAL_ROOT

    @property
    def https(self) -> bool:
        return self.links_root.startswith("https://")

    def ping_urls(self, site_root: str) -> str:
        """What ping URLs begin with, up to the slash before the check, where the site has this address."""
        return self.ping_root or f"{site_root}/ping"


def on_lambda(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is a Lambda function's."""
    return "AWS_LAMBDA_FUNCTION_NAME" in environ


def host_headers(root: str) -> frozenset[str]:
    """What a Host header may say, in lower case, to mean this address: a default port may be there or not."""
    url = urlsplit(root)
    host = f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname
    if url.port not in (None, {"http": 80, "https": 443}[url.scheme]):
        return frozenset({f"{host}:{url.port}"})
    # Whether HTTPS ended at a proxy is not for us to see, so either default port is as good as none.
    return frozenset({f"{host}", f"{host}:80", f"{host}:443"})


def from_environ(environ: Mapping[str, str] = os.environ, *, root: Path) -> Settings:
    """Read the settings; `root` is the folder of `app.py`. Makes `instance/` there if a default is kept in it.

    Raises SettingsError.
    """
    env = _Environment(environ)
    if on_lambda(environ):
        env.demand("STORE", "dynamodb:// and the table's name")
        env.demand("SECRET_KEY", "a long random text, the same for every instance")
        env.demand("SITE_ROOT", "the address that `zappa deploy` prints, such as https://tocsin.example.org")
    instance = root / "instance"
    store = env.read("STORE", _store, default="") or f"sqlite://{_made(instance) / 'tocsin.sqlite3'}"
    site_root = env.read("SITE_ROOT", _root, default=None)
    site_name = env.read("SITE_NAME", str, default="Tocsin")
    return Settings(
        store=store,
        secret_key=env.read("SECRET_KEY", _secret, default="") or _kept_secret(_made(instance) / "secret_key"),
        mail=env.read("MAIL", _mail, default=(instance / "mail").as_uri()),
        mail_from=env.read("MAIL_FROM", _sender, default=f"tocsin@{_mail_domain(site_root)}"),
        templates=root / "templates",
        site_root=site_root,
        ping_root=env.read("PING_ROOT", _ping_root(site_root or LOCAL_ROOT), default=None),
        site_name=site_name,
        badge_label=env.read("BADGE_LABEL", str, default=site_name),
        prometheus=env.read("PROMETHEUS", _boolean, default=True),
        allow_private_targets=env.read("ALLOW_PRIVATE_TARGETS", _boolean, default=False),
        trusted_proxies=env.read("TRUSTED_PROXIES", _count(0, 10), default=0),
        ping_body_limit=env.read("PING_BODY_LIMIT", _count(0, 350_000), default=100_000),
        ping_mail_domain=env.read("PING_MAIL_DOMAIN", _domain, default=None),
        inbound_mail=env.read("INBOUND_MAIL", _place, default=None),
        log_age=timedelta(days=env.read("LOG_DAYS", _count(1, MAX_LOG_DAYS), default=30)),
        tick_every=env.read("TICK_SECONDS", _interval, default=None),
        on_lambda=on_lambda(environ),
        first_visit=env.read("FIRST_VISIT", _boolean, default=store.startswith("sqlite:")),
    )


@dataclass(frozen=True, slots=True)
class _Environment:
    environ: Mapping[str, str]

    def read(self, name: str, cast: Callable[[str], T], *, default: T) -> T:
        """An empty value counts as not set."""
        text = self.environ.get(f"TOCSIN_{name}", "").strip()
        if not text:
            return default
        try:
            return cast(text)
        except ValueError as error:
            raise SettingsError(f"TOCSIN_{name} {error}.") from error

    def demand(self, name: str, what: str) -> None:
        if not self.environ.get(f"TOCSIN_{name}", "").strip():
            raise SettingsError(f"TOCSIN_{name} is missing: set it to {what}.")


def _store(text: str) -> str:
    scheme, _, rest = text.partition("://")
    if scheme not in ("sqlite", "dynamodb") or not rest.strip("/"):
        raise ValueError(f"must be sqlite:///path or dynamodb://table, not {text!r}")
    return text


def _mail(text: str) -> str:
    if urlsplit(text).scheme not in ("smtp", "smtps", "ses", "file"):
        raise ValueError("must begin with smtp://, smtps://, ses:// or file://")
    return text


def _root(text: str) -> str:
    url = urlsplit(text)
    extras = url.query or url.fragment or url.username is not None or any(character.isspace() for character in text)
    if url.scheme not in ("http", "https") or not url.hostname or extras or not _has_valid_port(url):
        raise ValueError(f"must be an address such as https://tocsin.example.org, not {text!r}")
    # urlsplit gives the scheme in lower case, which is how cookies and links are judged by.
    return f"{url.scheme}://{url.netloc}{url.path}".rstrip("/")


def _ping_root(site_root: str) -> Callable[[str], str]:
    def cast(text: str) -> str:
        root = _root(text)
        if urlsplit(root).path or not root.isascii():
            raise ValueError(
                f"must be an address in ASCII without a path, such as https://ping.example.org, not {text!r}"
            )
        if host_headers(root) & host_headers(site_root):
            raise ValueError(f"must have another host or port than the site, {site_root}")
        return root

    return cast


def _has_valid_port(url: SplitResult) -> bool:
    try:
        return url.port is None or url.port > 0
    except ValueError:
        return False


def _secret(text: str) -> str:
    if len(text) < _MIN_SECRET:
        raise ValueError(f"is too short to be a secret: take {_MIN_SECRET} characters or more")
    return text


def _sender(text: str) -> str:
    if "@" not in text or any(character in text for character in "\r\n"):
        raise ValueError(f"must be an e-mail address, not {text!r}")
    return text


def _domain(text: str) -> str:
    label = "[a-z0-9]([a-z0-9-]*[a-z0-9])?"
    if not re.fullmatch(rf"{label}(\.{label})*", text.lower()):
        raise ValueError(f"must be a domain in ASCII, such as ping.example.org, not {text!r}")
    return text.lower()


def _place(text: str) -> tuple[str, str]:
    scheme, _, rest = text.partition("://")
    bucket, _, prefix = rest.partition("/")
    if scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]+", bucket):
        raise ValueError(f"must be s3://bucket or s3://bucket/prefix, not {text!r}")
    return bucket, prefix.strip("/")


def _boolean(text: str) -> bool:
    known = {"1": True, "true": True, "yes": True, "on": True, "0": False, "false": False, "no": False, "off": False}
    if text.lower() not in known:
        raise ValueError(f"must be 1 or 0, not {text!r}")
    return known[text.lower()]


def _count(least: int, most: int) -> Callable[[str], int]:
    def cast(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not least <= int(text) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}, not {text!r}")
        return int(text)

    return cast


def _interval(text: str) -> timedelta | None:
    return timedelta(seconds=_count(0, 3600)(text))


def _mail_domain(site_root: str | None) -> str:
    """The site's host, where it is one that an e-mail address can have."""
    host = urlsplit(site_root or LOCAL_ROOT).hostname or ""
    return host if re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+", host) else "localhost"


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        wanted = "set TOCSIN_STORE and TOCSIN_SECRET_KEY, and nothing needs to be kept there"
        raise SettingsError(f"{folder} can't be made ({error.strerror}): {wanted}.") from error
    return folder


def _kept_secret(path: Path) -> str:
    """Read the secret key kept in `path`, made on first use. Processes that start at once agree on one."""
    try:
        if not path.exists():
            _keep_new_secret(path)
        return _secret(path.read_text().strip())
    except ValueError as error:
        raise SettingsError(f"{path} {error}, or delete the file: a new one is made then.") from error
    except OSError as error:
        raise SettingsError(f"{path} can't be used ({error.strerror}): mend that, or set TOCSIN_SECRET_KEY.") from error


def _keep_new_secret(path: Path) -> None:
    """Write it whole or not at all; who comes second leaves the first one's alone."""
    with NamedTemporaryFile("w", dir=path.parent) as draft:
        draft.write(secrets.token_urlsafe(48))
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, path)

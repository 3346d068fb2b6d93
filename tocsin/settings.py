"""The environment, read once, cast and checked. Nothing else in the project looks at it.

A value that can't work raises SettingsError with one sentence that names it. docs/configuration.md tells of each.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias, TypeVar
from urllib.parse import urlsplit

from msgspec import Struct

from tocsin import casts

T = TypeVar("T")
Fetch: TypeAlias = Callable[[Mapping[str, str]], Mapping[str, str]]
"""Given settings and what they refer to, the settings and their values. Raises SettingsError."""

LOCAL_ROOT = "http://localhost:5000"
PARAMETER, SECRET = "ssm:", "secretsmanager:"
"""What values begin with that only name where AWS keeps the real ones."""
MAX_LOG_DAYS = 3650
FUNCTION_NAME = "AWS_LAMBDA_FUNCTION_NAME"
"""A variable that Lambda sets."""


class SettingsError(Exception):
    """The message is a sentence that names the setting."""


class OidcSettings(Struct, frozen=True):
    """An identity provider that people may sign in by (OpenID Connect)."""

    issuer: str
    """Letter for letter as the provider calls itself."""
    client_id: str
    client_secret: str | None = None
    """None: the provider asks for none, and has PKCE only."""
    name: str = ""
    """What the button calls it."""
    sign_up: bool = False
    """Whoever it knows gets an account, also where nobody else may make one."""

    def __repr__(self) -> str:
        """The rest is secret, or may be."""
        return f"OidcSettings(issuer={self.issuer!r})"


class Settings(Struct, frozen=True):
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
    heartbeat_url: str | None = None
    """Another monitor's ping URL, called after ticks that went well."""
    json_log: bool = False
    """The log is one JSON object a line, not text."""
    metrics: bool = True
    """CloudWatch is told of metrics, where it listens: on Lambda."""
    function_name: str | None = None
    """The Lambda function that this process is of; None: of none."""
    first_visit: bool = True
    """Whoever comes first makes the first account in the browser: for a machine of one's own."""
    oidc: OidcSettings | None = None
    sign_up: bool = False
    """Anybody may make an account, by a link that is mailed to them."""

    @property
    def links_root(self) -> str:
        """The address for links in messages, which no request is there to tell."""
        return self.site_root or LOCAL_ROOT

    def __repr__(self) -> str:
        """Most of the rest is secret, or may be."""
        return f"Settings(store={self.store!r}, site_root={self.site_root!r})"

    @property
    def https(self) -> bool:
        return self.links_root.startswith("https://")

    def ping_urls(self, site_root: str) -> str:
        """What ping URLs begin with, up to the slash before the check, where the site has this address."""
        return self.ping_root or f"{site_root}/ping"


def on_lambda(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether this process is a Lambda function's."""
    return FUNCTION_NAME in environ


def is_prepared(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether Lambda starts this process ahead of requests, for provisioned concurrency or a snapshot.

    https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    return environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand") != "on-demand"


def from_environ(environ: Mapping[str, str] = os.environ, *, root: Path, fetch: Fetch | None = None) -> Settings:
    """Read the settings; `root` is the folder of `app.py`. Makes `instance/` there if a default is kept in it.

    `fetch` gets what AWS keeps, and is called if there is such a value. Raises SettingsError.
    """
    env = _Environment(_fetched(environ, fetch))
    if on_lambda(environ):
        env.demand("STORE", "dynamodb:// and the table's name")
        env.demand("SECRET_KEY", "a long random text, the same for every instance")
        env.demand("SITE_ROOT", "the address that `make deploy` prints, such as https://tocsin.example.org")
    instance = root / "instance"
    store = env.read("STORE", casts.store, default="") or f"sqlite://{_made(instance) / 'tocsin.sqlite3'}"
    site_root = env.read("SITE_ROOT", casts.root, default=None)
    site_name = env.read("SITE_NAME", str, default="Tocsin")
    return Settings(
        store=store,
        secret_key=env.read("SECRET_KEY", casts.secret, default="") or _kept_secret(_made(instance) / "secret_key"),
        mail=env.read("MAIL", casts.mail, default=(instance / "mail").as_uri()),
        mail_from=env.read("MAIL_FROM", casts.sender, default=f"tocsin@{_mail_domain(site_root)}"),
        templates=root / "templates",
        site_root=site_root,
        ping_root=env.read("PING_ROOT", casts.ping_root(site_root or LOCAL_ROOT), default=None),
        site_name=site_name,
        badge_label=env.read("BADGE_LABEL", str, default=site_name),
        prometheus=env.read("PROMETHEUS", casts.boolean, default=True),
        allow_private_targets=env.read("ALLOW_PRIVATE_TARGETS", casts.boolean, default=False),
        trusted_proxies=env.read("TRUSTED_PROXIES", casts.count(0, 10), default=0),
        ping_body_limit=env.read("PING_BODY_LIMIT", casts.count(0, 350_000), default=100_000),
        ping_mail_domain=env.read("PING_MAIL_DOMAIN", casts.domain, default=None),
        inbound_mail=env.read("INBOUND_MAIL", casts.place, default=None),
        log_age=timedelta(days=env.read("LOG_DAYS", casts.count(1, MAX_LOG_DAYS), default=30)),
        tick_every=env.read("TICK_SECONDS", casts.interval, default=None),
        heartbeat_url=env.read("HEARTBEAT_URL", casts.heartbeat, default=None),
        json_log=env.read("LOG_FORMAT", casts.is_json, default=on_lambda(environ)),
        metrics=env.read("METRICS", casts.boolean, default=True),
        function_name=environ.get(FUNCTION_NAME),
        first_visit=env.read("FIRST_VISIT", casts.boolean, default=store.startswith("sqlite:")),
        sign_up=env.read("SIGN_UP", casts.boolean, default=False),
        oidc=_oidc(env),
    )


def _oidc(env: _Environment) -> OidcSettings | None:
    issuer = env.read("OIDC_ISSUER", casts.issuer, default="")
    if not issuer:
        return None
    env.demand("OIDC_CLIENT_ID", "what the provider calls this site")
    return OidcSettings(
        issuer=issuer,
        client_id=env.read("OIDC_CLIENT_ID", str, default=""),
        client_secret=env.read("OIDC_CLIENT_SECRET", str, default=None),
        name=env.read("OIDC_NAME", str, default=urlsplit(issuer).hostname or ""),
        sign_up=env.read("OIDC_SIGN_UP", casts.boolean, default=False),
    )


def _fetched(environ: Mapping[str, str], fetch: Fetch | None) -> Mapping[str, str]:
    """The environment, with the values themselves where it only names them."""
    values = {name: value.strip() for name, value in environ.items() if name.startswith("TOCSIN_")}
    references = {name: value for name, value in values.items() if value.startswith((PARAMETER, SECRET))}
    if not references:
        return environ
    if fetch is None:  # A name that many know must not end up as the key that signs.
        raise SettingsError(f"{min(references)} names a value that AWS keeps, and nothing fetches it here.")
    fetched = fetch(references)
    for name, value in fetched.items():
        if not value.strip():  # would count as not set, and a default may be another store
            raise SettingsError(f"{name} is empty where AWS keeps it ({references[name]}).")
    return {**environ, **fetched}


class _Environment(Struct, frozen=True):
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
        return casts.secret(path.read_text().strip())
    except ValueError as error:
        raise SettingsError(f"{path} {error}, or delete the file: a new one is made then.") from error
    except OSError as error:
        raise SettingsError(f"{path} can't be used ({error.strerror}): mend that, or set TOCSIN_SECRET_KEY.") from error


def _keep_new_secret(path: Path) -> None:
    """Write it whole or not at all; who comes second leaves the first one's alone."""
    # Needed once in the life of an installation, and never on Lambda.
    import secrets
    from tempfile import NamedTemporaryFile

    with NamedTemporaryFile("w", dir=path.parent) as draft:
        draft.write(secrets.token_urlsafe(48))
        draft.flush()
        with suppress(FileExistsError):
            os.link(draft.name, path)

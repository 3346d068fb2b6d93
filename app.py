"""The porch: wires settings, store, channels and handlers into one Flask app. The only file that names concrete ones.

`flask run`, gunicorn (`app:app`) and the Lambda entry point take `app` from here; it is built when first asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from handlers import api, badges, cli, converters, ping, prometheus, trouble, web
from handlers.ping_host import PingHost
from handlers.ticker import Ticker
from tocsin.channels.email import EmailChannel
from tocsin.channels.registry import Registry
from tocsin.channels.rendering import mail_renderer
from tocsin.channels.transports import transport_from_url
from tocsin.channels.webhook import WebhookChannel
from tocsin.house import furnish, utc_now
from tocsin.settings import Settings, SettingsError, from_environ, host_headers
from tocsin.stores.s3_inbox import S3Inbox
from tocsin.stores.table import StoreUnavailable, Table

ROOT = Path(__file__).parent
MAX_FORM = 1024 * 1024
"""Bytes of a form; pings have a limit of their own."""

_log = logging.getLogger("tocsin")


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    extensions: Iterable[Callable[[Flask], object]] = (),
) -> Flask:
    """Build the app. `extensions` are called with it at the end, as Flask extensions' `init_app` are.

    Raises SettingsError, and StoreUnavailable for a file that is no database.
    """
    settings = settings or from_environ(root=ROOT)
    app = Flask("tocsin", root_path=str(ROOT))
    app.config.update(SECRET_KEY=settings.secret_key, MAX_CONTENT_LENGTH=MAX_FORM)
    if settings.ping_root:
        app.wsgi_app = PingHost(app.wsgi_app, host_headers(settings.ping_root))  # type: ignore[method-assign]
    if settings.trusted_proxies:
        proxies = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    kinds = _kinds(settings, clock)
    house = furnish(settings, open_store(settings.store), kinds, clock=clock, inbox=S3Inbox())
    app.extensions["tocsin"] = house
    for room in (converters, ping, badges, prometheus, api, web, cli, trouble):
        room.register(app)
    for extension in extensions:
        extension(app)
    return app


def open_store(url: str) -> Table:
    scheme, _, rest = url.partition("://")
    if scheme == "dynamodb":
        from tocsin.stores.dynamodb import DynamoTable

        return DynamoTable(rest)
    from tocsin.stores.sqlite import SqliteTable

    table = SqliteTable(str(ROOT / rest))
    table.create()
    return table


def _kinds(settings: Settings, clock: Callable[[], datetime]) -> Registry:
    try:
        transport = transport_from_url(settings.mail, sender=settings.mail_from)
    except ValueError as error:
        raise SettingsError(f"TOCSIN_MAIL can't be used: {error}") from error
    return Registry.with_entry_points(
        [
            EmailChannel(transport, render=mail_renderer(settings.templates / "mail"), clock=clock),
            WebhookChannel(allow_private=settings.allow_private_targets),
        ]
    )


def _serve() -> Flask:
    """The app of this process. What stops the start is one sentence on standard error, not a traceback."""
    try:
        settings = from_environ(root=ROOT)
        _start_log(settings)
        app = create_app(settings)
    except (SettingsError, StoreUnavailable) as error:
        raise SystemExit(f"Tocsin can't start. {error}") from None
    every = _pace(settings.tick_every)
    if every:
        Ticker(app.extensions["tocsin"], every).start()
    return app


def _pace(wished: timedelta | None) -> timedelta | None:
    """How often this process ticks: `flask run` is a whole monitor, other commands never are, servers if told so."""
    command = click.get_current_context(silent=True)
    if command is None:
        return wished
    if command.info_name == "run":
        return timedelta(seconds=1) if wished is None else wished
    return None


def _start_log(settings: Settings) -> None:
    if not settings.on_lambda:  # Lambda's runtime has a handler of its own in place.
        logging.basicConfig(format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    _log.setLevel(logging.INFO)


def __getattr__(name: str) -> Any:
    """Build `app` when it is asked for, not when a test or a tool imports this module."""
    if name != "app":
        raise AttributeError(name)
    return globals().setdefault("app", _serve())

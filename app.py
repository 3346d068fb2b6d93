"""The porch: wires settings, store, channels and handlers into one app. The only file that names concrete ones.

`flask run` and gunicorn (`app:app`) take `app` from here, the Lambda entry point `lean_app`; each is built when first
asked for.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from handlers.ping import PingRoom
from tocsin import logs
from tocsin.casts import host_headers
from tocsin.channels.registry import InstalledKinds
from tocsin.channels.transports import transport_from_url
from tocsin.house import House, utc_now
from tocsin.late import late
from tocsin.settings import Settings, SettingsError, from_environ, is_prepared
from tocsin.stores.s3_inbox import S3Inbox
from tocsin.stores.table import StoreUnavailable, Table

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from flask import Flask

    from tocsin.channels.mail_port import Transport
    from tocsin.channels.port import Channel

T = TypeVar("T")

ROOT = Path(__file__).parent
MAX_FORM = 1024 * 1024
"""Bytes of a form; pings have a limit of their own."""


def create_app(
    settings: Settings | None = None,
    *,
    clock: Callable[[], datetime] = utc_now,
    extensions: Iterable[Callable[[Flask], object]] = (),
) -> Flask:
    """Build the app. `extensions` are called with it at the end, as Flask extensions' `init_app` are.

    Raises SettingsError, and StoreUnavailable for a file that is no database.
    """
    settings = settings or read_settings()
    app = _flask(open_house(settings, clock=clock))
    front = _front(settings, lambda: app.extensions["tocsin"], app.wsgi_app)
    app.wsgi_app = front  # type: ignore[assignment,method-assign]
    for extension in extensions:
        extension(app)
    return app


def open_house(settings: Settings, *, clock: Callable[[], datetime] = utc_now) -> House:
    transport = _transport(settings)
    kinds = InstalledKinds(lambda: _built_in(settings, transport, clock))
    if settings.heartbeat_url:
        _check_link(settings.heartbeat_url)
    return House(settings, open_store(settings.store), kinds, clock=clock, inbox=S3Inbox(), mail=transport)


def _flask(house: House) -> Flask:
    # Here, since on Lambda a process answers pings and ticks without it (LeanApp).
    from flask import Flask

    from handlers import api, badges, cli, converters, prometheus, trouble, web

    app = Flask("tocsin", root_path=str(ROOT))
    app.config.update(SECRET_KEY=house.settings.secret_key, MAX_CONTENT_LENGTH=MAX_FORM)
    app.extensions["tocsin"] = house
    for room in (converters, badges, prometheus, api, web, cli, trouble):
        room.register(app)
    return app


def _front(settings: Settings, house: Callable[[], House], beyond: WSGIApplication) -> WSGIApplication:
    """What a request meets before Flask: who called by what host, and whether it is a ping."""
    front: WSGIApplication = PingRoom(house, beyond)
    if settings.ping_root:
        from handlers.ping_host import PingHost

        front = PingHost(front, host_headers(settings.ping_root))
    if settings.trusted_proxies:
        from werkzeug.middleware.proxy_fix import ProxyFix

        proxies = settings.trusted_proxies
        front = ProxyFix(front, x_for=proxies, x_proto=proxies, x_host=proxies)
    return front


class LeanApp:
    """The app for cold starts: it answers pings at once, and makes Flask when something else is asked for."""

    def __init__(self, house: House) -> None:
        self.extensions = {"tocsin": house}
        self._front = _front(house.settings, lambda: house, self._beyond)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self._front(environ, start_response)

    def _beyond(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        return self.flask(environ, start_response)

    @late
    def flask(self) -> Flask:
        return _flask(self.extensions["tocsin"])


def read_settings() -> Settings:
    """The settings of this process, those too that AWS keeps. Raises SettingsError."""
    return from_environ(root=ROOT, fetch=_fetch)


def _fetch(references: Mapping[str, str]) -> Mapping[str, str]:
    from tocsin.stores.aws_secrets import fetch

    return fetch(references)


def open_store(url: str) -> Table:
    scheme, _, rest = url.partition("://")
    if scheme == "dynamodb":
        from tocsin.stores.dynamodb import DynamoTable

        return DynamoTable(rest)
    from tocsin.stores.sqlite import SqliteTable

    table = SqliteTable(str(ROOT / rest))
    table.create()
    return table


def _transport(settings: Settings) -> Transport:
    try:
        return transport_from_url(settings.mail, sender=settings.mail_from)
    except ValueError as error:
        raise SettingsError(f"TOCSIN_MAIL can't be used: {error}") from error


def _check_link(url: str) -> None:
    # Here, where there is one: what channels know of URLs, no other start needs.
    from tocsin.channels.weblinks import InvalidUrl, parse

    try:
        parse(url)
    except InvalidUrl as error:
        raise SettingsError(f"TOCSIN_HEARTBEAT_URL can't be used: {error}") from error


def _built_in(settings: Settings, transport: Transport, clock: Callable[[], datetime]) -> Iterable[Channel]:
    # Read with the first delivery, page or call that needs a channel: most processes start for a ping.
    from tocsin.channels.email import EmailChannel
    from tocsin.channels.rendering import mail_renderer
    from tocsin.channels.webhook import WebhookChannel

    return (
        EmailChannel(transport, render=mail_renderer(settings.templates / "mail"), clock=clock),
        WebhookChannel(allow_private=settings.allow_private_targets),
    )


def _serve() -> Flask:
    """The app of this process, and its clock."""
    app = _started(create_app)
    house: House = app.extensions["tocsin"]
    every = _pace(house.settings.tick_every)
    if every:
        from handlers.ticker import Ticker

        Ticker(house, every).start()
    return app


def _serve_lean() -> LeanApp:
    # What is made here lasts as long as the process: to look it through for garbage is a twentieth of a cold start.
    gc.disable()
    app = _started(lambda settings: LeanApp(open_house(settings)))
    if is_prepared():
        _ = app.flask  # nobody waits yet
    gc.freeze()
    gc.enable()
    return app


def _started(build: Callable[[Settings], T]) -> T:
    """What stops the start is one sentence on standard error, not a traceback."""
    try:
        settings = read_settings()
        logs.start(as_json=settings.json_log)
        return build(settings)
    except (SettingsError, StoreUnavailable) as error:
        raise SystemExit(f"Tocsin can't start. {error}") from None


def _pace(wished: timedelta | None) -> timedelta | None:
    """How often this process ticks: `flask run` is a whole monitor, other commands never are, servers if told so."""
    import click

    command = click.get_current_context(silent=True)
    if command is None:
        return wished
    if command.info_name == "run":
        return timedelta(seconds=1) if wished is None else wished
    return None


_BUILT: Mapping[str, Callable[[], object]] = {"app": _serve, "lean_app": _serve_lean}


def __getattr__(name: str) -> Any:
    """Build an app when it is asked for, not when a test or a tool imports this module."""
    if name not in _BUILT:
        raise AttributeError(name)
    return globals().setdefault(name, _BUILT[name]())

"""`flask tick` and `flask mail-listener`: what keeps the house at work."""

from __future__ import annotations

from datetime import UTC, datetime

import click
from flask.cli import with_appcontext

from handlers.cli.answers import says_json
from handlers.current import house


@click.command("tick")
@click.option("--now", metavar="TIME", help="Act as if it were this moment, such as 2026-01-31T12:00:00Z.")
@with_appcontext
@says_json
def tick(now: str | None) -> dict[str, object]:
    """Look for silence and deliver what waits: one pass, as a cron line would run it."""
    return dict(house().tick(now=None if now is None else _moment(now)).as_dict())


@click.command("mail-listener")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=2525, show_default=True, help="0: whichever is free.")
@with_appcontext
def mail_listener(host: str, port: int) -> None:
    """Take pings by mail: an SMTP server for TOCSIN_PING_MAIL_DOMAIN, until it is told to stop."""
    # A mail server is nothing that a web request should wait for.
    from handlers.mail_listener import CannotListen, run

    domain = house().settings.ping_mail_domain
    if domain is None:
        raise click.ClickException("TOCSIN_PING_MAIL_DOMAIN is not set, so no address pings: set it to a domain.")

    def ready(port: int) -> None:
        click.echo(f"Listening for mail to {domain} on {host}, port {port}.", err=True)

    try:
        run(house(), domain, host, port, ready=ready)
    except CannotListen as error:
        raise click.ClickException(f"Can't listen on {host}, port {port}: {error}.") from None


def _moment(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is not a moment such as 2026-01-31T12:00:00Z", param_hint="--now") from None

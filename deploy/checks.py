"""What would go wrong after a deployment, said before it."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from app import open_house
from deploy.stage import CannotDeploy, Stage
from tocsin.settings import Settings, SettingsError, from_environ
from tocsin.stores.aws_secrets import fetch
from tocsin.stores.table import StoreUnavailable

HANDLER = "handlers.gateway.lambda_handler"
UNKNOWN_ADDRESS = "https://address.invalid"
"""Stands for the site's address where a setting must be there and nothing depends on it."""


def check(stage: Stage) -> Iterator[str]:
    """Sentences about what will not work, though the rest does. Raises CannotDeploy for what would be useless."""
    _check_zappa(stage)
    settings = yield from _settings(stage)
    if ":" not in stage.variables.get("TOCSIN_SECRET_KEY", ":"):
        yield "the secret key stands in zappa_settings.json, for all to read. Let ssm: name where it is kept."
    if settings.mail.startswith("file:"):
        yield "no mail can leave. Name SES or a mail server in TOCSIN_MAIL (docs/configuration.md)."
    if settings.mail.startswith("ses:"):
        yield from _check_sender(stage, settings)


def _check_zappa(stage: Stage) -> None:
    config = stage.config
    if not stage.table:
        raise CannotDeploy("TOCSIN_STORE must name a table in aws_environment_variables: dynamodb://tocsin-dev.")
    if config.get("lambda_handler") != HANDLER:
        raise CannotDeploy(f"lambda_handler must be {HANDLER}: Zappa's own loses cookies and ticks.")
    if config.get("debug", True):
        raise CannotDeploy("debug must be false: strangers would read tracebacks.")
    if not any(event.get("function") == HANDLER for event in config.get("events") or []):
        raise CannotDeploy(f"No event calls {HANDLER}: nothing would look for silence. Put the tick back into events.")


def _settings(stage: Stage) -> Generator[str, None, Settings]:
    """The function's settings, read and used as they will be when it starts. Tells of variables that nothing reads."""
    known = {"AWS_LAMBDA_FUNCTION_NAME": stage.function, "TOCSIN_SITE_ROOT": UNKNOWN_ADDRESS}
    fetched: dict[str, str] = {}

    def fetch_once(references: Mapping[str, str]) -> Mapping[str, str]:
        fetched.update(fetch(references))
        return fetched

    try:
        settings = from_environ(known | stage.variables, root=Path.cwd(), fetch=fetch_once)
        open_house(settings)
        asked = _Asked(known | stage.variables | fetched)
        from_environ(asked, root=Path.cwd())
    except (SettingsError, StoreUnavailable) as error:
        raise CannotDeploy(f"In aws_environment_variables: {error}") from error
    for name in sorted(stage.variables.keys() - asked.names):
        if name.startswith("TOCSIN_"):
            yield f"nothing reads {name}. Is it misspelt?"
    return settings


class _Asked(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        super().__init__(variables)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def _check_sender(stage: Stage, settings: Settings) -> Iterator[str]:
    """SES sends for identities that were verified, and to strangers only when it let the account out of its sandbox."""
    if "TOCSIN_MAIL_FROM" not in stage.variables:
        raise CannotDeploy("TOCSIN_MAIL_FROM must name the sender: the function may send as that one, and no other.")
    sender = parseaddr(settings.mail_from)[1]
    mail = stage.client("sesv2", region=settings.mail.removeprefix("ses://"))
    try:
        if not any(_verified(mail, identity) for identity in (sender, sender.rpartition("@")[2])):
            yield f"SES has verified neither {sender} nor its domain, so it sends nothing (docs/deploying.md)."
        if not mail.get_account()["ProductionAccessEnabled"]:
            yield "SES keeps this account in its sandbox: only verified addresses get mail (docs/deploying.md)."
    except ClientError as refusal:
        yield f"SES does not say whether it would send mail as {sender}: {refusal}"


def _verified(mail: Any, identity: str) -> bool:
    try:
        found: bool = mail.get_email_identity(EmailIdentity=identity)["VerifiedForSendingStatus"]
    except mail.exceptions.NotFoundException:
        return False
    return found

"""How a message leaves the house: by SMTP, by Amazon SES, or as a file in a folder. `transport_from_url` picks one.

The setting is read at each start, so what only messages need is imported with the first of them.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tocsin.aws import make_client
from tocsin.channels.addressee import sender_header
from tocsin.channels.mail_port import Transport
from tocsin.channels.port import DeliveryFailed

TIME_LIMIT = 10.0
"""Seconds for one answer of a mail server."""

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

    from mypy_boto3_sesv2 import SESV2Client

_Tls: TypeAlias = "ssl.SSLContext | None"


class FileTransport:
    """One `.eml` file a message; by name they sort by the time of sending."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self.sender = sender

    def send(self, message: EmailMessage) -> None:
        from email.policy import SMTP

        from tocsin.channels.stamp import stamped

        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._folder / f".{name}.part"
            unfinished.write_bytes(stamped(message, self.sender).as_bytes(policy=SMTP))
            unfinished.rename(self._folder / name)
        except OSError as error:
            raise DeliveryFailed(f"Could not write the message to a file: {error.strerror}") from error


class SesTransport:
    """Amazon SES, version 2 of its API. The client is made at the first message, then shared."""

    def __init__(self, region: str, *, sender: str) -> None:
        self._region = region
        self.sender = sender
        self._client: SESV2Client | None = None

    def send(self, message: EmailMessage) -> None:
        from email.policy import SMTP
        from email.utils import getaddresses

        from botocore.exceptions import BotoCoreError, ClientError

        from tocsin.channels.stamp import stamped

        ready = stamped(message, self.sender)
        to = [address for _, address in getaddresses(ready.get_all("To", []))]
        try:
            self._ses().send_email(
                FromEmailAddress=str(ready["From"]),
                Destination={"ToAddresses": to},
                Content={"Raw": {"Data": ready.as_bytes(policy=SMTP)}},
            )
        except ClientError as error:
            # Never permanent: what SES says at once is about the sender (not verified, paused, over its quota, in
            # the sandbox), and the operator mends that. What is wrong with an address it tells later, by a bounce.
            raise DeliveryFailed(f"Amazon SES refused the message: {error.response['Error']['Code']}") from error
        except BotoCoreError as error:
            raise DeliveryFailed("Could not reach Amazon SES") from error

    def _ses(self) -> SESV2Client:
        if self._client is None:
            patience = {"connect_timeout": 5, "read_timeout": TIME_LIMIT, "retries": {"total_max_attempts": 1}}
            client: SESV2Client = make_client("sesv2", region=self._region, **patience)
            self._client = client
        return self._client


def transport_from_url(url: str, *, sender: str = "", tls: ssl.SSLContext | None = None) -> Transport:
    """Make the transport that a setting describes. Raises ValueError with a sentence that holds no password.

    `smtp://user:password@host:port?tls=starttls|none`, `smtps://…`, `ses://region`, `file:///folder`. A `from` in the
    query goes before `sender`; only files do without both.
    """
    try:
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
        make = _MAKERS[parts.scheme]
        port = parts.port
    except KeyError:
        raise ValueError("The mail URL must begin with smtp://, smtps://, ses:// or file:///.") from None
    except ValueError:
        raise ValueError("The mail URL is not a valid URL.") from None
    sender = sender_header(options.pop("from", "") or sender or _default_sender(parts.scheme))
    transport = make(parts, port, options, sender, tls)
    if options:
        raise ValueError(f"The mail URL has an unknown option: {', '.join(sorted(options))}.")
    return transport


def _default_sender(scheme: str) -> str:
    if scheme != "file":
        raise ValueError("Mail needs a sender's address: set TOCSIN_MAIL_FROM, or add ?from= to the mail URL.")
    return "tocsin@localhost"


def _smtp(parts: SplitResult, port: int | None, options: dict[str, str], sender: str, tls: _Tls) -> Transport:
    secure = parts.scheme == "smtps"
    mode = options.pop("tls", "")
    if mode not in ("", "starttls", "none") or (secure and mode):
        raise ValueError("The mail URL's tls must be starttls or none, and smtps:// takes neither.")
    if not parts.hostname:
        raise ValueError("The mail URL must name a host, such as smtp://localhost.")
    user = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    if user and not "".join(user).isascii():
        raise ValueError("The mail URL's name and password must be plain ASCII: SMTP knows no other letters there.")
    port = port or (465 if secure else 587 if user else 25)
    mode = "implicit" if secure else mode
    from tocsin.channels.smtp import SmtpTransport

    return SmtpTransport(parts.hostname, port, sender=sender, credentials=user, tls=mode, context=tls)


def _ses(parts: SplitResult, port: int | None, options: dict[str, str], sender: str, tls: _Tls) -> Transport:
    if not parts.hostname or parts.path.strip("/"):
        raise ValueError("The mail URL must name a region only, such as ses://eu-central-1.")
    return SesTransport(parts.hostname, sender=sender)


def _file(parts: SplitResult, port: int | None, options: dict[str, str], sender: str, tls: _Tls) -> Transport:
    if parts.netloc or parts.path in ("", "/"):
        raise ValueError("The mail URL must name a folder by its whole path, such as file:///var/mail/tocsin.")
    return FileTransport(Path(unquote(parts.path)), sender=sender)


_MAKERS = {"smtp": _smtp, "smtps": _smtp, "ses": _ses, "file": _file}

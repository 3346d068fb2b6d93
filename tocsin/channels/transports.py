"""How a message leaves the house: by SMTP, by Amazon SES, or as a file in a folder. `transport_from_url` picks one."""

from __future__ import annotations

import secrets
import smtplib
import ssl
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from tocsin.channels.addressee import sender_header
from tocsin.channels.mail_port import Transport
from tocsin.channels.port import DeliveryFailed

TIME_LIMIT = 10.0
"""Seconds for one answer of a mail server."""

if TYPE_CHECKING:
    from mypy_boto3_sesv2 import SESV2Client

_Tls: TypeAlias = ssl.SSLContext | None

_NO_SUCH_ADDRESS = (b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1")
"""Codes of RFC 3463 about the address that was told: wrong, or switched off. 5.1.7 and 5.1.8 are about the sender's.
A full mailbox, a sick system, a lost route or a rule against this sender may pass, and so may whatever a server does
not put in a code."""


class FileTransport:
    """One `.eml` file a message; by name they sort by the time of sending."""

    def __init__(self, folder: Path, *, sender: str) -> None:
        self._folder = folder
        self.sender = sender

    def send(self, message: EmailMessage) -> None:
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}-{secrets.token_hex(4)}.eml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._folder / f".{name}.part"
            unfinished.write_bytes(_stamped(message, self.sender).as_bytes(policy=SMTP))
            unfinished.rename(self._folder / name)
        except OSError as error:
            raise DeliveryFailed(f"Could not write the message to a file: {error.strerror}") from error


class SmtpTransport:
    """A mail server, called anew for each message.

    `tls` is `implicit` (encrypted from the first byte), `starttls` (encrypted or not at all), `none`, or empty:
    encrypted when the server offers it. A password is never sent in clear unless `tls` is `none`.
    """

    def __init__(
        self,
        host: str,
        port: int,
        *,
        sender: str,
        credentials: tuple[str, str] | None = None,
        tls: str = "",
        context: ssl.SSLContext | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._server = (host, port)
        self.sender = sender
        self._credentials = credentials
        self._tls = tls
        self._context = context
        self._time_limit = time_limit

    def send(self, message: EmailMessage) -> None:
        try:
            smtp = self._connected()
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(_smtp_sentence(error)) from error
        try:
            self._hand_over(smtp, _stamped(message, self.sender))
        finally:
            # The message is taken or refused by now; a slow goodbye must not turn it into a failure and a repeat.
            with suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _connected(self) -> smtplib.SMTP:
        if self._tls == "implicit":
            return smtplib.SMTP_SSL(*self._server, timeout=self._time_limit, context=self._trust())
        return smtplib.SMTP(*self._server, timeout=self._time_limit)

    def _hand_over(self, smtp: smtplib.SMTP, message: EmailMessage) -> None:
        try:
            self._introduce(smtp)
            smtp.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise DeliveryFailed(_smtp_sentence(error)) from error

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        smtp.ehlo_or_helo_if_needed()
        if self._tls in ("", "starttls") and (self._tls or smtp.has_extn("starttls")):
            smtp.starttls(context=self._trust())
            smtp.ehlo()
        if self._credentials:
            if self._tls != "none" and not isinstance(smtp.sock, ssl.SSLSocket):
                raise smtplib.SMTPException("it offers no encryption, so the password was not sent")
            smtp.login(*self._credentials)

    def _trust(self) -> ssl.SSLContext:
        return self._context or ssl.create_default_context()


class SesTransport:
    """Amazon SES, version 2 of its API. The client is made at the first message, then shared."""

    def __init__(self, region: str, *, sender: str) -> None:
        self._region = region
        self.sender = sender
        self._client: SESV2Client | None = None

    def send(self, message: EmailMessage) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        ready = _stamped(message, self.sender)
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
            import boto3
            from botocore.config import Config

            patience = Config(connect_timeout=5, read_timeout=TIME_LIMIT, retries={"total_max_attempts": 1})
            self._client = boto3.session.Session().client("sesv2", region_name=self._region, config=patience)
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


def _stamped(message: EmailMessage, sender: str) -> EmailMessage:
    if "From" not in message:
        message["From"] = sender
    if "Date" not in message:
        message["Date"] = format_datetime(datetime.now(UTC))
    return message


def _refusal(error: smtplib.SMTPRecipientsRefused) -> DeliveryFailed:
    code, text = next(iter(error.recipients.values()))
    permanent = code >= 500 and text.split(b" ")[0] in _NO_SUCH_ADDRESS
    return DeliveryFailed(f"The mail server refused the address: {_said(code, text)}", permanent=permanent)


def _smtp_sentence(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered: {_said(error.smtp_code, error.smtp_error)}"
    if isinstance(error, TimeoutError):
        return "The mail server did not answer in time"
    if isinstance(error, ssl.SSLError):
        return "TLS handshake with the mail server failed"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return "Could not connect to the mail server"
    return f"The mail server can't be used: {error}"


def _said(code: int, text: bytes | str) -> str:
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    return " ".join(f"{code} {words}".split())[:200]

"""A mail server, and what it says when it takes no mail."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from email.message import EmailMessage

from tocsin.channels.port import DeliveryFailed
from tocsin.channels.stamp import stamped

TIME_LIMIT = 10.0
"""Seconds for one answer of a mail server."""

_NO_SUCH_ADDRESS = (b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10", b"5.2.1")
"""Codes of RFC 3463 about the address that was told: wrong, or switched off. 5.1.7 and 5.1.8 are about the sender's.
A full mailbox, a sick system, a lost route or a rule against this sender may pass, and so may whatever a server does
not put in a code."""


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
            self._hand_over(smtp, stamped(message, self.sender))
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

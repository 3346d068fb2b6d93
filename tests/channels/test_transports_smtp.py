"""Mail by SMTP, against a real server."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.channels.notices import failing
from tests.channels.receivers import Authority, closed_port, peer
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.smtp import SmtpTransport
from tocsin.channels.transports import transport_from_url

SENDER = "Tocsin <bell@example.com>"
HOST = "127.0.0.1"


@dataclass
class MailServer:
    """Takes all mail unless told to answer otherwise at some step."""

    port: int = 0
    rcpt: str = ""
    data: str = ""
    taken: list[Envelope] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self.rcpt:
            envelope.rcpt_tos.append(address)
        return self.rcpt or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if not self.data:
            self.taken.append(envelope)
            self.encrypted.append(session.ssl is not None)
        return self.data or "250 OK"

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        self.logins.append(data.password)
        return AuthResult(success=data.password == b"s3cret", handled=False)


@contextmanager
def _running(server: MailServer, **options: Any) -> Iterator[MailServer]:
    server.port = closed_port()
    controller = Controller(server, hostname=HOST, port=server.port, server_hostname="mail.example", **options)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


@pytest.fixture
def server() -> Iterator[MailServer]:
    """A server without encryption."""
    with _running(MailServer()) as running:
        yield running


@pytest.fixture
def certificate(authority: Authority, tmp_path: Path) -> ssl.SSLContext:
    """What a server at the loopback address shows."""
    return authority.serving(HOST, tmp_path)


def _message(to: str = "ops@example.com") -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = "DOWN | Bäckup"
    message["To"] = to
    message.set_content("text\n.\n")
    return message


def _send(server: MailServer, url: str = "smtp://{}", tls: ssl.SSLContext | None = None) -> None:
    transport_from_url(url.format(f"{HOST}:{server.port}"), sender=SENDER, tls=tls).send(_message())


def test_smtp_transport_hands_over_the_message(server: MailServer) -> None:
    """The server gets sender, recipient and the whole text, a line with a single dot included."""
    _send(server)
    (mail,) = server.taken
    assert (mail.mail_from, mail.rcpt_tos) == ("bell@example.com", ["ops@example.com"])
    assert isinstance(mail.content, bytes)
    assert b"From: Tocsin <bell@example.com>\r\n" in mail.content
    assert mail.content.endswith(b"text\r\n.\r\n")


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [
        ("550 5.1.1 No such user", True),
        ("553 5.1.3 Bad address syntax", True),
        ("550 relay not permitted", False),
        ("550 5.1.8 <tocsin@localhost>: Sender address rejected", False),
        ("550 5.2.1 Mailbox disabled", True),
        ("552 5.2.2 Mailbox full", False),
        ("554 5.7.1 Relay access denied", False),
        ("550 5.4.1 No route", False),
        ("450 4.2.0 Greylisted, try again later", False),
        ("451 Try again", False),
    ],
)
def test_smtp_transport_tells_bad_addresses_from_bad_days(server: MailServer, answer: str, permanent: bool) -> None:
    """An address that does not exist is permanent; a full mailbox, a policy or a temporary refusal is not."""
    server.rcpt = answer
    with failing(f"The mail server refused the address: {answer}", permanent=permanent):
        _send(server)


@pytest.mark.parametrize("answer", ["451 4.3.0 Sick today", "554 5.6.0 Looks like spam"])
def test_smtp_transport_failure_after_the_address_passes(server: MailServer, answer: str) -> None:
    """What the server holds against a message says nothing about the address."""
    server.data = answer
    with failing(f"The mail server answered: {answer}"):
        _send(server)


def test_smtp_transport_encrypts_if_the_server_offers_it(authority: Authority, certificate: ssl.SSLContext) -> None:
    """STARTTLS is used when offered, with a certificate that is checked, and left alone when told so."""
    with _running(MailServer(), tls_context=certificate) as server:
        _send(server, tls=authority.trusting())
        _send(server, "smtp://{}?tls=none")
        assert server.encrypted == [True, False]
        with failing("TLS handshake with the mail server failed"):
            _send(server)


def test_smtp_transport_insists_on_starttls_if_told(server: MailServer) -> None:
    """A server that offers no encryption gets no mail if encryption is a must."""
    with failing("The mail server can't be used: STARTTLS extension not supported by server."):
        _send(server, "smtp://{}?tls=starttls")
    assert server.taken == []


def test_smtp_transport_speaks_implicit_tls(authority: Authority, certificate: ssl.SSLContext) -> None:
    """`smtps` is encrypted from the first byte."""
    with _running(MailServer(), ssl_context=certificate) as server:
        # aiosmtpd knows of STARTTLS only, so what arrives here at all arrived encrypted.
        _send(server, "smtps://{}", authority.trusting())
        assert len(server.taken) == 1


def test_smtp_transport_logs_in(authority: Authority, certificate: ssl.SSLContext) -> None:
    """User and password of the URL are percent-decoded; a wrong one is told without its text."""
    server = MailServer()
    with _running(server, tls_context=certificate, authenticator=server.authenticate, auth_required=True):
        _send(server, "smtp://us%40er:s%33cret@{}", authority.trusting())
        assert len(server.taken) == 1
        with failing("The mail server answered: 535 5.7.8 Authentication credentials invalid"):
            _send(server, "smtp://user:wrong@{}", authority.trusting())


def test_smtp_transport_keeps_the_password_from_being_overheard() -> None:
    """Without encryption the password stays at home, whoever took the server's offer of it away, unless allowed."""
    server = MailServer()
    with _running(server, authenticator=server.authenticate, auth_require_tls=False):
        with pytest.raises(DeliveryFailed, match="the password was not sent"):
            _send(server, "smtp://user:s3cret@{}")
        assert server.logins == []
        _send(server, "smtp://user:s3cret@{}?tls=none")
        assert server.logins == [b"s3cret"]


def test_smtp_transport_fails_if_nobody_listens() -> None:
    """A server that is down is told as such."""
    with failing("Could not connect to the mail server"):
        _send(MailServer(port=closed_port()))


@pytest.mark.parametrize("greeting", [b"421 Busy\r\n", b"554 Go away\r\n", b"", b"HTTP/1.1 400 Bad Request\r\n"])
def test_smtp_transport_fails_if_the_server_is_unwilling(greeting: bytes) -> None:
    """A server that turns callers away at the door, hangs up, or is none: it may be another day."""
    with peer(lambda sock: sock.sendall(greeting)) as port, pytest.raises(DeliveryFailed) as failure:
        _send(MailServer(port=port))
    assert not failure.value.permanent


def test_smtp_transport_does_not_wait_for_ever() -> None:
    """A server that says nothing is given up."""

    def silent(sock: Any) -> None:
        while sock.recv(1024):
            pass

    with peer(silent) as port, pytest.raises(DeliveryFailed) as failure:
        SmtpTransport(HOST, port, sender=SENDER, time_limit=0.1).send(_message())
    assert not failure.value.permanent


def test_smtp_transport_does_not_repeat_over_a_rude_goodbye() -> None:
    """Once the server took the message it is delivered, even if the server then hangs up without a word."""

    def manners(sock: Any) -> None:
        stream = sock.makefile("rwb")

        def answer(line: bytes) -> None:
            stream.write(line)
            stream.flush()

        answer(b"220 hello\r\n")
        for reply in (b"250 hi\r\n", b"250 sender\r\n", b"250 recipient\r\n", b"354 go on\r\n"):
            stream.readline()
            answer(reply)
        while stream.readline() != b".\r\n":
            pass
        answer(b"250 taken\r\n")
        stream.close()

    with peer(manners) as port:
        SmtpTransport(HOST, port, sender=SENDER).send(_message())

"""Pings by mail on a machine of one's own: an SMTP server (aiosmtpd) for the domain of the addresses that ping.

It takes mail for that domain only and sends none on. Meant for the loopback interface, behind the machine's mail
server; it knows neither TLS nor passwords, and needs none to be safe: an address is as good as its check's URL.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from aiosmtpd.smtp import SMTP, Envelope, Session

from handlers.trouble import log_unavailable
from tocsin.domain.mail_address import InvalidMailbox, OtherDomain, read_address
from tocsin.house import House
from tocsin.services.changing import Busy
from tocsin.services.mail_pings import take_mail
from tocsin.stores.inbox import MAX_MESSAGE
from tocsin.stores.table import StoreUnavailable

MAX_RECIPIENTS = 100
MAX_SESSIONS = 50
"""Connections at a time. Each may hold a whole message in memory."""
TIME_LIMIT = 300.0
"""Seconds for one command and what belongs to it (RFC 5321, 4.5.3.2)."""
LAST_WORDS = 1.0
"""Seconds for a client to say goodbye that gets its answer while the listener stops: some take a rude end for a no."""
_WORKERS = 8
"""Threads for the store, of which a mail takes one."""

_LATER = "451 4.3.0 Temporarily unavailable, try again later"
_FULL = b"421 4.3.2 Too many connections, try again later\r\n"
_STOPPING = b"421 4.3.2 Stopping, try again later\r\n"

_log = logging.getLogger(__name__)


class CannotListen(Exception):
    """The address or the port is not to be had; the message says why."""


def run(house: House, domain: str, host: str, port: int, *, ready: Callable[[int], object]) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is called with the port once there is one. Raises CannotListen."""

    async def listen() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await MailListener(house, domain).listen(host, port, ready=ready, stop=stop)

    asyncio.run(listen())


class MailListener:
    """One server. aiosmtpd finds the methods that begin with `handle_` by their names."""

    def __init__(self, house: House, domain: str) -> None:
        self._house = house
        self._domain = domain
        self._sessions: set[Conversation] = set()
        self._stopping = False
        self._deserted = asyncio.Event()
        self._deserted.set()

    async def listen(self, host: str, port: int, *, ready: Callable[[int], object], stop: asyncio.Event) -> None:
        """Serve until `stop` is set, and then until every mail that was sent whole has got its answer."""
        # What aiosmtpd logs of a conversation are commands, and with them addresses, which let their reader ping.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_WORKERS, "mail"))
        server = await self._open(host, port)
        ready(server.sockets[0].getsockname()[1])
        await stop.wait()
        server.close()
        self._stopping = True
        for session in [*self._sessions]:
            session.hang_up()
        await self._deserted.wait()

    def left(self, session: Conversation) -> None:
        self._sessions.discard(session)
        if not self._sessions:
            self._deserted.set()

    async def handle_RCPT(  # noqa: N802 (aiosmtpd's name)
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Look at the form of the address only: whether there is such a check is nobody's business (protocol 1.10)."""
        try:
            read_address(address, self._domain)
        except OtherDomain:
            return "550 5.1.1 Recipient rejected"
        except InvalidMailbox:
            return "550 5.1.1 Invalid mailbox"
        if len(envelope.rcpt_tos) >= MAX_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Conversation, session: Session, envelope: Envelope) -> str:  # noqa: N802 (too)
        server.recording = True
        try:
            return await asyncio.to_thread(self._take, envelope)
        finally:
            server.recording = False
            if self._stopping:
                asyncio.get_running_loop().call_later(LAST_WORDS, server.hang_up)

    async def handle_exception(self, error: Exception) -> str:
        """What aiosmtpd raises over a command that it can't read. Anybody can make it do so: one line is enough."""
        _log.warning("A command of a mail client could not be read: %s", type(error).__name__)
        return "500 5.5.2 Command not understood"

    async def _open(self, host: str, port: int) -> asyncio.Server:
        try:
            return await asyncio.get_running_loop().create_server(self._answer_call, host, port)
        except OSError as error:
            # asyncio wraps the system's words in a sentence of its own; the resolver's numbers are below zero.
            number = error.errno or 0
            raise CannotListen(os.strerror(number) if number > 0 else error.strerror) from error
        except UnicodeError as error:
            raise CannotListen("this is no host") from error

    def _answer_call(self) -> asyncio.Protocol:
        if len(self._sessions) >= MAX_SESSIONS:
            return _NoRoom()
        # Counted from now, not from its first word: many may call at the same moment.
        session = Conversation(self, self._domain)
        self._sessions.add(session)
        self._deserted.clear()
        return session

    def _take(self, envelope: Envelope) -> str:
        """Ping, in a thread of its own. Whatever may pass is told as such, so that the mail comes again."""
        assert isinstance(envelope.content, bytes)
        try:
            take_mail(
                self._house.checks,
                self._house.projects,
                domain=self._domain,
                recipients=envelope.rcpt_tos,
                sender=envelope.mail_from or "",
                message=envelope.content,
                now=self._house.clock(),
            )
        except StoreUnavailable as error:
            log_unavailable(error)
        except Busy:
            _log.warning("A mail was told to come again: too many others wrote to its check")
        except Exception:  # noqa: BLE001 (see below)
            # Mended by tomorrow, perhaps, and mail waits for days; a ping that was lost would be a false alarm.
            _log.exception("A mail could not be recorded")
        else:
            return "250 OK"
        return _LATER


class Conversation(SMTP):
    """A client's connection, and what the listener must know of it."""

    # Not every script breaks its lines where RFC 5321 says, and a mail refused for that is a false alarm.
    line_length_limit = 1024 * 1024

    def __init__(self, listener: MailListener, domain: str) -> None:
        super().__init__(
            listener,
            data_size_limit=MAX_MESSAGE,
            enable_SMTPUTF8=True,
            hostname=domain,
            ident="Tocsin",
            timeout=TIME_LIMIT,
            loop=asyncio.get_running_loop(),
        )
        self._listener = listener
        self.recording = False
        """A mail was received whole, and its answer is not out yet."""

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self._listener.left(self)

    def hang_up(self) -> None:
        """Unless an answer is due."""
        if isinstance(self.transport, asyncio.Transport) and not self.recording:
            self.transport.write(_STOPPING)
            self.transport.close()


class _NoRoom(asyncio.Protocol):
    """Sends a client away at once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(_FULL)
        transport.close()

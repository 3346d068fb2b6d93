"""One HTTP request to an address that somebody typed in: guarded, and over in a bounded time."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from threading import Thread
from typing import TypeAlias
from urllib.parse import urljoin

from msgspec import Struct
from msgspec.structs import replace

from tocsin.channels.addresses import is_numeric, is_public
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.watchdog import Watchdog
from tocsin.channels.weblinks import InvalidUrl, Link, parse

MAX_REDIRECTS = 3
TIME_LIMIT = 20.0
"""Seconds for a delivery, redirects and all: well within the half minute that a channel may take."""
CONNECT_LIMIT = 5.0
"""Seconds for one address, so that a dead one leaves time for the next."""

_REDIRECTS = (301, 302, 303, 307, 308)
_SAME_METHOD = (307, 308)
_COURTESY = 4096
_COURTESY_TIME = 0.2
_HARMLESS = ("content-type", "idempotency-key", "user-agent")
"""Headers that a redirect may carry to another server: none of them is a place for credentials."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Resolver: TypeAlias = Callable[[str], Sequence[str]]
"""Finds the numeric addresses of a host's name, best first. Raises OSError, or UnicodeError for an odd name."""
Dialer: TypeAlias = Callable[[tuple[str, int], float], socket.socket]
"""Connects to a numeric address and a port within some seconds. Raises OSError."""


class Request(Struct, frozen=True):
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None = None

    def header(self, name: str) -> str | None:
        """The value of a header, whatever its name's case."""
        return next((value for key, value in self.headers.items() if key.lower() == name), None)


def resolve(host: str) -> list[str]:
    """Ask the system. Raises OSError."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


def dial(address: tuple[str, int], seconds: float) -> socket.socket:
    """Connect by TCP. Raises OSError."""
    sock = socket.create_connection(address, seconds)
    # Head and body go out as two packets; without this the second would wait for word that the first arrived.
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return sock


def web_tls() -> ssl.SSLContext:
    """Trust what the system trusts, and speak HTTP/1.1 only."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Outbound:
    """Makes requests to public addresses only, unless `allow_private`. Any thread may call it.

    The address that was checked is the one connected to, so a name that answers differently the second time it is
    asked (DNS rebinding) gains nothing.
    """

    def __init__(
        self,
        *,
        allow_private: bool = False,
        resolver: Resolver = resolve,
        dialer: Dialer = dial,
        tls: ssl.SSLContext | None = None,
        time_limit: float = TIME_LIMIT,
    ) -> None:
        self._allow_private = allow_private
        self._resolver = resolver
        self._dialer = dialer
        self._tls = tls
        self._time_limit = time_limit

    def send(self, request: Request) -> int:
        """Return the status code at the end of the redirects. Raises DeliveryFailed (passing) and InvalidUrl."""
        with Watchdog(self._time_limit) as watchdog:
            try:
                return self._follow(request, watchdog)
            except (OSError, HTTPException) as error:
                raise DeliveryFailed(_sentence(error, watchdog)) from error

    def _follow(self, request: Request, watchdog: Watchdog) -> int:
        link = parse(request.url)
        if link.authorization and not request.header("authorization"):
            request = replace(request, headers={**request.headers, "Authorization": link.authorization})
        for _ in range(MAX_REDIRECTS + 1):
            status, location = self._exchange(link, request, watchdog)
            if status not in _REDIRECTS or not location:
                return status
            link, request = _redirected(link, request, status, location)
        raise DeliveryFailed("Too many redirects")

    def _exchange(self, link: Link, request: Request, watchdog: Watchdog) -> tuple[int, str | None]:
        with ExitStack() as stack:
            sock = self._connected(link, watchdog)
            stack.enter_context(watchdog.owning(sock))
            if link.scheme == "https":
                secure = self._wrap(sock, link)
                stack.enter_context(watchdog.owning(secure))
                secure.do_handshake()
                sock = secure
            connection = HTTPConnection(link.host, link.port)
            connection.sock = sock
            _write(connection, link, request)
            with connection.getresponse() as response:
                watchdog.left()  # headers that were cut short pass for complete ones
                _hear_out(sock, response)
                return response.status, response.headers.get("Location")

    def _wrap(self, sock: socket.socket, link: Link) -> ssl.SSLSocket:
        # Made once, at the first need: reading the system's certificates takes tens of milliseconds.
        self._tls = self._tls or web_tls()
        host = link.host.removesuffix(".")
        sock.getpeername()  # raises if the peer has gone already: wrap_socket() would, and leave a socket open
        return self._tls.wrap_socket(sock, server_hostname=host, do_handshake_on_connect=False)

    def _connected(self, link: Link, watchdog: Watchdog) -> socket.socket:
        failure: OSError = socket.gaierror(f"no address of {link.host}")
        for address in self._addresses(link.host, watchdog):
            try:
                return self._dialer((address, link.port), watchdog.left(CONNECT_LIMIT))
            except OSError as error:
                failure = error
        raise failure

    def _addresses(self, host: str, watchdog: Watchdog) -> Sequence[str]:
        found = [host] if is_numeric(host) else self._resolved(host, watchdog)
        if self._allow_private:
            return found
        public = [address for address in found if is_public(address)]
        if found and not public:
            # Passing, though it seldom passes: names get mended and operators change their mind about private
            # targets, while a channel that was switched off over a slip of DNS would keep silent for good.
            raise DeliveryFailed("Connections to private IP addresses are not allowed")
        return public

    def _resolved(self, host: str, watchdog: Watchdog) -> Sequence[str]:
        """Resolve in a thread that can be left behind: nothing can interrupt the system's resolver."""
        answer: Future[Sequence[str]] = Future()
        Thread(target=_look_up, args=(self._resolver, host, answer), daemon=True).start()
        try:
            return answer.result(watchdog.left())
        except (TimeoutError, UnicodeError):
            raise socket.gaierror(f"no answer about {host}") from None


def _look_up(resolver: Resolver, host: str, answer: Future[Sequence[str]]) -> None:
    try:
        answer.set_result(resolver(host))
    except (OSError, UnicodeError) as error:
        answer.set_exception(error)


def _write(connection: HTTPConnection, link: Link, request: Request) -> None:
    connection.putrequest(request.method, link.target, skip_host=True, skip_accept_encoding=True)
    if request.header("host") is None:
        connection.putheader("Host", link.authority)
    for name, value in request.headers.items():
        connection.putheader(name, header_text(value))
    if request.body is not None:
        connection.putheader("Content-Length", str(len(request.body)))
    connection.putheader("Connection", "close")
    connection.endheaders(request.body)


def header_text(value: str) -> bytes:
    """One line, whatever the value: control characters become spaces, and what latin-1 lacks XML references."""
    return _CONTROL.sub(" ", value).strip().encode("latin-1", "xmlcharrefreplace")


def _hear_out(sock: socket.socket, response: HTTPResponse) -> None:
    """Take the beginning of a body that is there already: hanging up on it shows as an error in receivers' logs."""
    with suppress(OSError, HTTPException):
        sock.settimeout(_COURTESY_TIME)
        response.read1(_COURTESY)


def _redirected(link: Link, request: Request, status: int, location: str) -> tuple[Link, Request]:
    """The next request, which has no body unless its status says so, and no secrets for another server."""
    try:
        # Header text is bytes in disguise; those of a URL are UTF-8.
        url = urljoin(request.url, location.encode("latin-1").decode(errors="replace"))
        target = parse(url)
    except (ValueError, InvalidUrl):
        raise DeliveryFailed("Redirected to an invalid URL") from None
    again = replace(request, url=url) if status in _SAME_METHOD else Request("GET", url, _without_body(request))
    if link.trusts(target):
        return target, again
    headers = {name: value for name, value in again.headers.items() if name.lower() in _HARMLESS}
    return target, replace(again, headers=headers)


def _without_body(request: Request) -> dict[str, str]:
    return {name: value for name, value in request.headers.items() if not name.lower().startswith("content-")}


def _sentence(error: OSError | HTTPException, watchdog: Watchdog) -> str:
    if watchdog.bitten or isinstance(error, TimeoutError):
        return "Connection timed out"
    if isinstance(error, ssl.SSLError):
        return "TLS handshake failed"
    if isinstance(error, socket.gaierror):
        return "Could not resolve host"
    return "Connection failed"

"""Servers on the loopback interface for channels to call, and certificates for them."""

from __future__ import annotations

import ipaddress
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

PUBLIC = "93.184.215.14"
"""An address that counts as public. Nothing ever connects to it: `Receiver.dial` leads elsewhere."""


@dataclass
class Call:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@dataclass
class Answer:
    status: int = 200
    location: str = ""
    body: bytes = b"thanks"


@dataclass
class Receiver:
    """An HTTP server that notes each call and gives scripted answers by path, 200 otherwise."""

    port: int = 0
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, Answer] = field(default_factory=dict)
    dialled: list[tuple[str, int]] = field(default_factory=list)
    on_call: Callable[[Call], object] = lambda call: None

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def dial(self, address: tuple[str, int], seconds: float) -> socket.socket:
        """Stand in for the Internet: note where a connection was meant to go, and lead it here."""
        self.dialled.append(address)
        return socket.create_connection(("127.0.0.1", self.port), seconds)

    @property
    def call(self) -> Call:
        (only,) = self.calls
        return only


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            receiver.calls.append(call := Call(self.command, self.path, self.headers.items(), body))
            receiver.on_call(call)
            answer = receiver.answers.get(self.path, Answer())
            self.send_response(answer.status)
            if answer.location:
                self.send_header("Location", answer.location)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_PUT = do_POST

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # closing the server waits for its threads, so that none outlives the test


@contextmanager
def serving(receiver: Receiver, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Run an HTTP server."""
    with _Server(("127.0.0.1", 0), _handler(receiver)) as server:
        receiver.port = server.server_address[1]
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()


Manners: TypeAlias = Callable[[socket.socket], None]


@contextmanager
def peer(manners: Manners) -> Iterator[int]:
    """A server of any manners, for one connection. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            listener.settimeout(5)
            try:
                with listener.accept()[0] as sock:
                    sock.settimeout(5)
                    manners(sock)
            except OSError:
                pass  # the test is over, or its client hung up

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join()


@dataclass
class Drip:
    """Sends one byte every few milliseconds until the other side hangs up, or for two seconds."""

    start: bytes
    ran_out: bool = False
    """The other side waited to the end."""

    def __call__(self, sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(self.start)
        for _ in range(400):
            if select.select([sock], [], [], 0.005)[0] and not sock.recv(65536):
                return
            sock.sendall(b"a")
        self.ran_out = True


def say(answer: bytes) -> Manners:
    """Send this, whatever is asked, and hang up."""

    def manners(sock: socket.socket) -> None:
        sock.recv(65536)
        sock.sendall(answer)

    return manners


def closed_port() -> int:
    """A port on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


class Authority:
    """A certificate authority that exists for one test run."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "A test's authority")])
        self._certificate = _signed(self._name, self._key, self._name, self._key, [], ca=True)

    def trusting(self) -> ssl.SSLContext:
        """For clients."""
        pem = self._certificate.public_bytes(serialization.Encoding.PEM).decode()
        return ssl.create_default_context(cadata=pem)

    def serving(self, host: str, folder: Path) -> ssl.SSLContext:
        """For a server named `host`, a DNS name or an address. Its key is kept in `folder`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
        certificate = _signed(name, key, self._name, self._key, [_general_name(host)], ca=False)
        file = folder / f"{host.replace(':', '-')}.pem"
        file.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _usage(*, ca: bool) -> x509.KeyUsage:
    others = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    unused = dict.fromkeys((*others, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **unused)


def _signed(
    name: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    hosts: list[x509.GeneralName],
    *,
    ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        # Python 3.13 is strict about RFC 5280: an authority says what its key may do, a certificate whose key signed.
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())

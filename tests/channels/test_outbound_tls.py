"""Requests over TLS: the certificate must be for the host that the owner named."""

from __future__ import annotations

import gc
import select
import socket
import ssl
import struct
from pathlib import Path

import pytest

from tests.channels.notices import failing
from tests.channels.receivers import PUBLIC, Authority, Drip, Manners, Receiver, peer, serving
from tocsin.channels.outbound import Outbound, Request, web_tls


def _outbound(tls: ssl.SSLContext | None, time_limit: float = 5) -> Outbound:
    return Outbound(allow_private=True, resolver=lambda host: ["127.0.0.1"], tls=tls, time_limit=time_limit)


def _post(url: str, outbound: Outbound) -> int:
    return outbound.send(Request("POST", url, {}, b"text"))


@pytest.mark.parametrize("host", ["hooks.example", "127.0.0.1"])
def test_outbound_trusts_the_right_certificate(authority: Authority, tmp_path: Path, host: str) -> None:
    """A certificate for the host, signed by an authority that the system trusts, is good: name or address."""
    with serving(Receiver(), authority.serving(host, tmp_path)) as receiver:
        assert _post(f"https://{host}:{receiver.port}/", _outbound(authority.trusting())) == 200
        assert receiver.call.body == b"text"


def test_outbound_names_the_host_without_its_final_dot(authority: Authority, tmp_path: Path) -> None:
    """The dot that ends a full name is no part of the name in a certificate."""
    with serving(Receiver(), authority.serving("hooks.example", tmp_path)) as receiver:
        assert _post(f"https://hooks.example.:{receiver.port}/", _outbound(authority.trusting())) == 200


@pytest.mark.parametrize("host", ["other.example", "127.0.0.1"])
def test_outbound_refuses_the_certificate_of_another_host(authority: Authority, tmp_path: Path, host: str) -> None:
    """A certificate for another name or address is no proof, and nothing is sent."""
    with serving(Receiver(), authority.serving("hooks.example", tmp_path)) as receiver:
        with failing("TLS handshake failed"):
            _post(f"https://{host}:{receiver.port}/", _outbound(authority.trusting()))
        assert receiver.calls == []


@pytest.mark.parametrize("tls", [None, web_tls()], ids=["default", "web_tls"])
def test_outbound_refuses_an_unknown_authority(
    authority: Authority, tmp_path: Path, tls: ssl.SSLContext | None
) -> None:
    """By default only the authorities of the system count."""
    with serving(Receiver(), authority.serving("hooks.example", tmp_path)) as receiver:
        with failing("TLS handshake failed"):
            _post(f"https://hooks.example:{receiver.port}/", _outbound(tls))
        assert receiver.calls == []


def test_outbound_fails_if_the_receiver_speaks_no_tls(receiver: Receiver) -> None:
    """An http port called by https fails in the handshake."""
    with failing("TLS handshake failed"):
        _post(f"https://hooks.example:{receiver.port}/", _outbound(None))


def _silent(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass


def _secretly(manners: Manners, context: ssl.SSLContext) -> Manners:
    def secret_manners(sock: socket.socket) -> None:
        with context.wrap_socket(sock, server_side=True) as secure:
            manners(secure)

    return secret_manners


def test_outbound_does_not_wait_for_a_handshake() -> None:
    """A receiver that never answers the greeting is given up in time."""
    with peer(_silent) as port, failing("Connection timed out"):
        _post(f"https://hooks.example:{port}/", _outbound(None, time_limit=0.2))


def test_outbound_does_not_wait_for_a_dripping_handshake() -> None:
    """One byte of a handshake at a time does not hold a thread."""
    drip = Drip(b"\x16\x03\x03\x40\x00")
    with peer(drip) as port, failing("Connection timed out"):
        _post(f"https://hooks.example:{port}/", _outbound(None, time_limit=0.2))
    assert not drip.ran_out


def test_outbound_does_not_wait_for_a_dripping_receiver_over_tls(authority: Authority, tmp_path: Path) -> None:
    """The time limit holds under encryption as well."""
    drip = Drip(b"HTTP/1.1 200 OK\r\nX: ")
    with peer(_secretly(drip, authority.serving("hooks.example", tmp_path))) as port, failing("Connection timed out"):
        _post(f"https://hooks.example:{port}/", _outbound(authority.trusting(), time_limit=0.3))
    assert not drip.ran_out


def test_outbound_leaves_no_socket_behind_if_the_receiver_resets() -> None:
    """A connection that is reset before the handshake fails like any other, and its socket is closed."""

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            sock = socket.create_connection(listener.getsockname(), seconds)
            with listener.accept()[0] as accepted:
                accepted.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        select.select([sock], [], [])
        return sock

    outbound = Outbound(resolver=lambda host: [PUBLIC], dialer=dial)
    with failing("Connection failed"):
        _post("https://hooks.example/", outbound)
    gc.collect()  # a socket left open would be found now, and its warning is an error

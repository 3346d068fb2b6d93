"""Requests to receivers: redirects, and receivers that misbehave."""

from __future__ import annotations

import socket
import threading

import pytest

from tests.channels.notices import failing
from tests.channels.receivers import Answer, Call, Drip, Receiver, closed_port, peer, say, serving
from tocsin.channels.outbound import Outbound, Request, Resolver

LOCAL = Outbound(allow_private=True)
IMPATIENT = Outbound(allow_private=True, time_limit=0.3)
HEADERS = {"Authorization": "Bearer 1", "X-Secret": "2", "Content-Type": "text/plain", "User-Agent": "Tocsin"}


def _post(url: str, outbound: Outbound = LOCAL) -> int:
    return outbound.send(Request("POST", url, HEADERS, b"text"))


def _shown(call: Call) -> dict[str, str]:
    return {name: value for name, value in call.headers if name in HEADERS}


@pytest.mark.parametrize("status", [307, 308])
def test_redirect_keeps_method_and_body(receiver: Receiver, status: int) -> None:
    """307 and 308 say: the same request, over there."""
    receiver.answers["/"] = Answer(status, location="/there?a=1")
    assert _post(receiver.url()) == 200
    last = receiver.calls[-1]
    assert (last.method, last.path, last.body, _shown(last)) == ("POST", "/there?a=1", b"text", HEADERS)


@pytest.mark.parametrize("status", [301, 302, 303])
def test_redirect_turns_into_get(receiver: Receiver, status: int) -> None:
    """The older redirects are followed as every browser does, by GET without a body or word of one."""
    receiver.answers["/a/b"] = Answer(status, location="c")
    assert _post(receiver.url("/a/b")) == 200
    last = receiver.calls[-1]
    assert (last.method, last.path, last.body) == ("GET", "/a/c", b"")
    assert _shown(last) == {name: value for name, value in HEADERS.items() if name != "Content-Type"}


@pytest.mark.parametrize("status", [302, 307])
def test_redirect_to_another_server_drops_secrets(receiver: Receiver, status: int) -> None:
    """Authorization and the owner's own headers are for the server that they were set for."""
    with serving(Receiver()) as other:
        receiver.answers["/"] = Answer(status, location=other.url("/x"))
        assert _post(receiver.url(host="user:pass@127.0.0.1")) == 200
        assert set(_shown(other.call)) <= {"Content-Type", "User-Agent"}
        assert other.call.header("Host") == f"127.0.0.1:{other.port}"


def test_redirect_to_another_name_of_the_server_drops_secrets(receiver: Receiver) -> None:
    """Servers are told apart by name: who answers to a second one is unknown."""
    receiver.answers["/"] = Answer(307, location=receiver.url("/x", host="localhost"))
    outbound = Outbound(allow_private=True, resolver=lambda host: ["127.0.0.1"])
    assert _post(receiver.url(), outbound) == 200
    assert receiver.calls[-1].header("Authorization") is None


def test_redirect_keeps_userinfo_on_the_same_server(receiver: Receiver) -> None:
    """A server that sends its caller elsewhere on itself, by a whole URL, still knows who calls."""
    receiver.answers["/"] = Answer(302, location=receiver.url("/x"))
    LOCAL.send(Request("GET", receiver.url(host="user:pass@127.0.0.1"), {}))
    assert [call.header("Authorization") for call in receiver.calls] == ["Basic dXNlcjpwYXNz"] * 2


def test_redirects_end_after_three(receiver: Receiver) -> None:
    """Three redirects are followed, a fourth is a loop."""
    for n in range(4):
        receiver.answers[f"/{n}"] = Answer(302, location=f"/{n + 1}")
    assert _post(receiver.url("/1")) == 200
    with failing("Too many redirects"):
        _post(receiver.url("/0"))
    assert len(receiver.calls) == 8


def test_redirect_without_a_location_is_an_answer(receiver: Receiver) -> None:
    """There is nowhere to go, so its status is the outcome."""
    receiver.answers["/"] = Answer(302)
    assert _post(receiver.url()) == 302


@pytest.mark.parametrize("location", ["ftp://example.com/", "http://[::1", "http://a b/", "http://example.com:0/"])
def test_redirect_to_nonsense_fails(receiver: Receiver, location: str) -> None:
    """A redirect leads to http or https, or nowhere."""
    receiver.answers["/"] = Answer(302, location=location)
    with failing("Redirected to an invalid URL"):
        _post(receiver.url())


def test_redirect_reads_its_location_as_utf8() -> None:
    """Many servers send a path's letters as bare UTF-8."""
    answers = iter([b"HTTP/1.1 302 Found\r\nLocation: /\xc3\xbc\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n"])
    heard: list[bytes] = []

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        here, there = socket.socketpair()
        there.sendall(next(answers))
        there.shutdown(socket.SHUT_WR)
        peers.append(there)
        return here

    peers: list[socket.socket] = []
    assert Outbound(dialer=dial).send(Request("GET", "http://8.8.8.8/", {})) == 200
    for there in peers:
        with there, there.makefile("rb") as stream:
            heard.append(stream.readline())
    assert heard == [b"GET / HTTP/1.1\r\n", b"GET /%C3%BC HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    "start",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 3"],
    ids=["status line", "header", "after continue", "status"],
)
def test_outbound_does_not_wait_for_a_dripping_receiver(start: bytes) -> None:
    """One byte at a time keeps a socket's own time-out from ever ending; the time limit ends it."""
    drip = Drip(start)
    with peer(drip) as port, failing("Connection timed out"):
        _post(f"http://127.0.0.1:{port}/", IMPATIENT)
    assert not drip.ran_out


def test_outbound_does_not_wait_for_a_silent_receiver() -> None:
    """A receiver that accepts and says nothing is given up."""
    with peer(_until_hung_up) as port, failing("Connection timed out"):
        _post(f"http://127.0.0.1:{port}/", IMPATIENT)


def test_outbound_does_not_wait_for_a_long_body() -> None:
    """The status decides; a body that drips on for ever changes nothing."""
    drip = Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    with peer(drip) as port:
        assert _post(f"http://127.0.0.1:{port}/", IMPATIENT) == 200
    assert not drip.ran_out


def test_outbound_does_not_wait_for_a_withheld_body() -> None:
    """A body that was announced and never comes changes nothing either."""

    def manners(sock: socket.socket) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        _until_hung_up(sock)

    with peer(manners) as port:
        assert _post(f"http://127.0.0.1:{port}/") == 200


def test_outbound_time_limit_spans_redirects() -> None:
    """A chain of redirects has no more time than a single answer."""
    with peer(Drip(b"HTTP/1.1 200 OK\r\nX: ")) as slow:
        redirect = f"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:{slow}/\r\n\r\n".encode()
        with peer(say(redirect)) as first, failing("Connection timed out"):
            _post(f"http://127.0.0.1:{first}/", IMPATIENT)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 abc OK\r\n\r\n"])
def test_outbound_fails_if_the_receiver_makes_no_sense(answer: bytes) -> None:
    """Hanging up early, and speaking another protocol, are failed connections."""
    with peer(say(answer)) as port, failing("Connection failed"):
        _post(f"http://127.0.0.1:{port}/")


def test_outbound_fails_if_nobody_listens() -> None:
    """A refused connection is told as such."""
    with failing("Connection failed"):
        _post(f"http://127.0.0.1:{closed_port()}/")


def test_outbound_tries_the_next_address(receiver: Receiver) -> None:
    """A name with several addresses is reached by the first that answers, in their order."""
    tried: list[str] = []

    def dial(address: tuple[str, int], seconds: float) -> socket.socket:
        tried.append(address[0])
        if len(tried) < 3:
            raise ConnectionRefusedError
        return receiver.dial(address, seconds)

    outbound = Outbound(resolver=lambda host: ["8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1"], dialer=dial)
    assert _post("http://example.com/", outbound) == 200
    assert tried == ["8.8.8.8", "8.8.4.4", "1.1.1.1"]


def test_outbound_reaches_ipv6_addresses() -> None:
    """An address in brackets needs no resolving, and is named with its brackets."""
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as listener:
        heard: list[bytes] = []

        def serve() -> None:
            with listener.accept()[0] as sock:
                heard.append(sock.recv(65536))
                sock.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        port = listener.getsockname()[1]
        assert LOCAL.send(Request("GET", f"http://[::1]:{port}/", {})) == 204
        thread.join()
    assert f"Host: [::1]:{port}\r\n".encode() in heard[0]


def test_outbound_fails_if_the_name_is_unknown() -> None:
    """A host that nobody knows, or that has no address, can't be resolved."""

    def unknown(host: str) -> list[str]:
        raise socket.gaierror

    resolvers: tuple[Resolver, ...] = (unknown, lambda host: [])
    for resolver in resolvers:
        with failing("Could not resolve host"):
            _post("http://example.com/", Outbound(resolver=resolver))


def test_outbound_does_not_wait_for_a_stuck_resolver() -> None:
    """Nothing can interrupt the system's resolver, so it is left behind."""
    release = threading.Event()
    asked = threading.Event()

    def stuck(host: str) -> list[str]:
        asked.set()
        release.wait(5)
        return []

    with failing("Could not resolve host"):
        _post("http://example.com/", Outbound(resolver=stuck, time_limit=0.1))
    assert asked.is_set()
    release.set()


def _until_hung_up(sock: socket.socket) -> None:
    while sock.recv(65536):
        pass

"""Requests go to the Internet only, unless the operator says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tests.channels.notices import failing
from tests.channels.receivers import PUBLIC, Answer, Receiver
from tocsin.channels.outbound import Outbound, Request, resolve
from tocsin.channels.port import DeliveryFailed

REFUSED = "Connections to private IP addresses are not allowed"


class Names:
    """A resolver whose answers are scripted, one after another; the last one stays."""

    def __init__(self, **answers: Sequence[str]) -> None:
        self.asked: list[str] = []
        self._answers: dict[str, Iterator[str]] = {name: iter(found) for name, found in answers.items()}

    def __call__(self, host: str) -> list[str]:
        self.asked.append(host)
        return next(self._answers[host.removesuffix(".example")]).split()


def _get(url: str, outbound: Outbound) -> int:
    return outbound.send(Request("GET", url, {}))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "[fd00:ec2::254]"]
)
def test_outbound_refuses_private_addresses(receiver: Receiver, host: str) -> None:
    """An address in the URL itself is refused before anything connects; it may be allowed one day, so it passes."""
    outbound = Outbound(dialer=receiver.dial)
    with failing(REFUSED):
        _get(f"http://{host}/", outbound)
    assert receiver.dialled == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f.1", "localhost", "127.0.0.1.", "①27.0.0.1"])
def test_outbound_refuses_other_spellings_of_loopback(receiver: Receiver, host: str) -> None:
    """Whatever the system's resolver makes of a host is what is judged."""
    with pytest.raises(DeliveryFailed, match=f"{REFUSED}|Could not resolve host"):
        _get(f"http://{host}/", Outbound(resolver=resolve, dialer=receiver.dial))
    assert receiver.dialled == []


def test_outbound_refuses_names_of_private_addresses(receiver: Receiver) -> None:
    """A public name may have a private address."""
    outbound = Outbound(resolver=Names(inner=["10.0.0.7 ::1"]), dialer=receiver.dial)
    with failing(REFUSED):
        _get("http://inner.example/", outbound)
    assert receiver.dialled == []


def test_outbound_skips_the_private_addresses_of_a_mixed_name(receiver: Receiver) -> None:
    """Of several addresses only the public ones are tried."""
    outbound = Outbound(resolver=Names(mixed=[f"127.0.0.1 {PUBLIC} 10.0.0.1"]), dialer=receiver.dial)
    assert _get("http://mixed.example/", outbound) == 200
    assert receiver.dialled == [(PUBLIC, 80)]


def test_outbound_connects_to_the_address_that_it_checked(receiver: Receiver) -> None:
    """A name that is public when checked and private a moment later (DNS rebinding) is asked once only."""
    names = Names(rebinding=[PUBLIC, "127.0.0.1"])
    assert _get("http://rebinding.example/", Outbound(resolver=names, dialer=receiver.dial)) == 200
    assert receiver.dialled == [(PUBLIC, 80)]
    assert names.asked == ["rebinding.example"]


@pytest.mark.parametrize("location", ["http://127.0.0.1/", "http://[::1]/", "http://inner.example/"])
def test_redirect_to_a_private_address_is_refused(receiver: Receiver, location: str) -> None:
    """Each redirect is checked like the first request."""
    receiver.answers["/"] = Answer(302, location=location)
    outbound = Outbound(resolver=Names(outer=[PUBLIC], inner=["192.168.0.1"]), dialer=receiver.dial)
    with failing(REFUSED):
        _get("http://outer.example/", outbound)
    assert receiver.dialled == [(PUBLIC, 80)]


def test_redirect_on_the_same_name_is_checked_again(receiver: Receiver) -> None:
    """A name that turned private between two requests is refused at the second."""
    receiver.answers["/"] = Answer(302, location="/next")
    outbound = Outbound(resolver=Names(rebinding=[PUBLIC, "127.0.0.1"]), dialer=receiver.dial)
    with failing(REFUSED):
        _get("http://rebinding.example/", outbound)
    assert [call.path for call in receiver.calls] == ["/"]


def test_outbound_reaches_private_addresses_if_allowed(receiver: Receiver) -> None:
    """An operator whose receivers stand beside Tocsin may allow it."""
    assert _get(receiver.url(), Outbound(allow_private=True)) == 200
    outbound = Outbound(allow_private=True, resolver=Names(inner=["127.0.0.1"]))
    assert _get(receiver.url(host="inner.example"), outbound) == 200

"""Token buckets in the table: so many at once, and one more each time that a part of the period has passed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.conftest import Engine
from tests.fakes import Clock
from tocsin.house import House
from tocsin.services.rate_limits import Limit, TooMany, mailbox_of, network_of

SIX = Limit("six", 6, timedelta(hours=1))


def taken(house: House, times: int, key: str = "me") -> int:
    """How many of so many attempts pass."""
    passed = 0
    for _ in range(times):
        try:
            house.rate_limits.take(SIX, key)
            passed += 1
        except TooMany:
            pass
    return passed


def test_limit_lets_so_many_through_and_then_one_each_part(house: House, clock: Clock) -> None:
    """The bucket fills up while nobody asks, and holds no more than its most."""
    assert taken(house, 8) == 6
    clock.advance(minutes=10)
    assert taken(house, 3) == 1
    clock.advance(minutes=25)
    assert taken(house, 5) == 2
    clock.advance(days=3)
    assert taken(house, 9) == 6


def test_limit_says_when_to_try_again(house: House, clock: Clock) -> None:
    """Neither sooner nor later than it works."""
    taken(house, 6)
    clock.advance(minutes=4)
    with pytest.raises(TooMany) as refusal:
        house.rate_limits.take(SIX, "me")
    assert refusal.value.retry_after == timedelta(minutes=6)

    clock.now += refusal.value.retry_after
    assert taken(house, 2) == 1


def test_limit_counts_each_key_and_each_limit_by_itself(house: House) -> None:
    """Somebody else's attempts are no obstacle."""
    taken(house, 6)
    assert taken(house, 1, "you") == 1
    house.rate_limits.take(Limit("other", 6, timedelta(hours=1)), "me")


def test_what_is_given_back_can_be_taken_again(house: House, clock: Clock) -> None:
    """As often as it was taken, and no oftener; what nobody took, or was full again long ago, gains nothing."""
    house.rate_limits.give_back(SIX, "me")
    taken(house, 6)
    house.rate_limits.give_back(SIX, "me")
    house.rate_limits.give_back(SIX, "me")
    assert taken(house, 6) == 2
    clock.advance(days=1)
    house.rate_limits.give_back(SIX, "me")
    assert taken(house, 9) == 6


def test_limit_holds_for_many_at_once(house: House, engine: Engine) -> None:
    """Threads that ask at the same moment get no more out of it than one would."""
    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda _: taken(house, 3), range(4))) == 6


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("203.0.113.5:4711", "203.0.113.5"),
        ("[2001:db8:1:2::9]:80", "2001:db8:1:2::/64"),
        ("[::1]", "::/64"),
        ("", ""),
        ("unix:", "unix:"),
    ],
)
def test_network_of_an_address(address: str, network: str) -> None:
    """Whoever has one IPv6 address has a whole /64 to try from."""
    assert network_of(address) == network


@pytest.mark.parametrize("domain", ["ｅxample.org", "exＡmple.org", "example。org", "ⅇxample.org", "EXAMPLE.org"])
def test_mailbox_of_a_domain_in_other_letters(domain: str) -> None:
    """Mail goes to what they mean."""
    assert mailbox_of(f"me@{domain}") == "me@example.org"


def test_mailbox_of_an_address() -> None:
    """What leads to the same mailbox is counted together."""
    same = {mailbox_of(each) for each in ("a.b@x.org", "AB@x.org", " ab+1@X.org", "a.b+2+3@x.org")}
    assert same == {"ab@x.org"}
    assert mailbox_of("ab@y.org") != "ab@x.org"

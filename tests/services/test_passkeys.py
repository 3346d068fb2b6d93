"""Passkeys: what an authenticator answers is taken once, and only if all of it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from app import open_store
from tests.authenticator import Authenticator
from tests.fakes import START
from tocsin.services import passkeys
from tocsin.services.passkey_party import party_of
from tocsin.services.passkeys import Answered, Copied, NotProven
from tocsin.stores.accounts import User
from tocsin.stores.factors import Factors, Passkey, put_passkey

PARTY = party_of("http://localhost/under/a/path", name="Tocsin")
ALICE = User("5b1d0f7e-4a53-4a6f-9d0c-2f6a2f1f3f10", "alice@example.org", START)
BOB = User("c0a8012e-0b4f-4f0e-8f0a-3a1f5b7c9d20", "bob@example.org", START)


@pytest.fixture
def factors(tmp_path: Path) -> Iterator[Factors]:
    table = open_store(f"sqlite://{tmp_path / 'tocsin.sqlite3'}")
    yield Factors(table)
    table.close()  # type: ignore[attr-defined]


def enrolled(factors: Factors, device: Authenticator, user: User = ALICE) -> Passkey:
    options, question = passkeys.ask_for_new(PARTY, user=user, known=[], now=START)
    answer = device.create(options)
    made = passkeys.read_new(factors, PARTY, question=question, answer=answer, name="Laptop", now=START)
    factors.table.put(put_passkey(user.id, made))
    return made


def answered(factors: Factors, device: Authenticator, user: User | None = None, *known: Passkey) -> Answered:
    options, question = passkeys.ask(PARTY, user=user, known=known, now=START)
    return passkeys.check(factors, PARTY, question=question, answer=device.get(options), now=START)


def test_passkey_alone_tells_who_it_is(factors: Factors) -> None:
    """Nobody typed anything: the browser offers what it has, and the answer names its user."""
    device = Authenticator()
    made = enrolled(factors, device)
    options, _ = passkeys.ask(PARTY, now=START)
    assert "allowCredentials" not in options
    assert (options["userVerification"], options["rpId"]) == ("required", "localhost")
    assert made.alone
    assert made.transports == {"internal"}

    told = answered(factors, device)

    assert (told.user, told.passkey.name) == (ALICE.id, "Laptop")
    kept = factors.passkey(ALICE.id, made.id)
    assert kept is not None
    assert kept.used == START


def test_second_step_asks_for_the_users_own_passkeys(factors: Factors) -> None:
    """Also for one that asks for no PIN: something was known already."""
    device = Authenticator(verifies=False)
    made = enrolled(factors, device)
    options, _ = passkeys.ask(PARTY, user=ALICE, known=[made], now=START)
    assert [each["transports"] for each in options["allowCredentials"]] == [["internal"]]
    assert answered(factors, device, ALICE, made).user == ALICE.id
    assert not made.alone


def test_passkey_without_a_pin_is_not_both_steps(factors: Factors) -> None:
    """Whoever found the key on the street would be in."""
    device = Authenticator(verifies=False)
    enrolled(factors, device)
    with pytest.raises(NotProven):
        answered(factors, device)


def test_devices_make_no_second_passkey_for_one_user(factors: Factors) -> None:
    """They are told which there are."""
    made = enrolled(factors, Authenticator())
    options, _ = passkeys.ask_for_new(PARTY, user=ALICE, known=[made], now=START)
    assert len(options["excludeCredentials"]) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"origin": "http://localhost:8080"},
        {"origin": "https://evil.example.org"},
        {"origin": "http://sub.localhost"},
        {"party": "example.org"},
        {"cross_origin": True},
        {"credential": b"of nobody's"},
        {"user_handle": "AAAA"},
        {"user_handle": "wKgBLgtPTw-PCjofW3ydIA"},
    ],
    ids=lambda odd: str(odd)[:40],
)
def test_answers_from_elsewhere_are_refused(factors: Factors, odd: dict[str, Any]) -> None:
    """Another page, another site, a frame, another key, nobody, somebody else: each by itself."""
    device = Authenticator()
    enrolled(factors, device)
    for name, value in odd.items():
        setattr(device, name, value)
    with pytest.raises(NotProven):
        answered(factors, device)


def test_signature_of_another_key_is_refused(factors: Factors) -> None:
    """To know a credential's id is not to have it."""
    device = Authenticator()
    enrolled(factors, device)
    device.key = Authenticator().key
    with pytest.raises(NotProven):
        answered(factors, device)


def test_new_passkeys_come_from_our_own_page(factors: Factors) -> None:
    """Or another site could put one of its own beside the user's."""
    for odd in ({"origin": "https://evil.example.org"}, {"party": "example.org"}, {"cross_origin": True}):
        with pytest.raises(NotProven):
            enrolled(factors, Authenticator(**odd))


def test_an_answer_is_good_once_and_for_five_minutes(factors: Factors) -> None:
    """A copy of the cookie that holds the question, and of the answer, is worth nothing."""
    device = Authenticator()
    enrolled(factors, device)
    options, question = passkeys.ask(PARTY, now=START)
    answer = device.get(options)
    with pytest.raises(NotProven, match="five minutes"):
        passkeys.check(factors, PARTY, question=question, answer=answer, now=START + timedelta(minutes=5, seconds=2))
    passkeys.check(factors, PARTY, question=question, answer=answer, now=START)
    with pytest.raises(NotProven, match="twice"):
        passkeys.check(factors, PARTY, question=question, answer=answer, now=START)


def test_answer_to_another_question_is_refused(factors: Factors) -> None:
    """Such as one that was recorded yesterday."""
    device = Authenticator()
    enrolled(factors, device)
    _, question = passkeys.ask(PARTY, now=START)
    earlier, _ = passkeys.ask(PARTY, now=START)
    with pytest.raises(NotProven):
        passkeys.check(factors, PARTY, question=question, answer=device.get(earlier), now=START)


def test_second_step_of_one_user_takes_no_passkey_of_another(factors: Factors) -> None:
    """Whoever knows Alice's password has a passkey too, but their own."""
    device = Authenticator()
    enrolled(factors, device, BOB)
    options, question = passkeys.ask(PARTY, user=ALICE, known=[], now=START)
    with pytest.raises(NotProven, match="not known here"):
        passkeys.check(factors, PARTY, question=question, answer=device.get(options), now=START)


def test_a_copy_is_noticed_by_its_count(factors: Factors) -> None:
    """Of two that count, the one behind gives the copy away; it does not matter which of them it is."""
    device = Authenticator(counts=True)
    enrolled(factors, device)
    copy = Authenticator(**vars(device))
    answered(factors, device)
    answered(factors, device)
    with pytest.raises(Copied) as caught:
        answered(factors, copy)
    assert (caught.value.user_id, caught.value.name) == (ALICE.id, "Laptop")


def test_two_uses_at_once_are_not_both_taken(factors: Factors, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one finds another count than it has read."""
    device = Authenticator(counts=True)
    made = enrolled(factors, device)
    device.count += 1
    read = Factors.passkey

    def late(self: Factors, user_id: str, passkey_id: str) -> Passkey | None:
        found = read(self, user_id, passkey_id)
        factors.use_passkey(user_id, made, count=9, at=START)
        return found

    monkeypatch.setattr(Factors, "passkey", late)
    with pytest.raises(NotProven, match="same moment"):
        answered(factors, device)


def test_nonsense_is_refused_with_a_sentence(factors: Factors) -> None:
    """Whatever is cut out of an answer, or put in its place."""
    device = Authenticator()
    enrolled(factors, device)
    options, _ = passkeys.ask(PARTY, now=START)
    whole = json.loads(device.get(options))
    response = whole["response"]
    instead: list[object] = [None, 7, "", "AA", "é", {}]
    odd: list[object] = [None, 7, [], {}, "x", *({**whole, "rawId": each} for each in instead)]
    odd += [{**whole, "response": {**response, name: each}} for name in response for each in instead]
    for each in (*map(json.dumps, odd), "", "{", "[" * 50_000, "x" * 30_000):
        _, question = passkeys.ask(PARTY, now=START)
        with pytest.raises(NotProven, match=r"\.$"):
            passkeys.check(factors, PARTY, question=question, answer=each, now=START)
        with pytest.raises(NotProven, match=r"\.$"):
            passkeys.read_new(
                factors,
                PARTY,
                question=replace(question, challenge=question.challenge[::-1]),
                answer=each,
                name="",
                now=START,
            )


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        ("https://tocsin.example.org/bells", True),
        ("http://localhost:5000", True),
        ("https://localhost", True),
        ("http://tocsin.example.org", False),
        ("http://127.0.0.1:5000", False),
        ("https://192.0.2.7", False),
        ("https://[2001:db8::7]:8443", False),
    ],
)
def test_where_browsers_make_passkeys(address: str, usable: bool) -> None:
    """For names, and over HTTPS, but for this machine."""
    assert party_of(address, name="Tocsin").usable is usable

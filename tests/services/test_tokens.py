"""Links in mails: for one purpose, once, and for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.fakes import Clock
from tocsin.house import House
from tocsin.services import tokens
from tocsin.services.tokens import BadToken
from tocsin.stores.table import Put, TransactionLost
from tocsin.stores.tokens import spending

HOUR = timedelta(hours=1)


def issue(house: House) -> str:
    return tokens.issue(house.tokens, purpose="invite", payload={"to": "ü@x"}, ttl=HOUR, now=house.clock())


def test_token_works_once(house: House) -> None:
    """Looking at it does not use it up; redeeming it does."""
    text, now = issue(house), house.clock()
    for _ in range(2):
        assert tokens.peek(house.tokens, purpose="invite", text=text, now=now) == {"to": "ü@x"}

    assert tokens.redeem(house.tokens, purpose="invite", text=text, now=now) == {"to": "ü@x"}

    for again in (tokens.peek, tokens.redeem):
        with pytest.raises(BadToken):
            again(house.tokens, purpose="invite", text=text, now=now)


def test_token_is_for_one_purpose_and_ends_with_its_hour(house: House, clock: Clock) -> None:
    """Neither a link for something else nor one of an hour ago opens anything."""
    text = issue(house)
    with pytest.raises(BadToken):
        tokens.redeem(house.tokens, purpose="sign-in", text=text, now=clock())
    clock.advance(minutes=60)
    with pytest.raises(BadToken):
        tokens.peek(house.tokens, purpose="invite", text=text, now=clock())


def test_token_that_was_revoked_or_made_up_opens_nothing(house: House) -> None:
    """Revoking takes the digest: whoever manages invitations need not know the link."""
    text = issue(house)
    house.tokens.revoke(tokens.digest_of(text))
    for each in (text, "made-up", ""):
        with pytest.raises(BadToken):
            tokens.redeem(house.tokens, purpose="invite", text=each, now=house.clock())


def test_token_is_spent_in_the_transaction_of_its_act(house: House) -> None:
    """Of two at once one act is done; and an act that fails leaves the link as it was."""
    digest = tokens.digest_of(issue(house))
    act = Put({"pk": "x", "sk": "x"})
    house.table.transact([spending(digest), act])
    with pytest.raises(TransactionLost):
        house.table.transact([spending(digest), act])

"""Conditions and ranges where Python and DynamoDB would not agree by themselves."""

from __future__ import annotations

import pytest

from tocsin.stores.rules import after_prefix, applied, holds
from tocsin.stores.table import Item, Key, Update, Value, Where

CHECK = Key("check#1", "check")
LIVE: Item = {"pk": "check#1", "sk": "check", "status": "up", "n": 1, "started": False, "flag": True}


# moto compares values of different types as Python does, so these can't run over both engines.
@pytest.mark.parametrize(
    "where",
    [
        Where(equals={"started": 0}),
        Where(equals={"flag": 1}),
        Where(equals={"n": True}),
        Where(at_most={"status": 2}),
        Where(at_most={"started": 2}),
    ],
    ids=repr,
)
def test_conditions_tell_types_apart(where: Where) -> None:
    """A bool is no integer, and no number is at least a text."""
    assert not holds(where, LIVE)


@pytest.mark.parametrize(
    ("prefix", "after"),
    [
        ("a", "b"),
        ("ping#", "ping$"),
        ("\ud7ff", "\ue000"),
        ("\uffff", "\U00010000"),
        ("a\U0010ffff", "b"),
        ("a\U0010ffff\U0010ffff", "b"),
        ("\U0010ffff", None),
        ("", None),
    ],
    ids=ascii,
)
def test_after_prefix_is_the_next_string_that_utf8_can_hold(prefix: str, after: str | None) -> None:
    """The bound steps over surrogates and carries past the last character of all."""
    assert after_prefix(prefix) == after


@pytest.mark.parametrize(("name", "amount"), [("status", 1), ("n", frozenset({"a"}))])
def test_adding_to_another_type_is_refused(name: str, amount: int | frozenset[str]) -> None:
    """A number is not added to a text, nor members to a number."""
    with pytest.raises(TypeError, match="can't add"):
        applied(Update(CHECK, add={name: amount}), LIVE)


def test_applied_leaves_the_old_item_alone() -> None:
    """The item that an update started from is still there to compare with."""
    old: dict[str, Value] = dict(LIVE)
    applied(Update(CHECK, set={"status": "down"}, add={"n": 1}, remove=("flag",)), old)
    assert old == LIVE

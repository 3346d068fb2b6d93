"""The port's transactions: all or nothing, and who was in the way. Each test runs on every engine."""

from __future__ import annotations

import pytest

from tocsin.stores.table import (
    ABSENT,
    MAX_ACTIONS,
    PRESENT,
    Action,
    Delete,
    Item,
    Key,
    Put,
    Require,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
)

CHECK = Key("check#1", "check")
FLIP = Key("check#1", "flip#1")
OUTBOX = Key("outbox#1", "alert#1")
CHANNEL = Key("project#1", "channel#1")


def item(key: Key, **attributes: Value) -> Item:
    return {"pk": key.pk, "sk": key.sk} | attributes


@pytest.fixture
def flip(table: Table) -> list[Action]:
    """A transaction with an action of each kind, on a table where all of them hold."""
    table.put(Put(item(CHECK, status="up", n=3, started=True)))
    table.put(Put(item(CHANNEL, kind="email")))
    table.put(Put(item(OUTBOX, tries=1)))
    return [
        Update(CHECK, set={"status": "down"}, add={"n": 1}, remove=("started",), where=Where(equals={"status": "up"})),
        Put(item(FLIP, to="down"), ABSENT),
        Require(CHANNEL, PRESENT),
        Delete(OUTBOX, Where(at_most={"tries": 1})),
    ]


def test_transact_does_every_kind_of_action(table: Table, flip: list[Action]) -> None:
    """Where all conditions hold, all is written, and a Require leaves its item as it was."""
    table.transact(flip)
    assert table.get(CHECK) == item(CHECK, status="down", n=4)
    assert table.get(FLIP) == item(FLIP, to="down")
    assert table.get(CHANNEL) == item(CHANNEL, kind="email")
    assert table.get(OUTBOX) is None


@pytest.mark.parametrize(
    ("position", "met"),
    [(0, item(CHECK, status="new")), (1, item(FLIP, to="up")), (2, None), (3, item(OUTBOX, tries=2))],
    ids=["update", "put", "require", "delete"],
)
def test_transact_writes_nothing_if_one_condition_fails(
    table: Table, flip: list[Action], position: int, met: Item | None
) -> None:
    """Whichever action loses, the others are not done either; the error names it and carries its item."""
    table.put(Put(met)) if met else table.delete(Delete(CHANNEL))
    keys = (CHECK, FLIP, CHANNEL, OUTBOX)
    before = table.batch_get(keys)
    with pytest.raises(TransactionLost) as lost:
        table.transact(flip)
    assert lost.value.lost == {position: met}
    assert table.batch_get(keys) == before


def test_transact_names_every_action_that_lost(table: Table) -> None:
    """Two conditions that fail are both told, those that held are not."""
    table.put(Put(item(CHECK, n=1)))
    with pytest.raises(TransactionLost) as lost:
        table.transact([Put(item(CHECK), ABSENT), Put(item(FLIP), ABSENT), Update(OUTBOX, add={"n": 1}, where=PRESENT)])
    assert lost.value.lost == {0: item(CHECK, n=1), 2: None}


def test_transact_creates_by_update_and_deletes_nothing(table: Table) -> None:
    """In a transaction too an update makes what is missing, and a delete of nothing succeeds."""
    table.transact([Update(CHECK, add={"n": 1}), Delete(FLIP), Require(OUTBOX, ABSENT)])
    assert table.get(CHECK) == item(CHECK, n=1)


def test_transact_takes_a_hundred_actions(table: Table) -> None:
    """The largest transaction is written whole, and one more action is refused as a mistake of the caller's."""
    keys = [Key("check#1", f"ping#{n:03}") for n in range(MAX_ACTIONS + 1)]
    actions = [Put(item(key)) for key in keys]
    with pytest.raises(ValueError, match="at most 100"):
        table.transact(actions)
    table.transact(actions[:-1])
    assert len(table.batch_get(keys)) == MAX_ACTIONS


def test_transact_of_nothing_succeeds(table: Table) -> None:
    """An empty transaction holds trivially."""
    table.transact([])


def test_transact_refuses_two_actions_on_one_item(table: Table) -> None:
    """The second action would have to see the first one's work, which no engine promises."""
    with pytest.raises(ValueError, match="another item"):
        table.transact([Put(item(CHECK)), Update(CHECK, add={"n": 1})])
    assert table.get(CHECK) is None


@pytest.mark.parametrize("where", [Where(), Where(absent=[])])
def test_transact_refuses_a_require_that_requires_nothing(table: Table, where: Where) -> None:
    """A Require without a clause is a mistake, not a condition that always holds."""
    with pytest.raises(ValueError, match="require something"):
        table.transact([Require(CHECK, where)])

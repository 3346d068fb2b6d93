"""The port's single writes: put, update and delete, with and without conditions. Each test runs on every engine."""

from __future__ import annotations

import pytest

from tocsin.stores.table import ABSENT, PRESENT, ConditionLost, Delete, Item, Key, Put, Table, Update, Value, Where

CHECK = Key("check#1", "check")


def item(key: Key = CHECK, /, **attributes: Value) -> Item:
    return {"pk": key.pk, "sk": key.sk} | attributes


LIVE = item(status="up", n=3, started=False)

HOLDS_ON_LIVE = [
    Where(),
    PRESENT,
    Where(equals={"status": "up"}),
    Where(equals={"status": "up", "n": 3, "started": False, "pk": "check#1"}),
    Where(absent=("last_start",)),
    Where(at_most={"n": 3}),
    Where(at_most={"n": 4}),
    Where(exists=True, equals={"status": "up"}, absent=("last_start",), at_most={"n": 3}),
]
FAILS_ON_LIVE = [
    ABSENT,
    Where(equals={"status": "down"}),
    Where(equals={"status": "up", "n": 4}),
    Where(equals={"last_start": 0}),
    Where(equals={"n": "3"}),
    Where(absent=("status",)),
    Where(absent=("last_start", "status")),
    Where(at_most={"n": 2}),
    Where(at_most={"last_start": 2}),
    Where(exists=True, equals={"status": "up"}, absent=("n",)),
]
HOLDS_ON_NOTHING = [Where(), ABSENT, Where(absent=("status",)), Where(exists=False, absent=("status", "n"))]
FAILS_ON_NOTHING = [
    PRESENT,
    Where(equals={"status": "up"}),
    Where(at_most={"n": 9}),
    Where(exists=True, absent=("status",)),
    Where(exists=False, equals={"status": "up"}),
]


@pytest.mark.parametrize("where", HOLDS_ON_LIVE, ids=repr)
def test_conditions_that_hold_let_every_write_pass(table: Table, where: Where) -> None:
    """A put, an update and a delete each do their work where every clause holds."""
    table.put(Put(LIVE))
    table.put(Put(LIVE, where))
    assert table.update(Update(CHECK, set={"n": 3}, where=where)) == LIVE
    table.delete(Delete(CHECK, where))
    assert table.get(CHECK) is None


@pytest.mark.parametrize("where", FAILS_ON_LIVE, ids=repr)
def test_conditions_that_fail_stop_every_write_and_hand_back_the_item(table: Table, where: Where) -> None:
    """One clause that fails is enough: nothing is written, and the error carries what stands there."""
    table.put(Put(LIVE))
    with pytest.raises(ConditionLost) as put:
        table.put(Put(item(status="down"), where))
    with pytest.raises(ConditionLost) as update:
        table.update(Update(CHECK, set={"status": "down"}, where=where))
    with pytest.raises(ConditionLost) as delete:
        table.delete(Delete(CHECK, where))
    assert [lost.value.item for lost in (put, update, delete)] == [LIVE, LIVE, LIVE]
    assert table.get(CHECK) == LIVE


@pytest.mark.parametrize("where", HOLDS_ON_NOTHING, ids=repr)
def test_conditions_that_hold_where_nothing_is_let_every_write_pass(table: Table, where: Where) -> None:
    """Absence of an item fits conditions that ask for nothing more than absence."""
    table.put(Put(LIVE, where))
    assert table.get(CHECK) == LIVE
    other = Key("check#2", "check")
    assert table.update(Update(other, set={"n": 1}, where=where)) == item(other, n=1)
    table.delete(Delete(Key("check#3", "check"), where))


@pytest.mark.parametrize("where", FAILS_ON_NOTHING, ids=repr)
def test_conditions_that_fail_where_nothing_is_hand_back_nothing(table: Table, where: Where) -> None:
    """Clauses about attributes fail without an item; the error then carries None, and no item appears."""
    with pytest.raises(ConditionLost) as put:
        table.put(Put(LIVE, where))
    with pytest.raises(ConditionLost) as update:
        table.update(Update(CHECK, set={"n": 1}, where=where))
    with pytest.raises(ConditionLost) as delete:
        table.delete(Delete(CHECK, where))
    assert [lost.value.item for lost in (put, update, delete)] == [None, None, None]
    assert table.get(CHECK) is None


def test_get_finds_only_the_very_key(table: Table) -> None:
    """Neither half of a key is enough to find an item."""
    table.put(Put(item()))
    assert table.get(CHECK) == item()
    assert table.get(CHECK, consistent=False) == item()
    assert table.get(Key(CHECK.pk, "ping")) is None
    assert table.get(Key("check#2", CHECK.sk)) is None


def test_put_replaces_the_whole_item(table: Table) -> None:
    """Attributes that the new item lacks are gone."""
    table.put(Put(item(status="up", n=3)))
    table.put(Put(item(status="down")))
    assert table.get(CHECK) == item(status="down")


def test_delete_of_nothing_succeeds(table: Table) -> None:
    """Deleting twice is no error."""
    table.put(Put(item()))
    table.delete(Delete(CHECK))
    table.delete(Delete(CHECK))
    assert table.get(CHECK) is None


def test_update_changes_only_what_it_names(table: Table) -> None:
    """Set, add and remove work together on one item; the rest of it stays, and the answer is the whole."""
    table.put(Put(item(status="up", n=3, start=5, name="backup")))
    changed = table.update(Update(CHECK, set={"status": "down"}, add={"n": 2}, remove=("start",)))
    assert changed == item(status="down", n=5, name="backup")
    assert table.get(CHECK) == changed


def test_update_makes_the_item_if_there_is_none(table: Table) -> None:
    """An update without a condition creates, from the key and its own changes."""
    made = table.update(Update(CHECK, set={"status": "new"}, add={"n": 1}, remove=("start",)))
    assert made == table.get(CHECK) == item(status="new", n=1)


def test_update_may_change_nothing(table: Table) -> None:
    """An update without changes is a condition and a read, alone and in a transaction."""
    table.put(Put(LIVE))
    assert table.update(Update(CHECK, where=PRESENT)) == LIVE
    table.transact([Update(CHECK, where=PRESENT)])
    assert table.get(CHECK) == LIVE


@pytest.mark.parametrize("update", [Update(CHECK), Update(CHECK, remove=("n",), where=Where(absent=("m",)))], ids=repr)
def test_update_that_may_or_may_not_create_is_refused(table: Table, update: Update) -> None:
    """Where engines disagree on whether an item comes of it, the caller has to say what is meant."""
    with pytest.raises(ValueError, match="must require its item"):
        table.update(update)
    with pytest.raises(ValueError, match="must require its item"):
        table.transact([update])


def test_update_adds_to_integers(table: Table) -> None:
    """An absent counter counts as 0, and amounts may be negative."""
    assert table.update(Update(CHECK, add={"n": 5})) == item(n=5)
    assert table.update(Update(CHECK, add={"n": -7, "m": 0})) == item(n=-2, m=0)


def test_update_adds_to_sets(table: Table) -> None:
    """An absent set counts as empty, and members that are there already stay single."""
    assert table.update(Update(CHECK, add={"tags": frozenset({"a"})})) == item(tags=frozenset({"a"}))
    assert table.update(Update(CHECK, add={"tags": frozenset({"a", "b"})})) == item(tags=frozenset({"a", "b"}))


def test_update_removes_what_is_not_there(table: Table) -> None:
    """Removing an absent attribute changes nothing and is no error."""
    table.put(Put(item(n=1)))
    assert table.update(Update(CHECK, remove=("start",), where=PRESENT)) == item(n=1)


def test_update_takes_any_attribute_name(table: Table) -> None:
    """Names that DynamoDB reserves, and ones that its expressions can't spell, are names like any other."""
    names: dict[str, Value] = {"status": 1, "name": 2, "count": 3, "a.b": 4, "a-b": 5, "#0": 6, ":0": 7, "é": 8}
    assert table.update(Update(CHECK, set=names)) == {**item(), **names}
    assert table.update(Update(CHECK, remove=tuple(names), where=Where(equals=names))) == item()


def test_update_with_an_entry_writes_both(table: Table) -> None:
    """The entry is built from the item as it is after the update, and stands at once."""
    table.put(Put(item(n=6)))
    log = Key(CHECK.pk, "ping#7")
    table.update(Update(CHECK, add={"n": 1}), entry=lambda new: item(log, number=new["n"], check=new["sk"]))
    assert table.get(CHECK) == item(n=7)
    assert table.get(log) == item(log, number=7, check="check")


def test_update_with_an_entry_writes_neither_when_the_condition_is_lost(table: Table) -> None:
    """A lost condition comes before the entry is even built."""
    table.put(Put(item(n=6)))

    def entry(new: Item) -> Item:
        raise AssertionError("the entry of a lost update was built")

    with pytest.raises(ConditionLost):
        table.update(Update(CHECK, add={"n": 1}, where=Where(at_most={"n": 5})), entry=entry)
    assert table.get(CHECK) == item(n=6)


def test_update_with_an_entry_replaces_an_older_one(table: Table) -> None:
    """An entry under a key that is taken takes its place."""
    log = Key(CHECK.pk, "ping#1")
    table.put(Put(item(log, old=True)))
    table.update(Update(CHECK, add={"n": 1}), entry=lambda new: item(log))
    assert table.get(log) == item(log)


def test_update_conditioned_on_what_was_read_loses_to_a_write_in_between(table: Table) -> None:
    """Of two writers that read the same, the second one loses and learns what the first one wrote."""
    table.put(Put(item(n=1, status="up")))
    read = table.get(CHECK)
    assert read is not None
    table.update(Update(CHECK, add={"n": 1}, set={"status": "down"}))
    with pytest.raises(ConditionLost) as lost:
        table.update(Update(CHECK, set={"status": "paused"}, where=Where(equals={"n": read["n"]})))
    assert lost.value.item == item(n=2, status="down")
    assert table.get(CHECK) == item(n=2, status="down")

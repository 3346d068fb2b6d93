"""What the port says of values, and of the table's own life. Each test runs on every engine."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tocsin.stores.sqlite import SqliteTable
from tocsin.stores.table import Item, Key, Put, StoreUnavailable, Table, Update, Value, Where

CHECK = Key("check#1", "check")


def item(key: Key = CHECK, **attributes: Value) -> Item:
    return {"pk": key.pk, "sk": key.sk} | attributes


@pytest.mark.parametrize(
    "value",
    [
        "",
        "text",
        "é\x00\n\U0001f514",
        "12",
        0,
        1,
        -1,
        2**63 - 1,
        -(2**63),
        True,
        False,
        b"",
        b"\x00\xff",
        b"x" * 100_000,
        frozenset({"a"}),
        frozenset({"a", "é", "\U0001f514"}),
    ],
    ids=lambda value: ascii(sorted(value) if isinstance(value, frozenset) else value)[:30],
)
def test_values_come_back_as_they_went(table: Table, value: Value) -> None:
    """Value and type both survive, whether put or set, and a condition knows them again."""
    table.put(Put(item(value=value)))
    met = table.get(CHECK)
    assert met == item(value=value)
    assert type(met["value"]) is type(value)
    changed = table.update(Update(CHECK, set={"again": value}, where=Where(equals={"value": value})))
    assert changed == table.get(CHECK) == item(value=value, again=value)
    assert type(changed["again"]) is type(value)


@pytest.mark.parametrize("name", ["pk", "sk", "project", "listed", "due_shard"])
def test_empty_keys_are_refused(table: Table, name: str) -> None:
    """What one engine can't hold, a key that is empty, no engine takes."""
    with pytest.raises(Exception, match=r"(?i)empty string|CHECK constraint"):
        table.put(Put({**item(project="p", listed="l", due_shard="3", due_at=1), name: ""}))


def test_sweep_deletes_what_has_expired(table: Table) -> None:
    """Where the engine is its own broom, items that expired before now go, and no others."""
    for sk, expires in (("a", 99), ("b", 100), ("c", 101)):
        table.put(Put(item(Key("check#1", sk), expires=expires)))
    table.put(Put(item()))
    swept = table.sweep(100)
    left = [each["sk"] for each in table.query("check#1").items]
    if isinstance(table, SqliteTable):
        assert (swept, left) == (1, ["b", "c", "check"])
    else:
        assert (swept, left) == (0, ["a", "b", "c", "check"])


def test_create_of_a_table_that_stands_changes_nothing(table: Table) -> None:
    """A second `create` says so and leaves the items alone."""
    table.put(Put(item()))
    assert table.create() is False
    assert table.get(CHECK) == item()


def test_drop_deletes_all(table: Table) -> None:
    """A dropped table is gone, a second `drop` finds none, and one made anew under its name is empty."""
    table.put(Put(item()))
    assert table.drop() is True
    assert table.drop() is False
    with pytest.raises(StoreUnavailable, match="flask table create"):
        table.get(CHECK)
    assert table.create() is True
    assert table.get(CHECK) is None
    table.put(Put(item()))


def test_every_verb_says_how_to_mend_a_missing_table(table: Table) -> None:
    """Reads and writes alike raise StoreUnavailable with a sentence that names the command."""
    table.drop()
    calls: list[Callable[[], object]] = [
        lambda: table.get(CHECK),
        lambda: table.batch_get([CHECK]),
        lambda: table.query("check#1"),
        lambda: table.put(Put(item())),
        lambda: table.update(Update(CHECK, add={"n": 1})),
        lambda: table.transact([Put(item())]),
    ]
    for call in calls:
        with pytest.raises(StoreUnavailable, match="`flask table create`"):
            call()

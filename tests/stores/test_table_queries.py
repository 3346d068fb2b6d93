"""The port's reads of many items: ranges, pages, indexes and batches. Each test runs on every engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pytest

from tocsin.stores.cursor import dump_cursor
from tocsin.stores.table import (
    BY_PROJECT,
    DUE,
    EVERYTHING,
    PRESENT,
    BadCursor,
    Delete,
    Index,
    Item,
    Key,
    Put,
    Range,
    Table,
    Update,
    Value,
)

PK = "check#1"


def item(key: Key, **attributes: Value) -> Item:
    return {"pk": key.pk, "sk": key.sk} | attributes


def fill(table: Table, *sort_keys: str) -> None:
    for sort_key in sort_keys:
        table.put(Put(item(Key(PK, sort_key), n=1)))


def found(table: Table, range: Range = EVERYTHING, *, reverse: bool = False, limit: int = 100) -> list[Value]:
    """The sort keys that all pages of a query hold together."""
    keys: list[Value] = []
    cursor = None
    while True:
        page = table.query(PK, range, reverse=reverse, limit=limit, cursor=cursor)
        assert len(page.items) <= limit
        keys += [each["sk"] for each in page.items]
        cursor = page.cursor
        if cursor is None:
            return keys


def test_query_gives_whole_items_of_one_partition(table: Table) -> None:
    """Items of other partitions stay out, and the ones that come are complete."""
    fill(table, "a")
    table.put(Put(item(Key("check#2", "a"))))
    assert list(table.query(PK).items) == [item(Key(PK, "a"), n=1)]
    assert table.query(PK).cursor is None
    assert list(table.query("check#3").items) == []


ORDERED = ("!", "0", "A", "Z", "a", "ab", "b", "é", "\ud7ff", "\ue000", "\uffff", "\U0001f514", "\U0010ffff")


def test_query_orders_by_code_point(table: Table) -> None:
    """Upper case before lower, and characters beyond U+FFFF after all others (UTF-16 would put them earlier)."""
    fill(table, *reversed(ORDERED))
    assert found(table) == list(ORDERED)
    assert found(table, reverse=True) == list(reversed(ORDERED))


@pytest.mark.parametrize(
    ("range", "expected"),
    [
        (Range(at_least="b"), ["b", "c", "d"]),
        (Range(at_least="aa"), ["b", "c", "d"]),
        (Range(at_least=""), ["a", "b", "c", "d"]),
        (Range(at_most="b"), ["a", "b"]),
        (Range(at_most="bb"), ["a", "b"]),
        (Range(at_least="b", at_most="c"), ["b", "c"]),
        (Range(at_least="b", at_most="b"), ["b"]),
        (Range(at_least="", at_most="b"), ["a", "b"]),
        (Range(at_least="c", at_most="b"), []),
        (Range(at_most=""), []),
        (Range(at_least="e"), []),
    ],
    ids=repr,
)
def test_query_takes_inclusive_bounds(table: Table, range: Range, expected: Sequence[str]) -> None:
    """Both bounds belong to the range, in either direction and however short the pages are."""
    fill(table, "a", "b", "c", "d")
    for limit in (1, 100):
        assert found(table, range, limit=limit) == expected
        assert found(table, range, limit=limit, reverse=True) == list(reversed(expected))


@pytest.mark.parametrize(
    ("prefix", "expected"),
    [
        ("ping#", ["ping#1", "ping#2", "ping#\U0001f514", "ping#\U0010ffff", "ping#\U0010ffff\U0010ffff"]),
        ("ping#\U0001f514", ["ping#\U0001f514"]),
        ("ping#\U0010ffff", ["ping#\U0010ffff", "ping#\U0010ffff\U0010ffff"]),
        ("\ud7ff", ["\ud7ff", "\ud7ffz"]),
        ("\U0010ffff", ["\U0010ffff", "\U0010ffffz"]),
        ("\U0010ffff\U0010ffff", []),
        ("ping#1", ["ping#1"]),
        ("check", ["check"]),
        ("q", []),
    ],
    ids=ascii,
)
def test_query_takes_a_prefix(table: Table, prefix: str, expected: Sequence[str]) -> None:
    """All keys that start so come and no others, up to the last character that Unicode has."""
    fill(table, "check", "ping#1", "ping#2", "ping#\U0001f514", "ping#\U0010ffff", "ping#\U0010ffff\U0010ffff")
    fill(table, "ping$", "flip#1", "\ud7ff", "\ud7ffz", "\ue000", "\U0010ffff", "\U0010ffffz")
    for limit in (1, 100):
        assert found(table, Range(prefix=prefix), limit=limit) == expected
        assert found(table, Range(prefix=prefix), limit=limit, reverse=True) == list(reversed(expected))


def test_query_with_an_empty_prefix_takes_all(table: Table) -> None:
    """Every key starts with nothing."""
    fill(table, "a", "\U0010ffff")
    assert found(table, Range(prefix="")) == ["a", "\U0010ffff"]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("reverse", [False, True])
def test_query_pages_through_to_the_end(table: Table, limit: int, reverse: bool) -> None:
    """Cursors lead to every item once, in order, whatever the page size."""
    fill(table, "a", "b", "c", "d")
    assert found(table, limit=limit, reverse=reverse) == sorted("abcd", reverse=reverse)


def test_query_goes_on_from_a_cursor_whose_item_is_gone(table: Table) -> None:
    """A cursor remembers a place, not an item."""
    fill(table, "a", "b", "c")
    page = table.query(PK, limit=2)
    table.delete(Delete(Key(PK, "b")))
    fill(table, "bb")
    assert [each["sk"] for each in table.query(PK, cursor=page.cursor).items] == ["bb", "c"]


@pytest.mark.parametrize("cursor", ["", "x", "!!!!", "é", "kA", "wA", "AAAA", "k6D", "\ud800"], ids=ascii)
def test_query_refuses_garbage_as_a_cursor(table: Table, cursor: str) -> None:
    """Whatever text comes in from outside, the answer is BadCursor."""
    with pytest.raises(BadCursor):
        table.query(PK, cursor=cursor)


@pytest.mark.parametrize("place", ["", "k" * 1025, "🔔" * 257], ids=["empty", "long", "long in UTF-8"])
def test_query_refuses_a_cursor_at_what_can_be_no_key(table: Table, place: str) -> None:
    """Made up by somebody who has understood what ours look like."""
    with pytest.raises(BadCursor):
        table.query(PK, cursor=dump_cursor(None, PK, (place,)))
    with pytest.raises(BadCursor):
        table.query("p", index=BY_PROJECT, cursor=dump_cursor(BY_PROJECT, "p", ("1", place, "state")))


def test_query_refuses_a_cursor_of_another_query(table: Table) -> None:
    """A cursor is good for its own partition, index and range only."""
    for n in range(3):
        table.put(Put(item(Key(PK, f"a{n}"), project="p", listed=f"a{n}", due_shard="p", due_at=n)))
    base = table.query(PK, limit=1).cursor
    by_project = table.query("p", index=BY_PROJECT, limit=1).cursor
    assert base is not None
    assert by_project is not None
    others: list[tuple[str, Range, Index | None, str]] = [
        ("check#2", EVERYTHING, None, base),
        (PK, Range(prefix="b"), None, base),
        (PK, Range(at_least="a1"), None, base),
        (PK, Range(at_most="a"), None, base),
        ("p", EVERYTHING, BY_PROJECT, base),
        (PK, EVERYTHING, None, by_project),
        ("q", EVERYTHING, BY_PROJECT, by_project),
        ("p", EVERYTHING, DUE, by_project),
    ]
    for pk, range_, index, cursor in others:
        with pytest.raises(BadCursor):
            table.query(pk, range_, index=index, cursor=cursor)


def test_index_holds_keys_only(table: Table) -> None:
    """An index gives its own key and the item's, nothing else."""
    key = Key(PK, "check")
    table.put(Put(item(key, project="p", listed="backup", due_shard="3", due_at=60, status="up")))
    assert list(table.query("p", index=BY_PROJECT).items) == [item(key, project="p", listed="backup")]
    assert list(table.query("3", index=DUE).items) == [item(key, due_shard="3", due_at=60)]


def test_index_is_sparse(table: Table) -> None:
    """An item that lacks either attribute of an index is not in it."""
    table.put(Put(item(Key(PK, "a"), due_shard="3", project="p")))
    table.put(Put(item(Key(PK, "b"), due_at=60, listed="b")))
    assert not table.query("3", index=DUE).items
    assert not table.query("p", index=BY_PROJECT).items


def test_index_follows_its_items(table: Table) -> None:
    """An entry comes, moves and goes with the attributes that it is made of."""
    key = Key(PK, "check")
    table.put(Put(item(key)))
    table.update(Update(key, set={"due_shard": "3", "due_at": 60}))
    assert [each["due_at"] for each in table.query("3", index=DUE).items] == [60]
    table.update(Update(key, add={"due_at": 30}))
    assert [each["due_at"] for each in table.query("3", index=DUE).items] == [90]
    table.update(Update(key, set={"due_shard": "4"}))
    assert not table.query("3", index=DUE).items
    table.update(Update(key, remove=("due_at",), where=PRESENT))
    assert not table.query("4", index=DUE).items
    table.update(Update(key, set={"due_at": 1}))
    table.delete(Delete(key))
    assert not table.query("4", index=DUE).items


def test_index_orders_numbers_as_numbers(table: Table) -> None:
    """9 comes before 10 and after -1, and bounds count the same way."""
    times = [-1, 0, 9, 10, 100, 2**53 + 1]
    for n, at in enumerate(reversed(times)):
        table.put(Put(item(Key(f"check#{n}", "check"), due_shard="3", due_at=at)))

    def due(range: Range, *, reverse: bool = False) -> list[Value]:
        return [each["due_at"] for each in table.query("3", range, index=DUE, reverse=reverse).items]

    assert due(EVERYTHING) == times
    assert due(EVERYTHING, reverse=True) == list(reversed(times))
    assert due(Range(at_most=10)) == [-1, 0, 9, 10]
    assert due(Range(at_least=9, at_most=10)) == [9, 10]
    assert due(Range(at_least=11)) == [100, 2**53 + 1]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("bounds", [EVERYTHING, Range(at_least=0, at_most=1)], ids=repr)
def test_index_pages_through_equal_sort_keys(table: Table, bounds: Range, reverse: bool) -> None:
    """Items with one sort key between them each come once, though a page ends amid them."""
    keys = [Key(f"check#{n}", sk) for n in range(3) for sk in ("a", "b")]
    for n, key in enumerate(keys):
        table.put(Put(item(key, due_shard="3", due_at=n // 3)))
    seen: list[Item] = []
    cursor = None
    while cursor is not None or not seen:
        page = table.query("3", bounds, index=DUE, limit=2, cursor=cursor, reverse=reverse)
        seen += page.items
        cursor = page.cursor
    assert sorted(Key(str(each["pk"]), str(each["sk"])) for each in seen) == keys
    assert [each["due_at"] for each in seen] == sorted([0, 0, 0, 1, 1, 1], reverse=reverse)


def test_index_takes_a_prefix(table: Table) -> None:
    """A string index is searched by prefix as the table is, page by page."""
    for name in ("a1", "a2", "a3", "b1"):
        table.put(Put(item(Key(f"check#{name}", "check"), project="p", listed=name)))
    first = table.query("p", Range(prefix="a"), index=BY_PROJECT, limit=2)
    rest = table.query("p", Range(prefix="a"), index=BY_PROJECT, limit=2, cursor=first.cursor)
    assert [each["listed"] for each in (*first.items, *rest.items)] == ["a1", "a2", "a3"]


def test_batch_get_fetches_any_number(table: Table) -> None:
    """More keys than one request takes, some twice and some of nothing, give each item that is there once."""
    keys = [Key(f"check#{n}", "check") for n in range(250)]
    for key in keys[::2]:
        table.put(Put(item(key, id=key.pk)))
    assert table.batch_get(iter([*keys[:10], *keys])) == {key: item(key, id=key.pk) for key in keys[::2]}
    assert table.batch_get([]) == {}


def test_batch_get_takes_keys_that_come_from_the_table_itself(table: Table) -> None:
    """Keys may be read while they are asked for, however deep one such reading lies in another."""
    fill(table, "a")

    def keys(depth: int) -> Iterator[Key]:
        yield from table.batch_get(keys(depth - 1) if depth else [Key(PK, "a")])

    assert len(table.batch_get(keys(10))) == 1

"""Random work on a table and on a dictionary must come to the same. Runs on every engine."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.stores.dynamodb import DynamoTable
from tocsin.stores.sqlite import SqliteTable
from tocsin.stores.table import (
    DUE,
    Action,
    ConditionLost,
    Delete,
    Item,
    Key,
    Put,
    Range,
    Require,
    Table,
    TransactionLost,
    Update,
    Value,
    Where,
)

KEYS = [Key(pk, sk) for pk in "ab" for sk in ("check", "ping#1", "ping#2", "ping#\U0001f514", "ping#\uffff")]
SHARD = "a"
ATTRIBUTES: dict[str, st.SearchStrategy[Value]] = {
    "status": st.sampled_from(["", "up", "down"]),
    "n": st.integers(-2, 2),
    "started": st.booleans(),
    "body": st.binary(max_size=3),
    "tags": st.frozensets(st.sampled_from("xyz"), min_size=1),
    "due_shard": st.just(SHARD),
    "due_at": st.integers(-1, 11),
}
ADDABLE: dict[str, st.SearchStrategy[int | frozenset[str]]] = {
    "m": st.integers(-3, 3),
    "labels": st.frozensets(st.sampled_from("xyz"), min_size=1),
}


def some(strategies: dict[str, st.SearchStrategy[Value]], least: int = 0) -> st.SearchStrategy[dict[str, Value]]:
    """A few of the attributes, with values."""
    names = st.lists(st.sampled_from(sorted(strategies)), min_size=least, max_size=3, unique=True)
    return names.flatmap(lambda chosen: st.fixed_dictionaries({name: strategies[name] for name in chosen}))


keys = st.sampled_from(KEYS)
wheres = st.one_of(
    st.just(Where()),
    st.builds(
        Where,
        exists=st.sampled_from([None, True, False]),
        equals=some({name: ATTRIBUTES[name] for name in ("status", "started")}),
        absent=st.lists(st.sampled_from(["n", "m", "tags"]), max_size=1),
        at_most=st.dictionaries(st.just("n"), st.integers(-2, 2), max_size=1),
    ),
)
puts = st.builds(
    lambda key, attributes, where: Put({"pk": key.pk, "sk": key.sk, **attributes}, where),
    keys,
    some(ATTRIBUTES),
    wheres,
)
deletes = st.builds(Delete, keys, wheres)
clauses = wheres.filter(lambda where: where.exists is not None or any((where.equals, where.absent, where.at_most)))
requires = st.builds(Require, keys, clauses)


@st.composite
def updates(draw: st.DrawFn) -> Update:
    changes = draw(some(ATTRIBUTES, least=1))
    add = draw(st.fixed_dictionaries({}, optional=ADDABLE))
    remove = draw(st.lists(st.sampled_from([*ATTRIBUTES, *ADDABLE]), max_size=2, unique=True))
    remove = [name for name in remove if name not in changes and name not in add]
    return Update(draw(keys), changes, add, remove, draw(wheres))


def key_of(action: Action) -> Key:
    return Key(str(action.item["pk"]), str(action.item["sk"])) if isinstance(action, Put) else action.key


singles = st.one_of(puts, updates(), deletes)
transactions = st.lists(st.one_of(puts, updates(), deletes, requires), min_size=1, max_size=4, unique_by=key_of)
work = st.lists(st.one_of(singles, singles, transactions), max_size=12)


class Model(dict[Key, dict[str, Value]]):
    """What the port promises, on a dictionary."""

    def fits(self, action: Action) -> bool:
        where, item = action.where, self.get(key_of(action), {})
        return (
            where.exists in {None, bool(item)}
            and all(item.get(name) == value for name, value in where.equals.items())
            and not item.keys() & set(where.absent)
            and all(int(str(item.get(name, 99))) <= bound for name, bound in where.at_most.items())
        )

    def lost(self, actions: list[Action]) -> dict[int, Item | None]:
        return {n: self.get(key_of(each)) for n, each in enumerate(actions) if not self.fits(each)}

    def do(self, action: Action) -> None:
        match action:
            case Put(item):
                self[key_of(action)] = dict(item)
            case Delete(key):
                self.pop(key, None)
            case Update(key, changes, add, remove):
                old = self.get(key, {"pk": key.pk, "sk": key.sk})
                sums = {name: plus(old.get(name), amount) for name, amount in add.items()}
                new = {**old, **changes, **sums}
                self[key] = {name: value for name, value in new.items() if name not in remove}


def plus(stored: Value | None, amount: int | frozenset[str]) -> Value:
    if isinstance(amount, frozenset):
        return amount | (stored if isinstance(stored, frozenset) else frozenset())
    return amount + (stored if isinstance(stored, int) else 0)


class Tenant:
    """One example's share of a table: it renames partitions on the way in and back on the way out."""

    def __init__(self, table: Table, number: int) -> None:
        self.table = table
        self.prefix = f"{number}/"

    def inward(self, action: Action) -> Action:
        match action:
            case Put(item, where):
                return Put(self._item(item), where)
            case Update(key, changes, add, remove, where):
                return Update(Key(self.prefix + key.pk, key.sk), self._item(changes), add, remove, where)
            case Delete(key, where):
                return Delete(Key(self.prefix + key.pk, key.sk), where)
            case Require(key, where):
                return Require(Key(self.prefix + key.pk, key.sk), where)

    def _item(self, item: Item) -> Item:
        return {k: self.prefix + str(v) if k in {"pk", "due_shard"} else v for k, v in item.items()}

    def outward(self, item: Item | None) -> Item | None:
        if item is None:
            return None
        return {k: str(v).removeprefix(self.prefix) if k in {"pk", "due_shard"} else v for k, v in item.items()}

    def do(self, action: Action) -> Item | None:
        """The item after an update."""
        match self.inward(action):
            case Put() as put:
                self.table.put(put)
            case Update() as update:
                return self.outward(self.table.update(update))
            case Delete() as delete:
                self.table.delete(delete)
        return None

    def transact(self, actions: list[Action]) -> None:
        self.table.transact([self.inward(action) for action in actions])

    def partition(self, pk: str, *, reverse: bool, limit: int) -> list[Item | None]:
        items: list[Item | None] = []
        cursor = None
        while True:
            page = self.table.query(self.prefix + pk, reverse=reverse, limit=limit, cursor=cursor)
            items += map(self.outward, page.items)
            cursor = page.cursor
            if cursor is None:
                return items

    def due(self, range: Range) -> list[Item | None]:
        return [self.outward(item) for item in self.table.query(self.prefix + SHARD, range, index=DUE).items]


def run(tenant: Tenant, model: Model, step: Action | list[Action]) -> None:
    """Do one step on both, and compare what they say of it."""
    actions = step if isinstance(step, list) else [step]
    lost = model.lost(actions)
    if isinstance(step, list) and lost:
        with pytest.raises(TransactionLost) as transaction:
            tenant.transact(step)
        assert {n: tenant.outward(item) for n, item in transaction.value.lost.items()} == lost
    elif isinstance(step, list):
        tenant.transact(step)
    elif lost:
        with pytest.raises(ConditionLost) as condition:
            tenant.do(step)
        assert tenant.outward(condition.value.item) == lost[0]
    if not lost:
        for action in actions:
            model.do(action)
    if not lost and not isinstance(step, list):
        answer = tenant.do(step)
        assert answer is None or answer == model[key_of(step)]


def compare(tenant: Tenant, model: Model) -> None:
    for pk in "ab":
        held = [model[key] for key in sorted(model) if key.pk == pk]
        assert tenant.partition(pk, reverse=False, limit=2) == held
        assert tenant.partition(pk, reverse=True, limit=3) == held[::-1]
    armed = [item for item in model.values() if "due_shard" in item and int(str(item.get("due_at", 99))) <= 5]
    entries = [{name: item[name] for name in ("pk", "sk", "due_shard", "due_at")} for item in armed]
    assert in_any_order(tenant.due(Range(at_most=5))) == in_any_order(entries)


def in_any_order(items: Sequence[Item | None]) -> list[str]:
    return sorted(str(sorted(item.items())) for item in items if item)


numbers = count()


def check(table: Table, steps: list[Action | list[Action]]) -> None:
    tenant, model = Tenant(table, next(numbers)), Model()
    for step in steps:
        run(tenant, model, step)
    compare(tenant, model)


# One table serves all examples: each has partitions of its own.
shared = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@settings(shared, max_examples=100)
@given(steps=work)
def test_sqlite_does_what_a_dictionary_does(sqlite_table: SqliteTable, steps: list[Action | list[Action]]) -> None:
    """Any sequence of writes leaves the items, the index and the losers' evidence that the port promises."""
    check(sqlite_table, steps)


@settings(shared, max_examples=25)
@given(steps=work)
def test_dynamodb_does_what_a_dictionary_does(dynamodb_table: DynamoTable, steps: list[Action | list[Action]]) -> None:
    """Any sequence of writes leaves the items, the index and the losers' evidence that the port promises."""
    check(dynamodb_table, steps)

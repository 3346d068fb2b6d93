"""The words of DynamoDB: values as its JSON has them, conditions and changes as its expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from tocsin.stores.cursor import Position
from tocsin.stores.table import Action, Delete, Index, Item, Key, Put, Range, Require, Update, Value, Where

Attribute: TypeAlias = dict[str, Any]
"""One value under the name of its type: `{"S": "text"}`."""

Request: TypeAlias = dict[str, Any]
"""Keyword arguments of one call, or of one action in a transaction."""


def encode(value: Value) -> Attribute:
    if isinstance(value, str):
        return {"S": value}
    if isinstance(value, bool):  # before int: a bool is one
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(int(value))}
    if isinstance(value, bytes):
        return {"B": value}
    return {"SS": sorted(value)}


def decode(attribute: Mapping[str, Any]) -> Value:
    ((kind, value),) = attribute.items()
    if kind == "N":
        return int(value)
    return frozenset(value) if kind == "SS" else value


def encode_item(item: Item) -> dict[str, Attribute]:
    return {name: encode(value) for name, value in item.items()}


def decode_item(attributes: Mapping[str, Mapping[str, Any]]) -> dict[str, Value]:
    return {name: decode(attribute) for name, attribute in attributes.items()}


def encode_key(key: Key) -> dict[str, Attribute]:
    return {"pk": {"S": key.pk}, "sk": {"S": key.sk}}


_NO_ATTRIBUTE = "no attribute has this name"


class _Terms:
    """Placeholders for names and values: hundreds of plain words are reserved, so no name stands for itself."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.values: dict[str, Attribute] = {}

    def name(self, attribute: str) -> str:
        return self.names.setdefault(attribute, f"#{len(self.names)}")

    def value(self, value: Value) -> str:
        placeholder = f":{len(self.values)}"
        self.values[placeholder] = encode(value)
        return placeholder

    def request(self) -> Request:
        request: Request = {}
        if self.names:
            request["ExpressionAttributeNames"] = {placeholder: name for name, placeholder in self.names.items()}
        if self.values:
            request["ExpressionAttributeValues"] = self.values
        return request


def write_request(action: Action) -> Request:
    """What the call for the action says, but for the table; a lost condition answers with the item that it met."""
    terms = _Terms()
    request: Request = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    if isinstance(action, Put):
        request["Item"] = encode_item(action.item)
    else:
        request["Key"] = encode_key(action.key)
    if isinstance(action, Update):
        request["UpdateExpression"] = _changes(terms, action)
    if condition := _condition(terms, action.where):
        request["ConditionExpression"] = condition
    return request | terms.request()


def transaction_request(table: str, action: Action) -> Request:
    names: dict[type[Action], str] = {Put: "Put", Update: "Update", Delete: "Delete", Require: "ConditionCheck"}
    return {names[type(action)]: {"TableName": table} | write_request(action)}


def _changes(terms: _Terms, update: Update) -> str:
    set_ = ", ".join([f"{terms.name(name)} = {terms.value(value)}" for name, value in update.set.items()])
    add = ", ".join([f"{terms.name(name)} {terms.value(value)}" for name, value in update.add.items()])
    remove = ", ".join(map(terms.name, update.remove))
    if not (set_ or add or remove):
        remove = terms.name(_NO_ATTRIBUTE)  # DynamoDB wants every update to say something
    clauses = (("SET", set_), ("ADD", add), ("REMOVE", remove))
    return " ".join([f"{verb} {change}" for verb, change in clauses if change])


def _condition(terms: _Terms, where: Where) -> str:
    clauses = []
    if where.exists is not None:
        clauses.append(f"attribute_{'' if where.exists else 'not_'}exists({terms.name('pk')})")
    clauses += [f"{terms.name(name)} = {terms.value(value)}" for name, value in where.equals.items()]
    clauses += [f"attribute_not_exists({terms.name(name)})" for name in where.absent]
    clauses += [f"{terms.name(name)} <= {terms.value(value)}" for name, value in where.at_most.items()]
    return " AND ".join(clauses)


def query_request(pk: str, range: Range, index: Index | None) -> Request:
    """What a query of the range says, but for the table, the limit and where to start."""
    terms = _Terms()
    owner, sort_key = (index.pk, index.sk) if index else ("pk", "sk")
    clauses = [f"{terms.name(owner)} = {terms.value(pk)}", *_range(terms, sort_key, range)]
    request = {"KeyConditionExpression": " AND ".join(clauses)} | terms.request()
    # An index may lag behind and can't be asked to be consistent.
    return request | ({"IndexName": index.name} if index else {"ConsistentRead": True})


def _range(terms: _Terms, sort_key: str, range: Range) -> list[str]:
    # An empty string can't be part of a key, so DynamoDB refuses it as a bound; as a lower one it says nothing.
    if range.prefix:
        return [f"begins_with({terms.name(sort_key)}, {terms.value(range.prefix)})"]
    lower = None if range.at_least == "" else range.at_least
    if lower is not None and range.at_most is not None:
        return [f"{terms.name(sort_key)} BETWEEN {terms.value(lower)} AND {terms.value(range.at_most)}"]
    if lower is not None:
        return [f"{terms.name(sort_key)} >= {terms.value(lower)}"]
    return [f"{terms.name(sort_key)} <= {terms.value(range.at_most)}"] if range.at_most is not None else []


def encode_start(pk: str, position: Position, index: Index | None) -> dict[str, Attribute]:
    """The key to go on after (see `cursor`)."""
    if index is None:
        return {"pk": encode(pk), "sk": encode(position[0])}
    names = (index.pk, index.sk, "pk", "sk")
    return {name: encode(value) for name, value in zip(names, (pk, *position), strict=True)}


def position_of(key: Item, index: Index | None) -> Position:
    names = (index.sk, "pk", "sk") if index else ("sk",)
    return tuple(cast("str | int", key[name]) for name in names)

"""JSON Schema for what goes in and out, made from the Structs that read and write it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from tocsin.services.check_fields import UUID

Json: TypeAlias = dict[str, Any]

REF = "#/components/schemas/"


def components(types: Iterable[Any], prefix: str) -> tuple[dict[Any, Json], dict[str, Json]]:
    """The schema of each type, and those that they refer to by name: the prefix, then the Struct's name."""
    unique = list(dict.fromkeys(types))
    schemas, named = msgspec.json.schema_components(unique, ref_template=f"{REF}{prefix}{{name}}")
    return (
        {type_: _plain(schema) for type_, schema in zip(unique, schemas, strict=True)},
        {prefix + name: _plain(schema) | {"title": prefix + name} for name, schema in named.items()},
    )


def parameters_of(struct: type[Struct]) -> Iterator[tuple[str, Json, bool]]:
    """Each field's name and schema, and whether it must be sent. Null is left out: a URL knows no such thing."""
    told = components([struct], "")[1][struct.__name__]
    for name, schema in told.get("properties", {}).items():
        yield name, _without_null(schema), name in told.get("required", ())


def _plain(schema: Any) -> Any:
    """Say what a choice of texts is, and which pattern is a UUID's, and nothing of what is not required."""
    if isinstance(schema, list):
        return [_plain(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {name: _plain(value) for name, value in schema.items() if (name, value) != ("required", [])}
    choices = schema.get("enum")
    if isinstance(choices, list) and choices and all(isinstance(choice, str) for choice in choices):
        plain = {"type": "string"} | plain
    return plain | ({"format": "uuid"} if plain.get("pattern") == UUID else {})


def _without_null(schema: Json) -> Json:
    kept = {name: value for name, value in schema.items() if name != "anyOf" and not _says_nothing(name, value)}
    for each in schema.get("anyOf", ()):
        if each != {"type": "null"}:
            kept = each | kept
    return kept


def _says_nothing(name: str, value: object) -> bool:
    return name == "default" and value in (None, [])


def resolve(schema: Mapping[str, Any], schemas: Mapping[str, Json]) -> Mapping[str, Any]:
    """What the schema refers to, if it does."""
    reference = schema.get("$ref", "")
    return schemas[reference.removeprefix(REF)] if reference else schema

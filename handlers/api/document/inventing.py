"""Make up an example of a schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from handlers.api.document.examples import OBJECTS, VALUES
from handlers.api.document.schemas import Json, resolve

Schemas = Mapping[str, Json]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def invented(schema: Mapping[str, Any], schemas: Schemas, field: str = "") -> Any:
    """A value that the schema allows; the name of its field tells what would be likely."""
    schema = resolve(schema, schemas)
    likely = [*schema.get("examples", ()), *VALUES.get(field, ())]
    for value in likely:
        if _fits(value, schema, schemas):
            return value
    return _made_of(schema, schemas, field)


def _made_of(schema: Mapping[str, Any], schemas: Schemas, field: str) -> Any:
    if "anyOf" in schema:
        return invented(schema["anyOf"][0], schemas, field)
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("additionalProperties"):
        return {"prod": invented(schema["additionalProperties"], schemas)}
    if schema.get("type") == "object":
        return _object(schema, schemas)
    if schema.get("type") == "array":
        return [invented(schema.get("items", {}), schemas, field)]
    return {"integer": schema.get("minimum", 0), "number": 0, "boolean": False, "string": ""}.get(
        schema.get("type", "")
    )


def _object(schema: Mapping[str, Any], schemas: Schemas) -> Json:
    """All that may be in it, but for what its own table says."""
    own = OBJECTS.get(schema.get("title", ""), {})
    made = {
        name: own[name] if name in own else invented(field, schemas, name)
        for name, field in schema.get("properties", {}).items()
    }
    return {name: value for name, value in made.items() if value is not ...}


def _fits(value: Any, schema: Mapping[str, Any], schemas: Schemas) -> bool:
    schema = resolve(schema, schemas)
    if "anyOf" in schema:
        return any(_fits(value, each, schemas) for each in schema["anyOf"])
    if "enum" in schema and value not in schema["enum"]:
        return False
    if not _TYPES.get(schema.get("type", ""), lambda _: True)(value):
        return False
    if isinstance(value, list):
        return all(_fits(item, schema.get("items", {}), schemas) for item in value)
    return not isinstance(value, str) or re.search(schema.get("pattern", ""), value) is not None

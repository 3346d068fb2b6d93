"""Types and bounds of the document's schemas, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from handlers.api.document.schemas import REF, Json

_WORDS: Mapping[str, str] = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "array": "list",
    "object": "object",
    "null": "null",
}
_FORMATS: Mapping[str, str] = {"uuid": "UUID", "date-time": "moment", "uri": "URL", "uri-reference": "URL"}


class Piece(Struct, frozen=True):
    """A few words of a type: plain ones, code, or the name of an object that is told elsewhere."""

    text: str
    code: bool = False
    of: str = ""


def type_words(schema: Mapping[str, Any]) -> list[Piece]:
    """Such as: list of CheckObject."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return [Piece(name, of=name)]
    if "anyOf" in schema:
        return _either(schema["anyOf"])
    if "enum" in schema:
        return _either([{"const": choice} for choice in schema["enum"]])
    if "const" in schema:
        return [Piece('""' if schema["const"] == "" else str(schema["const"]), code=True)]
    if schema.get("type") == "array":
        return [Piece("list of "), *type_words(schema.get("items", {}))]
    if (
        "additionalProperties" in schema
        and schema["additionalProperties"] is not False
        and not schema.get("properties")
    ):
        return [Piece("object of "), *type_words(schema["additionalProperties"] or {})]
    told = schema.get("title") or _FORMATS.get(schema.get("format", "")) or _WORDS.get(schema.get("type", ""))
    return [Piece(told or "anything")]


def _either(schemas: list[Json]) -> list[Piece]:
    """With commas between them, and an “or” before the last."""
    pieces: list[Piece] = []
    for place, schema in enumerate(schemas):
        between = "" if not place else " or " if place == len(schemas) - 1 else ", "
        pieces += [*([Piece(between)] if between else []), *type_words(schema)]
    return pieces


def bounds(schema: Mapping[str, Any]) -> str:
    """Such as: 60 to 31,536,000."""
    several = [each for each in schema.get("anyOf", ()) if each != {"type": "null"}]
    if several:
        return bounds(several[0]) if len(several) == 1 else ""
    if schema.get("type") == "array" and "items" in schema:
        return "; each ".join(filter(None, ("; ".join(_sizes(schema, "items")), bounds(schema["items"]))))
    return "; ".join([*_range(schema), *_sizes(schema, "characters"), *_pattern(schema)])


def _range(schema: Mapping[str, Any]) -> Iterator[str]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        yield f"{low:,} to {high:,}"
    elif low is not None:
        yield f"at least {low:,}"
    elif high is not None:
        yield f"at most {high:,}"


def _sizes(schema: Mapping[str, Any], what: str) -> Iterator[str]:
    least, most = (schema.get(f"{end}{'Items' if what == 'items' else 'Length'}") for end in ("min", "max"))
    if least is not None and least == most:
        yield f"{least:,} {what}"
        return
    if least:
        yield f"at least {least:,} {what if least > 1 else what.removesuffix('s')}"
    if most is not None:
        yield f"at most {most:,} {what}"


def _pattern(schema: Mapping[str, Any]) -> Iterator[str]:
    if "pattern" in schema and schema.get("format") not in _FORMATS:
        yield f"`{schema['pattern']}`"

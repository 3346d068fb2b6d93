"""The document as people read it: chapters, sections, routes, and the objects that go in and out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from handlers.api.document.curl import curl_line
from handlers.api.document.schemas import REF, Json, resolve
from handlers.api.document.wording import Piece, bounds, type_words

_METHODS = ("get", "post", "put", "patch", "delete")
_SAME = ("Version 2", "Version 1")
"""The chapter of version 3 tells how these differ; nothing else of them is worth anybody's reading."""


class Row(Struct, frozen=True):
    """One parameter, or one field of an object."""

    name: str
    type: Sequence[Piece]
    bounds: str
    words: str
    required: bool
    default: str = ""
    place: str = ""
    """In the path, the query or a header, for a parameter."""


class Body(Struct, frozen=True):
    rows: Sequence[Row]
    examples: Sequence[tuple[str, str]]
    """Words for each, and the JSON."""
    required: bool
    ignored: Sequence[str]
    """Fields that may be sent, and do nothing."""


class Reply(Struct, frozen=True):
    status: str
    words: str
    type: Sequence[Piece]
    media: str
    headers: Sequence[str]


class Entry(Struct, frozen=True):
    anchor: str
    method: str
    path: str
    words: str
    note: str
    needs: str
    rows: Sequence[Row]
    body: Body | None
    replies: Sequence[Reply]
    curl: str


class Section(Struct, frozen=True):
    anchor: str
    title: str
    words: str
    entries: Sequence[Entry]


class Chapter(Struct, frozen=True):
    anchor: str
    title: str
    paragraphs: Sequence[str]
    sections: Sequence[Section]


class Thing(Struct, frozen=True):
    """A schema with a name."""

    name: str
    words: str
    rows: Sequence[Row]
    example: str


def chapters(document: Json) -> list[Chapter]:
    return [_chapter(document, group) for group in document["x-tagGroups"] if group["name"] not in _SAME]


def things(document: Json) -> list[Thing]:
    """All but what is only sent: that is told where it is sent."""
    sent = set(_sent(document))
    schemas = document["components"]["schemas"]
    return [_thing(name, schema) for name, schema in schemas.items() if "examples" in schema or name not in sent]


def _sent(document: Json) -> Iterator[str]:
    for item in document["paths"].values():
        for operation in item.values():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield content["schema"].get("$ref", "").removeprefix(REF)


def _chapter(document: Json, group: Mapping[str, Any]) -> Chapter:
    described = {tag["name"]: tag["description"] for tag in document["tags"]}
    sections = [_section(document, tag, described[tag]) for tag in group["tags"]]
    return Chapter(_anchor(group["name"]), group["name"], group["description"].split("\n\n"), sections)


def _section(document: Json, tag: str, words: str) -> Section:
    entries = [
        _entry(document, path, method, item[method])
        for path, item in document["paths"].items()
        for method in _METHODS
        if tag in item.get(method, {}).get("tags", ())
    ]
    return Section(_anchor(tag), tag.partition(" (")[0], words, entries)


def _entry(document: Json, path: str, method: str, operation: Json) -> Entry:
    return Entry(
        anchor=operation["operationId"].replace("_", "-"),
        method=method.upper(),
        path=path,
        words=operation["summary"],
        note=operation.get("description", ""),
        needs=operation["x-needs"],
        rows=[_parameter(each) for each in operation.get("parameters", ())],
        body=_body(document, operation.get("requestBody", {})),
        replies=[_reply(status, each) for status, each in operation["responses"].items()],
        curl=curl_line(document, path, method, operation),
    )


def _parameter(told: Json) -> Row:
    row = _row(told["name"], told["schema"], required=told.get("required", False))
    return Row(row.name, row.type, row.bounds, told.get("description", ""), row.required, row.default, told["in"])


def _body(document: Json, told: Json) -> Body | None:
    for content in told.get("content", {}).values():
        schema = resolve(content["schema"], document["components"]["schemas"])
        examples = [(each["summary"], _pretty(each["value"])) for each in content.get("examples", {}).values()]
        ignored = [name for name, field in schema.get("properties", {}).items() if field.get("readOnly")]
        rows = [row for row in _rows(schema) if row.name not in ignored]
        return Body(rows, examples, told.get("required", False), ignored)
    return None


def _reply(status: str, told: Json) -> Reply:
    content = told.get("content", {})
    media = " or ".join(content)
    type_ = [piece for each in content.values() if each["schema"] for piece in type_words(each["schema"])]
    is_json = media.endswith("json")
    return Reply(status, told["description"], type_ if is_json else [], media, list(told.get("headers", ())))


def _thing(name: str, schema: Json) -> Thing:
    example = _pretty(schema["examples"][0]) if "examples" in schema else ""
    return Thing(name, schema.get("description", ""), list(_rows(schema)), example)


def _rows(schema: Mapping[str, Any]) -> Iterator[Row]:
    required = schema.get("required", ())
    for name, field in schema.get("properties", {}).items():
        yield _row(name, field, required=name in required)


def _row(name: str, schema: Mapping[str, Any], *, required: bool) -> Row:
    default = json.dumps(schema["default"]) if schema.get("default") not in (None, [], "") else ""
    return Row(name, type_words(schema), bounds(schema), _words(schema), required, default)


def _words(schema: Mapping[str, Any]) -> str:
    """Those of the field, or else those of one of the types that it may have."""
    several = [schema, *schema.get("anyOf", ())]
    told = next((each["description"] for each in several if each.get("description")), "")
    each = schema.get("items", {}).get("description", "")
    return told or (f"Each: {each[0].lower()}{each[1:]}" if each else "")


def _pretty(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _anchor(title: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in title.lower()).strip("-")

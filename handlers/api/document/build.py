"""Put the document together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from handlers.api import classic, v4
from handlers.api.document import outside
from handlers.api.document.dialects import CLASSIC, CLEAN, SCHEMES, KeyInBody
from handlers.api.document.inventing import invented
from handlers.api.document.naming import SUBJECTS, subject_of
from handlers.api.document.operations import Operation, body_type, describe, operations, tag
from handlers.api.document.prose import ABOUT, BESIDE, VERSIONS
from handlers.api.document.schemas import REF, Json, components

VERSION = "4.0.0"
"""The document's: its first number is that of the newest version of the API."""


def build(*, site_root: str, site_name: str) -> Json:
    """The document of the site with this address and name."""
    clean = list(operations(4, v4.ROUTES, CLEAN))
    classic_ = [each for version in (3, 2, 1) for each in operations(version, classic.ROUTES, CLASSIC)]
    schemas, named = components([*_types(clean), *outside.shapes()], CLEAN.prefix)
    old_schemas, old_named = components(_types(classic_), CLASSIC.prefix)
    _take_keys(old_named, classic_, old_schemas)
    groups = _grouped([*clean, *classic_])
    paths = _paths(clean, schemas) | _paths(classic_, old_schemas) | outside.paths(schemas)
    answered = [operation["responses"] for item in paths.values() for operation in item.values()]
    return {
        "openapi": "3.1.0",
        "info": _info(site_name),
        "servers": [{"url": site_root}],
        "tags": [{"name": name, "description": words} for tags in groups.values() for name, words in tags],
        "x-tagGroups": [
            {"name": name, "description": words, "tags": [tag for tag, _ in tags]}
            for (name, words), tags in groups.items()
        ],
        "paths": paths,
        "components": {"schemas": _with_examples(named | old_named, answered), "securitySchemes": dict(SCHEMES)},
    }


def _info(site_name: str) -> Json:
    return {
        "title": f"{site_name} API",
        "version": VERSION,
        "summary": "Look after checks from programs.",
        "description": ABOUT,
        "license": {"name": "MIT", "identifier": "MIT"},
    }


def _types(told: Iterable[Operation]) -> Iterator[Any]:
    """What goes in and out."""
    for each in told:
        yield from filter(None, (body_type(each), *(answer.shape for answer in each.answers.values())))


def _take_keys(named: Mapping[str, Json], told: Iterable[Operation], schemas: Mapping[Any, Json]) -> None:
    """Old versions read the key from any body, whatever the body is for."""
    _, own = components([KeyInBody], "")
    for struct in {body_type(each) for each in told} - {None}:
        name = schemas[struct]["$ref"].removeprefix(REF)
        named[name].setdefault("properties", {}).update(own[KeyInBody.__name__]["properties"])


def _paths(told: Iterable[Operation], schemas: Mapping[Any, Json]) -> dict[str, Json]:
    paths: dict[str, Json] = {}
    for each in told:
        place = paths.setdefault(f"/api/v{each.version}{each.path}", {})
        place[each.method.lower()] = describe(each, schemas)
    return paths


def _with_examples(named: dict[str, Json], answered: Iterable[Json]) -> dict[str, Json]:
    """Those that are answered with have one each, and so have those in them."""
    shown = set(_named_in(list(answered), named))
    return {
        name: schema | ({"examples": [invented(schema, named)]} if name in shown else {})
        for name, schema in sorted(named.items())
    }


def _named_in(value: Any, named: Mapping[str, Json]) -> Iterator[str]:
    """The names of all schemas that a schema refers to, and that those refer to."""
    if isinstance(value, list):
        for each in value:
            yield from _named_in(each, named)
    elif isinstance(value, dict):
        if "$ref" in value:
            name = value["$ref"].removeprefix(REF)
            yield name
            yield from _named_in(named[name], named)
        yield from _named_in(list(value.values()), named)


def _grouped(told: Iterable[Operation]) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Each group with its words: the tags in it, with theirs. In the order of the tables."""
    used = {(each.version, subject_of(each.path)) for each in told}
    groups = {
        (f"Version {version}", about): [
            (tag(subject, version), words) for subject, words in SUBJECTS.items() if (version, subject) in used
        ]
        for version, about in VERSIONS.items()
    }
    beside = {address.subject for address in outside.ADDRESSES}
    return groups | {("Beside the API", BESIDE): [(name, words) for name, words in SUBJECTS.items() if name in beside]}

"""Where an operation is, and what may be asked there: parameters in the path, the query and the headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from handlers.api.document.schemas import Json, parameters_of
from handlers.api.route import Route
from handlers.converters import CONVERTERS

_PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
_TOLD: Mapping[str, tuple[str, Json]] = {
    "id": ("Its id: a UUID in lower case.", {"type": "string", "format": "uuid"}),
    "key": ("Its unique key: what messages and read-only keys name it by.", {"type": "string", "title": "unique key"}),
    "number": ("Its running number.", {"type": "integer", "minimum": 1, "maximum": 9_999_999_999}),
    "word": ("The project's, in URLs that are no secret.", {"type": "string"}),
    "slug": ("The check's slug.", {"type": "string", "pattern": "^[a-z0-9_-]{1,100}$"}),
    "signal": ("What there is to say.", {"type": "string"}),
    "signature": (
        "Proves that the badge was meant to be seen; with `-2` at its end the badge shows two states, else three.",
        {"type": "string", "pattern": "^[A-Za-z0-9_-]{8}(-2)?$"},
    ),
    "tag": ("A tag, percent-encoded.", {"type": "string"}),
    "format": ("`shields` is JSON for shields.io.", {"type": "string", "enum": ["svg", "json", "shields"]}),
    "states": ("How many states it shows: 2, or 3 with late.", {"type": "string", "enum": ["2", "3"]}),
    "secret": ("A read-only key.", {"type": "string", "minLength": 32, "maxLength": 32}),
}
"""By what stands before the name in a route's path: words for it, and its type."""
_CONDITIONS: Mapping[int, tuple[str, str]] = {
    304: ("If-None-Match", "The `ETag` of what you have: if it is still the same, nothing is sent."),
    412: ("If-Match", "The `ETag` of what you have seen: if the settings were changed since, nothing is done."),
}
"""The header that brings about an answer."""


def shape_of(path: str) -> str:
    """The path without its names: routes of one shape are one path in the document."""
    return _PLACE.sub("{}", path)


def template(paths: Iterable[str]) -> str:
    """A path with names in braces. Of two names for one place the one of an id is taken."""
    chosen = min(paths, key=lambda path: "<key:" in path)
    return _PLACE.sub(lambda place: f"{{{place[2]}}}", chosen)


def path_parameters(paths: Iterable[str]) -> list[Json]:
    """What stands in the place of each name. Several paths of one shape take any of theirs."""
    spellings = [_PLACE.findall(path) for path in sorted(paths, key=lambda path: "<key:" in path)]
    return [_in_path(several) for several in zip(*spellings, strict=True)]


def _in_path(spellings: Iterable[tuple[str, str]]) -> Json:
    by_kind = dict(spellings)
    told = [_TOLD[kind] for kind in by_kind]
    schemas = [_schema(kind) for kind in by_kind]
    return {
        "name": next(iter(by_kind.values())),
        "in": "path",
        "required": True,
        "description": " Or: ".join(words for words, _ in told),
        "schema": schemas[0] if len(schemas) == 1 else {"anyOf": schemas},
    }


def _schema(kind: str) -> Json:
    schema = _TOLD[kind][1]
    known = schema["type"] == "string" and kind in CONVERTERS
    return schema | {"pattern": _whole(CONVERTERS[kind].regex)} if known else schema


def _whole(regex: str) -> str:
    return f"^({regex})$" if "|" in regex else f"^{regex}$"


def query_parameters(query: type[Struct] | None) -> Iterator[Json]:
    for name, schema, required in parameters_of(query) if query else ():
        told = {"name": name, "in": "query", "description": schema.pop("description", ""), "schema": schema}
        yield told | ({"required": True} if required else {})


def condition_parameters(route: Route) -> Iterator[Json]:
    """The headers that some of its answers hang on."""
    for status, (name, words) in _CONDITIONS.items():
        if status in route.answers:
            yield {"name": name, "in": "header", "description": words, "schema": {"type": "string"}}

"""Each route of the API as an operation of the document, under the path that it has there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any

from msgspec import Struct

from handlers.api.document.answers import merged, response
from handlers.api.document.dialects import Dialect, KeyInBody
from handlers.api.document.examples import BODIES
from handlers.api.document.naming import SUBJECTS, operation_id, subject_of
from handlers.api.document.parameters import (
    condition_parameters,
    path_parameters,
    query_parameters,
    shape_of,
    template,
)
from handlers.api.document.schemas import Json
from handlers.api.route import Answer, Route
from tocsin.stores.projects import Role


class Operation(Struct, frozen=True):
    """Routes that answer to one method, and to one path but for the kinds of what varies in it."""

    version: int
    method: str
    path: str
    """Below the version, with {braces}."""
    routes: tuple[Route, ...]
    dialect: Dialect

    @property
    def id(self) -> str:
        return operation_id(self.version, self.method, self.path)

    @property
    def route(self) -> Route:
        return self.routes[0]

    @property
    def answers(self) -> Mapping[int, Answer]:
        own: dict[int, Answer] = {}
        for route in reversed(self.routes):
            own |= route.answers
        return merged(own, self.dialect.shared(self.route))


def operations(version: int, routes: Iterable[Route], dialect: Dialect) -> Iterator[Operation]:
    """By subject, then by path, a path's methods together. What takes any method is told as GET."""
    told = [(shape_of(route.path), method, route) for route in routes for method in route.methods or ("GET",)]
    names = {shape: template(route.path for other, _, route in told if other == shape) for shape, _, _ in told}
    for (shape, method), several in groupby(sorted(told, key=_place), key=lambda each: each[:2]):
        yield Operation(version, method, names[shape], tuple(route for _, _, route in several), dialect)


_ROLES: Mapping[Role, str] = {Role.OWNER: "that of the project", Role.MANAGER: "a manager of the project, or its owner"}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def _place(told: tuple[str, str, Route]) -> tuple[int, str, int, bool]:
    shape, method, route = told
    return list(SUBJECTS).index(subject_of(shape)), shape, _METHODS.index(method), "<key:" in route.path


def describe(operation: Operation, schemas: Mapping[Any, Json]) -> Json:
    route = operation.route
    told: Json = {
        "operationId": operation.id,
        "tags": [tag(subject_of(operation.path), operation.version)],
        "summary": route.words,
        "description": _note(operation),
        "x-needs": route.needs.value,
        "x-any-method": route.methods is None,
        "security": operation.dialect.security(route),
        "parameters": [
            *path_parameters(each.path for each in operation.routes),
            *query_parameters(route.query),
            *condition_parameters(route),
        ],
        "requestBody": _body(operation, schemas),
        "responses": {str(status): response(answer, schemas) for status, answer in operation.answers.items()},
    }
    return {name: value for name, value in told.items() if value or name == "security"}


def tag(subject: str, version: int) -> str:
    return f"{subject} (version {version})"


def _note(operation: Operation) -> str:
    route = operation.route
    notes = dict.fromkeys(each.note for each in operation.routes if each.note)
    role = [f"The owner of an account's key has to be {_ROLES[route.role]}."] if route.role else []
    return " ".join([*notes, *role, *([] if route.methods else ["Takes any method."])])


def body_type(operation: Operation) -> type[Struct] | None:
    """What the operation's body is read as; old versions read a key in any that is posted."""
    keyed = operation.dialect.key_in_body and operation.method == "POST"
    return operation.route.body or (KeyInBody if keyed else None)


def _body(operation: Operation, schemas: Mapping[Any, Json]) -> Json:
    struct = body_type(operation)
    if struct is None:
        return {}
    told: Json = {"schema": schemas[struct]}
    newest = operation_id(3 if operation.version < 4 else 4, operation.method, operation.path)
    if newest in BODIES:
        told["examples"] = {_slug(words): {"summary": words, "value": value} for words, value in BODIES[newest].items()}
    media = operation.route.reads or ("application/json",)
    return {"required": operation.route.body is not None, "content": dict.fromkeys(media, told)}


def _slug(words: str) -> str:
    return words.lower().replace(" ", "-")

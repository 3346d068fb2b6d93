"""The OpenAPI document as a contract: what was answered is held against what it declares."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

from flask.testing import FlaskClient
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012
from werkzeug.test import TestResponse

Json: TypeAlias = dict[str, Any]

METHODS = ("get", "post", "put", "patch", "delete")
_PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Operation:
    path: str
    """As the document spells it, with {braces}."""
    method: str
    item: Mapping[str, Any] = field(repr=False)

    @property
    def responses(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.item["responses"]
        return found

    def pointer(self, *parts: str) -> str:
        """Where a part of the operation is, as a JSON pointer."""
        places = ("paths", self.path, self.method, *parts)
        return "/".join(["#", *(place.replace("~", "~0").replace("/", "~1") for place in places)])


class Contract:
    def __init__(self, document: Json) -> None:
        self.document = document

    @cached_property
    def operations(self) -> list[Operation]:
        """Those whose paths vary least come first: /checks/bulk is none of the /checks/{check}."""
        found = [
            Operation(path, method, item[method])
            for path, item in self.document["paths"].items()
            for method in METHODS
            if method in item
        ]
        return sorted(found, key=lambda operation: operation.path.count("{"))

    def operation(self, method: str, path: str) -> Operation | None:
        """What a request is declared as, if it is."""
        for operation in self.operations:
            asked = "get" if method == "HEAD" or operation.item.get("x-any-method") else method.lower()
            if operation.method == asked and self._leads_to(operation, path):
                return operation
        return None

    def _leads_to(self, operation: Operation, path: str) -> bool:
        names = re.findall(r"\{(\w+)\}", operation.path)
        form = "".join(
            f"(?P<{part[1:-1]}>.+)" if part.startswith("{") else re.escape(part)
            for part in re.split(r"(\{\w+\})", operation.path)
        )
        found = re.fullmatch(form, path)
        places = {parameter["name"]: parameter["schema"] for parameter in operation.item.get("parameters", ())}
        return found is not None and all(self._fits(found[name], places[name]) for name in names)

    def _fits(self, text: str, schema: Mapping[str, Any]) -> bool:
        """What stands in a path is text, whatever it is read as."""
        number = schema.get("type") == "integer" and re.fullmatch("[1-9][0-9]*", text)
        return bool(OAS31Validator(schema).is_valid(int(text) if number else text))

    def faults(self, value: object, pointer: str, *, closed: bool) -> Iterator[str]:
        """What is wrong with a value by the schema at this place. Where that is closed, it has all there may be."""
        validator = OAS31Validator(
            {"$ref": f"{'urn:closed' if closed else 'urn:open'}{pointer}"},
            registry=self._schemas,
            format_checker=oas31_format_checker,
        )
        for fault in validator.iter_errors(value):
            yield f"{fault.json_path}: {fault.message[:300]}"

    @cached_property
    def _schemas(self) -> Any:
        opened, closed = (Resource.from_contents(each, DRAFT202012) for each in (self.document, _closed(self.document)))
        return Registry().with_resources([("urn:open", opened), ("urn:closed", closed)])


def _closed(value: Any) -> Any:
    """Objects have the properties that are declared, and no others."""
    if isinstance(value, list):
        return [_closed(each) for each in value]
    if not isinstance(value, dict):
        return value
    closed = {name: _closed(each) for name, each in value.items()}
    if value.get("type") == "object" and "properties" in value:
        closed.setdefault("additionalProperties", False)
    return closed


def broken(contract: Contract, response: TestResponse, sent: object = None) -> list[str]:
    """What of an answer, and of what was sent and taken, the document does not declare."""
    method, path, status = response.request.method, response.request.path, response.status_code
    operation = contract.operation(method, path)
    if operation is None:
        return _of_nothing(response)
    if method == "OPTIONS" and not operation.item.get("x-any-method"):
        return [] if status == 204 else [f"OPTIONS is answered with {status}"]
    declared = operation.responses.get(str(status))
    if declared is None:
        return [f"{status} is not declared, only {', '.join(operation.responses)}"]
    return [
        *_of_headers(response, declared),
        *_of_content(contract, operation, response, declared),
        *_of_request(contract, operation, response, sent),
    ]


def _of_nothing(response: TestResponse) -> list[str]:
    """Where nothing is declared, nothing may be found, in the form of the version that was asked."""
    status, path = response.status_code, response.request.path
    if response.request.method == "OPTIONS" and status == 204:
        return []
    if status in (301, 308):
        return [] if "Location" in response.headers else ["a redirect without Location"]
    if status not in (404, 405):
        return [f"{status}, and neither 404 nor 405, where nothing is declared"]
    missing = ["405 without Allow"] if status == 405 and "Allow" not in response.headers else []
    expected = _PROBLEM if path.startswith("/api/v4") else "text/plain"
    return [*missing, *([] if response.mimetype == expected else [f"{status} is {response.mimetype}, not {expected}"])]


def _of_headers(response: TestResponse, declared: Mapping[str, Any]) -> Iterator[str]:
    for name, header in declared.get("headers", {}).items():
        if header.get("required") and name not in response.headers:
            yield f"the header {name} is missing"


def _of_content(
    contract: Contract, operation: Operation, response: TestResponse, declared: Mapping[str, Any]
) -> Iterator[str]:
    if response.request.method == "HEAD" or "content" not in declared:
        if response.data:
            yield f"a body where none is declared: {response.data[:100]!r}"
        return
    media = next((each for each in declared["content"] if each.partition(";")[0] == response.mimetype), None)
    if media is None:
        yield f"{response.mimetype} is not declared, only {', '.join(declared['content'])}"
    elif media.endswith("json"):
        pointer = operation.pointer("responses", str(response.status_code), "content", media, "schema")
        yield from contract.faults(json.loads(response.data), pointer, closed=True)


def _of_request(contract: Contract, operation: Operation, response: TestResponse, sent: object) -> Iterator[str]:
    """What was taken must be what may be sent."""
    content = operation.item.get("requestBody", {}).get("content", {})
    if sent is not None and response.status_code < 300 and "application/json" in content:
        pointer = operation.pointer("requestBody", "content", "application/json", "schema")
        for fault in contract.faults(sent, pointer, closed=False):
            yield f"taken, yet not declared: {fault}"


def _sent(data: object = None, json: object = None, **_: object) -> object:
    """The JSON of a request, by what the test client was given."""
    return _decoded(data) if isinstance(data, str | bytes) and data else json


def _decoded(data: str | bytes) -> object:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


class ContractClient(FlaskClient):
    """Fails the test whose request below /api/ is answered in a way that the document does not declare."""

    contract: Contract

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response = super().open(*args, **kwargs)
        request = response.request
        if request.path.startswith("/api/") and request.path != "/api/":
            found = broken(self.contract, response, _sent(**kwargs))
            told = "\n  ".join([f"{request.method} {request.path} → {response.status_code}", *found])
            assert not found, f"not as the OpenAPI document has it:\n  {told}"
        return response

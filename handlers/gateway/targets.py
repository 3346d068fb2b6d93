"""What a request is for: method, path and query, and who asks. Each kind of event says it in a way of its own.

PEP 3333: texts of an environ are bytes in disguise, a character for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote_plus, unquote_to_bytes

from handlers.gateway import prefix
from handlers.gateway.invocation import Event


class Target(NamedTuple):
    method: str
    split: prefix.Split
    query: str
    client: str | None
    """The client's address; None where only a header tells it."""


def of_rest_api(event: Event, told: Event) -> Target:
    """The path is as the client sent it, the query was taken apart and decoded. `told` is the request context."""
    before, path = prefix.of_rest_api(event, told, event.get("path") or "/")
    return Target(event.get("httpMethod") or "GET", (_decoded(before), _decoded(path)), _query(event), _source(told))


def of_http_api_1(event: Event, told: Event) -> Target:
    """An HTTP API with payload version 1.0: as a REST API's, but the path was decoded and has the stage."""
    split = prefix.of_http_api(told, as_bytes(event.get("path") or "/"))
    return Target(event.get("httpMethod") or "GET", split, _query(event), _source(told))


def of_payload_2(event: Event, told: Event) -> Target:
    """HTTP APIs decode the path, Function URLs do not: decoding it twice would make another path of a %25."""
    http: Event = told.get("http") or {}
    path: str = event.get("rawPath") or http.get("path") or "/"
    is_function_url = ".lambda-url." in (told.get("domainName") or "")
    split = ("", _decoded(path)) if is_function_url else prefix.of_http_api(told, as_bytes(path))
    raw = event.get("rawQueryString")
    query = _query(event) if raw is None else as_bytes(raw)
    return Target(http.get("method") or "GET", split, query, http.get("sourceIp") or "")


def of_load_balancer(event: Event, told: Event) -> Target:
    """Path and query are as the client sent them. The request context knows no client."""
    method, path = event.get("httpMethod") or "GET", _decoded(event.get("path") or "/")
    query = "&".join(f"{name}={value}" for name, value in _parameters(event))
    return Target(method, ("", path), as_bytes(query), None)


def as_bytes(text: str) -> str:
    return text if text.isascii() else text.encode(errors="replace").decode("latin-1")


def _decoded(path: str) -> str:
    if "%" not in path:
        return as_bytes(path)
    return unquote_to_bytes(path.encode(errors="replace")).decode("latin-1")


def _source(told: Event) -> str:
    return (told.get("identity") or {}).get("sourceIp") or ""


def _query(event: Event) -> str:
    return "&".join([f"{_quoted(name)}={_quoted(value)}" for name, value in _parameters(event)])


def _quoted(text: str) -> str:
    return text if text.isalnum() and text.isascii() else quote_plus(text, errors="replace")


def _parameters(event: Event) -> list[tuple[str, str]]:
    several: Mapping[str, list[str] | None] | None = event.get("multiValueQueryStringParameters")
    if several:
        return [(name, value) for name, values in several.items() for value in values or ("",)]
    single: Mapping[str, str | None] = event.get("queryStringParameters") or {}
    return [(name, value or "") for name, value in single.items()]

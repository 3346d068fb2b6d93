"""What an operation answers: those of the route, and those that come with its needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.api.document.schemas import Json
from handlers.api.route import Answer

_HEADERS: Mapping[str, tuple[str, Json]] = {
    "ETag": ('`"<settings>.<all>"`, for `If-None-Match` and `If-Match`.', {"type": "string"}),
    "Location": ("Where what was made is.", {"type": "string", "format": "uri-reference"}),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "WWW-Authenticate": ("`Bearer`", {"type": "string"}),
    "Ping-Body-Limit": ("Bytes of a body that are kept.", {"type": "integer"}),
}


def merged(own: Mapping[int, Answer], shared: Mapping[int, Answer]) -> dict[int, Answer]:
    """In the order of their numbers. Where both tell of a number, both are heard."""
    return {status: _both(own.get(status), shared.get(status)) for status in sorted({*own, *shared})}


def _both(own: Answer | None, shared: Answer | None) -> Answer:
    if own is None or shared is None:
        answer = own or shared
        assert answer is not None
        return answer
    words = own.words if own.words == shared.words else f"{shared.words} Or: {own.words}"
    headers = tuple(dict.fromkeys((*own.headers, *shared.headers)))
    return Answer(words, own.shape or shared.shape, own.media or shared.media, headers, own.also)


def response(answer: Answer, schemas: Mapping[Any, Json]) -> Json:
    told: Json = {"description": answer.words}
    if answer.headers:
        told["headers"] = {name: _header(name) for name in answer.headers}
    if answer.shape is not None or answer.media:
        schema = {} if answer.shape is None else schemas[answer.shape]
        kinds = (answer.media or "application/json", answer.also)
        told["content"] = {media: {"schema": schema} for media in kinds if media}
    return told


def _header(name: str) -> Json:
    words, schema = _HEADERS[name]
    return {"description": words, "required": True, "schema": schema}

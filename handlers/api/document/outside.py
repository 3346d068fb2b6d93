"""What is there beside the API's versions: ping URLs, badges, metrics, and the document itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from handlers.api.document.answers import response
from handlers.api.document.parameters import path_parameters, query_parameters, template
from handlers.api.document.routes import ROUTES
from handlers.api.document.schemas import Json
from handlers.api.route import Answer, Route


class Address(Struct, frozen=True):
    id: str
    subject: str
    paths: tuple[str, ...]
    """As rules of werkzeug's, of one shape."""
    words: str
    answers: Mapping[int, Sequence[Answer]]
    methods: tuple[str, ...] = ("GET",)
    note: str = ""
    needs: str = "no key"
    query: type[Struct] | None = None


class Run(Struct):
    rid: Annotated[
        str | None,
        Meta(description="Names the run, where several may be under way.", extra_json_schema={"format": "uuid"}),
    ] = None


class RunOfNew(Run):
    create: Annotated[Literal["1"] | None, Meta(description="Make the check, if none has this slug.")] = None


class BadgeStatus(Struct):
    status: Literal["up", "late", "down"]
    total: int
    grace: int
    down: int


class ShieldsBadge(Struct):
    """As shields.io reads it."""

    schemaVersion: Literal[1]  # noqa: N815 (their word)
    label: str
    message: Literal["up", "late", "down"]
    color: Literal["success", "important", "critical"]


def _said(words: str, *headers: str) -> Sequence[Answer]:
    return [Answer(words, str, "text/plain", headers)]


_PING = "Any method pings. A body is kept with the ping, and cut where it is too long."
_SIGNALS = f"`start`, `fail`, `log` or `keepalive`; or an exit status, of which 0 is a success. {_PING}"
_PINGED = {
    200: _said("`OK`: recorded.", "Ping-Body-Limit"),
    400: _said("The exit status is over 255, or `rid` is no UUID."),
    404: _said("`not found`: there is no such check."),
    503: _said("The store is out of reach, or many ping this check at once: try again.", "Retry-After"),
}
_PINGED_BY_SLUG = {
    **_PINGED,
    201: _said("`Created`: the check was made, and this is its first ping.", "Ping-Body-Limit"),
    409: _said("`ambiguous slug`: several checks of the project have it."),
}
_BADGE = {
    200: [
        Answer("What the badge shows.", str, "image/svg+xml"),
        Answer("", BadgeStatus),
        Answer("", ShieldsBadge),
    ],
    404: _said("`not found`: the key or the signature is wrong, or nothing has this tag."),
    503: _said("The store is out of reach: try again.", "Retry-After"),
}
_METRICS = {
    200: _said("Gauges for each check, each tag, and all of them."),
    400: _said("The key has not 32 characters."),
    403: _said("The key is no read-only key of a project."),
    404: _said("`not found`: metrics are switched off here."),
    503: _said("The store is out of reach: try again.", "Retry-After"),
}
_READ_ONLY = "a read-only key of the project"
_BOTH = ("GET", "POST")
_BY_ID = "/ping/<id:check>/<signal:signal>"
_BY_SLUG = "/ping/<word:ping_key>/<slug:slug>"

_BESIDE = (
    Address("ping", "Pinging", ("/ping/<id:check>",), "Say that a job went well", _PINGED, _BOTH, _PING, query=Run),
    Address(
        "ping_with_signal",
        "Pinging",
        (_BY_ID, _BY_SLUG),
        "Say how a job is; or, by slug, that it went well",
        _PINGED_BY_SLUG,
        _BOTH,
        _SIGNALS,
        query=RunOfNew,
    ),
    Address(
        "ping_slug_with_signal",
        "Pinging",
        (f"{_BY_SLUG}/<signal:signal>",),
        "Say how a job is, by slug",
        _PINGED_BY_SLUG,
        _BOTH,
        _SIGNALS,
        query=RunOfNew,
    ),
    Address(
        "get_badge_of_project",
        "Badges",
        ("/badge/<word:badge_key>/<signature:signature>.<format:format>",),
        "Show how a project's checks are",
        _BADGE,
    ),
    Address(
        "get_badge_of_tag",
        "Badges",
        ("/badge/<word:badge_key>/<signature:signature>/<tag:tag>.<format:format>",),
        "Show how the checks with a tag are",
        _BADGE,
    ),
    Address(
        "get_badge_of_check",
        "Badges",
        ("/b/<states:states>/<id:badge_key>.<format:format>",),
        "Show how a check is",
        _BADGE,
    ),
    Address(
        "get_metrics",
        "Metrics",
        ("/projects/<id:project>/metrics/",),
        "Read a project's metrics",
        {**_METRICS, 401: _said("No key was sent: it belongs in the header `Authorization`.", "WWW-Authenticate")},
        needs=_READ_ONLY,
    ),
    Address(
        "get_metrics_by_path",
        "Metrics",
        ("/projects/<id:project>/metrics/<secret:read_only_key>",),
        "Read a project's metrics, with the key in the path",
        _METRICS,
    ),
)


def _own(route: Route) -> Address:
    answers = {status: [answer] for status, answer in route.answers.items()}
    return Address("get_document", "Site", (f"/api{route.path}",), route.words, answers)


ADDRESSES = (*_BESIDE, *map(_own, ROUTES))


def shapes() -> Iterator[Any]:
    for address in ADDRESSES:
        for answers in address.answers.values():
            yield from (answer.shape for answer in answers if answer.shape is not None)


def paths(schemas: Mapping[Any, Json]) -> dict[str, Json]:
    return {
        template(address.paths): {method.lower(): _described(address, method, schemas) for method in address.methods}
        for address in ADDRESSES
    }


def _described(address: Address, method: str, schemas: Mapping[Any, Json]) -> Json:
    told: Json = {
        "operationId": address.id if method == "GET" else f"{address.id}_{method.lower()}",
        "tags": [address.subject],
        "summary": address.words,
        "description": address.note,
        "x-needs": address.needs,
        "x-any-method": "POST" in address.methods,
        "security": [{"Bearer": []}] if address.needs == _READ_ONLY else [],
        "parameters": [*path_parameters(address.paths), *query_parameters(address.query)],
        "responses": {
            str(status): _merged([response(answer, schemas) for answer in several])
            for status, several in sorted(address.answers.items())
        },
    }
    if method == "POST":
        told["requestBody"] = {"content": {"*/*": {"schema": {}}}}
    return {name: value for name, value in told.items() if value or name == "security"}


def _merged(responses: Sequence[Json]) -> Json:
    """One response with the contents of all; the first has the words."""
    content: Json = {}
    for each in responses:
        for media, told in each.get("content", {}).items():
            known = [content[media]["schema"]] if media in content else []
            schema = {"anyOf": [*known, told["schema"]]} if known else told["schema"]
            content[media] = {"schema": schema}
    return responses[0] | ({"content": content} if content else {})

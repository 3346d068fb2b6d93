"""In what the old versions of the API and the new one differ, as the document tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from handlers.api.route import Answer, Needs, Route
from handlers.api.v4.answers import refused


class Refusal(Struct):
    error: Annotated[str, Meta(description="What is wrong.", examples=["wrong api key"])]


class KeyInBody(Struct):
    """Whatever else it holds is not looked at."""

    api_key: Annotated[str, Meta(description="The key, where it is not in the header `X-Api-Key`.")] = ""


class Dialect(Struct, frozen=True):
    prefix: str
    """Of the names of its schemas."""
    security: Callable[[Route], list[dict[str, list[str]]]]
    shared: Callable[[Route], Mapping[int, Answer]]
    """The answers that come with what a route needs and takes."""
    key_in_body: bool = False
    """Whatever is posted may have the key as a field of its own."""


_TOO_LARGE = "The body is too large."
_BUSY = "The store is out of reach, or somebody else is changing the same thing: try again."
_NO_KEY = "No key was sent, or it opens nothing here."
_RETRY = ("Retry-After",)


def _posts(route: Route) -> bool:
    return "POST" in (route.methods or ())


def _classic_security(route: Route) -> list[dict[str, list[str]]]:
    """A key may also stand in a body, which security schemes have no word for."""
    if route.needs is Needs.NOTHING:
        return []
    return [{"ApiKey": []}, {}] if _posts(route) else [{"ApiKey": []}]


def _classic_shared(route: Route) -> Mapping[int, Answer]:
    shared: dict[int, Answer] = {503: Answer(_BUSY, headers=_RETRY)}
    if _posts(route):
        faults = ", or a field of it is not valid: the first fault" if route.body else ""
        shared[400] = Answer(f"The body is no JSON object{faults}.", Refusal)
        shared[413] = Answer(_TOO_LARGE)
    if route.needs is not Needs.NOTHING:
        words = f"{_NO_KEY[:-1]}, or only reads." if route.needs is Needs.WRITE else _NO_KEY
        shared[401] = Answer(words, Refusal)
    return shared


_SHORT_OF: Mapping[Needs, str] = {
    Needs.WRITE: "The key only reads.",
    Needs.ACCOUNT_READ: "The key is a project's, not an account's.",
    Needs.ACCOUNT_WRITE: "The key is a project's, or only reads.",
}


def _clean_shared(route: Route) -> Mapping[int, Answer]:
    shared = {503: _with_headers(refused(_BUSY), _RETRY)}
    if route.body or route.query:
        shared[400] = refused("The input is not valid: `errors` has every fault, with the field that it is in.")
    if route.body:
        shared[413] = refused(_TOO_LARGE)
    if route.needs is not Needs.NOTHING:
        shared[401] = _with_headers(refused(_NO_KEY), ("WWW-Authenticate",))
    if route.needs in _SHORT_OF:
        shared[403] = refused(f"{_SHORT_OF[route.needs]} Or the role of its owner does not reach.")
    return shared


def _with_headers(answer: Answer, headers: tuple[str, ...]) -> Answer:
    return Answer(answer.words, answer.shape, answer.media, headers)


def _clean_security(route: Route) -> list[dict[str, list[str]]]:
    return [] if route.needs is Needs.NOTHING else [{"ApiKey": []}, {"Bearer": []}]


CLASSIC = Dialect("Classic", _classic_security, _classic_shared, key_in_body=True)
CLEAN = Dialect("", _clean_security, _clean_shared)

SCHEMES: Mapping[str, Any] = {
    "ApiKey": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A key of a project or, from version 4 on, of an account.",
    },
    "Bearer": {"type": "http", "scheme": "bearer", "description": "The same key, as `Authorization: Bearer`."},
}

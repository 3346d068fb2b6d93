"""How version 4 lets callers in, and how it refuses: problem details as RFC 9457 has them."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from flask import Response, request
from msgspec import UNSET, Struct, UnsetType

from handlers.api.caller import KEY_LENGTH, Caller, caller_with
from handlers.api.manner import Manner, json_body
from handlers.api.refusals import Refusal
from handlers.api.route import Needs, Route
from tocsin.stores.projects import Role

_HAVE_BODIES = ("POST", "PUT", "PATCH")


class Fault(Struct):
    """One fault of the input."""

    field: str
    """Where, such as `timeout` or `checks[3].tags[0]`."""
    detail: str


class ProblemDetails(Struct, kw_only=True):
    status: int
    title: str
    detail: str
    errors: list[Fault] | UnsetType = UNSET


def reply(value: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(value), status, content_type="application/json")


def _admit(route: Route) -> tuple[object, Caller | None]:
    """Nothing of a body is looked at before the key."""
    caller = None if route.needs is Needs.NOTHING else _caller(route.needs, route.least)
    reads_json = request.method in _HAVE_BODIES and route.body and not route.reads
    return (_read_body() if reads_json else {}), caller


def _caller(needs: Needs, least: Role) -> Caller:
    given = request.headers.get("X-Api-Key") or _bearer()
    if given is None:
        raise _unauthorized("No API key was sent: put it into the header X-Api-Key, or Authorization: Bearer.")
    caller = caller_with(given, least) if len(given) == KEY_LENGTH else None
    if caller is None:
        raise _unauthorized("This API key opens nothing here: it is mistyped, was revoked, or is another site's.")
    if needs in (Needs.ACCOUNT_READ, Needs.ACCOUNT_WRITE) and not caller.opened.account:
        raise Refusal(403, "This takes an account's key; the one that was sent is a project's.")
    if needs in (Needs.WRITE, Needs.ACCOUNT_WRITE) and caller.opened.read_only:
        raise Refusal(403, "This takes a read-write key; the one that was sent only reads.")
    return caller


def _bearer() -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _unauthorized(detail: str) -> Refusal:
    return Refusal(401, detail, headers={"WWW-Authenticate": "Bearer"})


def _read_body() -> object:
    try:
        return json_body()
    except ValueError as error:  # msgspec's errors are ValueErrors
        raise Refusal(400, f"The body is not JSON in UTF-8: {error}.") from None


def _refuse(refusal: Refusal) -> Response:
    faults = [Fault(problem.path, problem.sentence) for problem in refusal.problems]
    title = HTTPStatus(refusal.status).phrase
    details = ProblemDetails(status=refusal.status, title=title, detail=refusal.detail, errors=faults or UNSET)
    response = reply(details, refusal.status)
    response.content_type = "application/problem+json"
    response.headers.update(refusal.headers)
    return response


MANNER = Manner(
    _admit,
    _refuse,
    allowed_headers="X-Api-Key, Authorization, Content-Type, If-Match, If-None-Match",
    exposed_headers="ETag, Location, Retry-After",
)

"""How versions 1 to 3 let callers in, and how they refuse (protocol 3.1)."""

from __future__ import annotations

import json
import re

import msgspec
from flask import Response, request

from handlers.api.caller import Caller, caller_with, key_of_request
from handlers.api.manner import Manner, json_body
from handlers.api.refusals import Refusal
from handlers.api.route import Needs, Route
from tocsin.services.declared import Problem

_ITEM = re.compile(r"(\w+)\[\d+\]")


def reply(value: object, status: int = 200) -> Response:
    """The value as JSON in ASCII, since clients of old may count on that."""
    text = json.dumps(msgspec.to_builtins(value))
    return Response(text, status, content_type="application/json")


def _admit(route: Route) -> tuple[object, Caller | None]:
    """A body that can't be read is refused before a key that is wrong."""
    sent = _read_body() if request.method == "POST" and route.needs is not Needs.NOTHING else {}
    return sent, None if route.needs is Needs.NOTHING else _caller(route, sent)


def _read_body() -> dict[str, object]:
    try:
        sent = json_body()
    except ValueError:  # msgspec's errors are ValueErrors
        raise Refusal(400, "could not parse request body") from None
    if not isinstance(sent, dict):
        raise Refusal(400, "json validation error: value is not an object")
    return sent


def _caller(route: Route, sent: dict[str, object]) -> Caller:
    key = key_of_request(sent)
    if key is None:
        raise Refusal(401, "missing api key")
    caller = caller_with(key)
    if caller is None or caller.opened.account or (route.needs is Needs.WRITE and caller.opened.read_only):
        raise Refusal(401, "wrong api key")
    return caller


def _refuse(refusal: Refusal) -> Response:
    """Only 400 and 401 have JSON; a conflict has a sentence, all else has nothing (protocol 10, 13)."""
    if refusal.status in (400, 401) and (said := _said(refusal)):
        response = reply({"error": said}, refusal.status)
    else:
        body = refusal.detail if refusal.status == 409 else ""
        response = Response(body, refusal.status, content_type="text/plain; charset=utf-8")
    response.headers.update(refusal.headers)
    return response


def _said(refusal: Refusal) -> str:
    """The first fault only, in the order of the protocol."""
    if refusal.problems:
        return f"json validation error: {_classic_words(refusal.problems[0])}"
    return refusal.detail


def _classic_words(problem: Problem) -> str:
    item = _ITEM.fullmatch(problem.path)
    return f"an item in '{item[1]}' {problem.classic}" if item else f"{problem.path} {problem.classic}".strip()


MANNER = Manner(_admit, _refuse, allowed_headers="X-Api-Key")

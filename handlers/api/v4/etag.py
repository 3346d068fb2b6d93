"""Entity tags of what stands alone: `"<settings>.<all>"`, a digest of what can be set and one of all that is shown.

A reader compares the whole tag. Who changes something compares the settings only: a ping is nobody's edit.
"""

from __future__ import annotations

import hashlib

import msgspec
from flask import Response, request

from handlers.api.refusals import OUTDATED, Refusal
from handlers.api.v4.manner import reply

_DIGITS = 16


def reply_single(shown: object, settings: object, status: int = 200) -> Response:
    """The object with its tag, or 304 where the caller has it already."""
    tag = f"{_digest(settings)}.{_digest(shown)}"
    reading = request.method in ("GET", "HEAD")
    known = reading and request.if_none_match.contains_weak(tag)
    response = Response(status=304) if known else reply(shown, status)
    response.set_etag(tag)
    return response


def is_conditional() -> bool:
    """Whether the caller wants something done only to what they have seen."""
    return "If-Match" in request.headers


def require_match(settings: object) -> None:
    """Raises Refusal where the caller has seen other settings than these. Weak tags never match here (RFC 9110)."""
    if not is_conditional() or request.if_match.star_tag:
        return
    seen = {tag.partition(".")[0] for tag in request.if_match.as_set() if tag}
    if _digest(settings) not in seen:
        raise Refusal(412, OUTDATED)


def _digest(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).hexdigest()[:_DIGITS]

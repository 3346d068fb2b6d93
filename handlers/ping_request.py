"""What the request of a ping says of the job. Which check it is for, and what is answered, is for `ping.py`."""

from __future__ import annotations

from dataclasses import dataclass
from sys import maxsize
from urllib.parse import parse_qsl

from flask import request

from tocsin.domain.ping import Kind, parse_exit_status, parse_rid
from tocsin.services.record_ping import Source

MAX_DRAIN = 16 * 1024 * 1024
"""How much of a body is read, most of it to be thrown away: a client that is cut off gets to read no answer."""
_CHUNK = 64 * 1024

_KINDS = {
    "": Kind.SUCCESS,
    "start": Kind.START,
    "fail": Kind.FAIL,
    "log": Kind.LOG,
    "keepalive": Kind.KEEPALIVE,
}


@dataclass(frozen=True, slots=True)
class Said:
    kind: Kind
    source: Source
    rid: str | None
    exit_status: int | None
    body: bytes


def read_request(signal: str, *, body_limit: int) -> Said:
    """Read the request under way; `signal` is what its path says behind the check.

    Raises domain.ping's InvalidExitStatus and InvalidRid.
    """
    exit_status = parse_exit_status(signal) if signal.isdigit() else None
    rid = asked().get("rid")
    return Said(
        kind=_KINDS.get(signal, Kind.SUCCESS),
        source=Source(request.scheme, request.method, request.remote_addr or "", request.headers.get("User-Agent", "")),
        rid=None if rid is None else parse_rid(rid),
        exit_status=exit_status,
        body=_body(body_limit),
    )


def asked() -> dict[str, str]:
    """The query. Of a parameter that is repeated the last one counts, as where the protocol comes from.

    Read leniently: bytes that are not UTF-8 would be an error to `request.args`, and here they must not matter.
    """
    return dict(parse_qsl(request.query_string.decode(errors="replace"), keep_blank_values=True))


def _body(limit: int) -> bytes:
    """The first `limit` bytes as they came, whatever type the client calls them."""
    length = request.content_length or 0
    if not (length or "Transfer-Encoding" in request.headers):
        return b""
    # The app's own limit is for forms. Here no length is too much: what is not kept is thrown away.
    request.max_content_length = max(length, maxsize)
    body = bytearray()
    drained = 0
    while drained < MAX_DRAIN and (chunk := request.stream.read(_CHUNK)):
        body += chunk[: limit - len(body)]
        drained += len(chunk)
    return bytes(body)

"""What the request of a ping says of the job. Which check it is for, and what is answered, is for `ping.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from msgspec import Struct

from tocsin.domain.ping import Kind, parse_exit_status, parse_rid
from tocsin.services.record_ping import Source

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

MAX_DRAIN = 16 * 1024 * 1024
"""How much of a body is read, most of it to be thrown away: a client that is cut off gets to read no answer."""
_CHUNK = 64 * 1024
_MAX_DIGITS = 4000
"""Of a number that Python reads without complaint."""

_KINDS = {
    "": Kind.SUCCESS,
    "start": Kind.START,
    "fail": Kind.FAIL,
    "log": Kind.LOG,
    "keepalive": Kind.KEEPALIVE,
}


class Said(Struct, frozen=True):
    kind: Kind
    source: Source
    rid: str | None
    exit_status: int | None
    body: bytes


class BrokenOff(Exception):
    """The client hung up before it had sent all that it had announced."""


def read_request(environ: WSGIEnvironment, signal: str, *, body_limit: int) -> Said:
    """Read a request; `signal` is what its path says behind the check.

    Raises domain.ping's InvalidExitStatus and InvalidRid, and BrokenOff.
    """
    exit_status = parse_exit_status(signal) if signal.isdigit() else None
    rid = asked(environ).get("rid")
    return Said(
        kind=_KINDS.get(signal, Kind.SUCCESS),
        source=_source(environ),
        rid=None if rid is None else parse_rid(rid),
        exit_status=exit_status,
        body=_body(environ, body_limit),
    )


def asked(environ: WSGIEnvironment) -> dict[str, str]:
    """The query. Of a parameter that is repeated the last one counts, as where the protocol comes from.

    Read leniently: bytes that are not UTF-8 must not matter here.
    """
    query = environ.get("QUERY_STRING", "").encode("latin-1")
    return dict(parse_qsl(query.decode(errors="replace"), keep_blank_values=True))


def _source(environ: WSGIEnvironment) -> Source:
    method, client = environ["REQUEST_METHOD"].upper(), environ.get("REMOTE_ADDR") or ""
    return Source(environ["wsgi.url_scheme"], method, client, environ.get("HTTP_USER_AGENT", ""))


def _body(environ: WSGIEnvironment, limit: int) -> bytes:
    """The first `limit` bytes as they came, whatever type the client calls them."""
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    length = _length(environ)
    if not (length or chunked):
        return b""
    if environ.get("wsgi.input_terminated"):  # the server sees to it that reading ends with the request
        return _read(environ, limit, MAX_DRAIN, whole=False)
    return _read(environ, limit, length, whole=True)


def _length(environ: WSGIEnvironment) -> int:
    """What was announced, however it is written; nonsense is nothing."""
    text = (environ.get("CONTENT_LENGTH") or "").strip(" \t")  # RFC 9110, 5.5: no part of the value
    return int(text) if text.isascii() and text.isdigit() and len(text) < _MAX_DIGITS else 0


def _read(environ: WSGIEnvironment, limit: int, length: int, *, whole: bool) -> bytes:
    """Take in `length` bytes, not more than MAX_DRAIN, and keep `limit`. Raises BrokenOff if `whole` and cut short."""
    body = bytearray()
    drained = 0
    while wanted := min(length, MAX_DRAIN) - drained:
        try:
            chunk = environ["wsgi.input"].read(min(wanted, _CHUNK))
        except (OSError, ValueError) as error:
            raise BrokenOff from error
        if not chunk and whole:
            raise BrokenOff
        if not chunk:
            break
        body += chunk[: limit - len(body)]
        drained += len(chunk)
    return bytes(body)

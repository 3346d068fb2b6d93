"""The environ of a request: aws-wsgi lays the ground, and what it would get wrong is put right here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import awsgi

from handlers.gateway import prefix
from handlers.gateway.invocation import Context, Event
from handlers.gateway.targets import Target, as_bytes

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

_NOT_PASSED_ON = frozenset({"CONTENT-LENGTH", "TRANSFER-ENCODING"})
"""The body is whole here, and counted, however it was sent."""


def environ_of(event: Event, context: Context, target: Target, root: str | None) -> WSGIEnvironment:
    """`root` is the site's public address, for a base path that the event does not tell."""
    told: Event = event.get("requestContext") or {}
    environ = _ground(event, context, target)
    _add_headers(environ, event)
    host: str = environ.get("HTTP_HOST") or told.get("domainName") or "localhost"
    before, path = prefix.below_root(target.split, host, root) if root else target.split
    environ["SCRIPT_NAME"] = before
    environ["PATH_INFO"] = path if path.startswith("/") else f"/{path}"
    environ["QUERY_STRING"] = target.query
    client = target.client
    environ["REMOTE_ADDR"] = _last_forwarded(environ) if client is None else client
    scheme = _scheme(environ)
    environ["wsgi.url_scheme"] = scheme
    environ["SERVER_NAME"] = _without_port(host)
    environ["SERVER_PORT"] = environ.get("HTTP_X_FORWARDED_PORT") or ("443" if scheme == "https" else "80")
    return environ


def _ground(event: Event, context: Context, target: Target) -> WSGIEnvironment:
    plain = {
        "httpMethod": target.method,
        "path": "",
        "queryStringParameters": None,
        "body": event.get("body"),
        "isBase64Encoded": event.get("isBase64Encoded"),
    }
    environ: WSGIEnvironment = awsgi.environ(plain, context)
    environ["awsgi.event"] = event
    return environ


def _add_headers(environ: WSGIEnvironment, event: Event) -> None:
    lists: Mapping[str, Any] = event.get("multiValueHeaders") or event.get("headers") or {}
    for name, values in lists.items():
        key = _key(name)
        if key is None or values is None:
            continue
        value = values if isinstance(values, str) else values[0] if len(values) == 1 else _joined(key, values)
        if key in environ:  # the same name in other letters
            value = _joined(key, (environ[key], value))
        environ[key] = value if value.isascii() else _latin(value)
    cookies = event.get("cookies")
    if cookies:
        environ["HTTP_COOKIE"] = as_bytes("; ".join(cookies))


@lru_cache(maxsize=1024)  # names are the client's to choose: so many, and no more, are kept
def _key(name: str) -> str | None:
    """None for a header that the app must not see.

    With an underscore it would look like one with a dash, and could pass for a header that only AWS sets.
    """
    upper = name.upper()
    if "_" in name or upper in _NOT_PASSED_ON:
        return None
    key = upper.replace("-", "_")
    return key if key == "CONTENT_TYPE" else f"HTTP_{key}"


def _joined(key: str, values: Iterable[str]) -> str:
    """Cookie lines join with a semicolon (RFC 6265), others with a comma (RFC 9110)."""
    return ("; " if key == "HTTP_COOKIE" else ",").join(values)


def _latin(value: str) -> str:
    """RFC 9110 had headers in Latin-1 first; what is beyond it can only have been UTF-8."""
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        return as_bytes(value)
    return value


def _scheme(environ: WSGIEnvironment) -> str:
    """AWS sets the header, and last if a client did too. Only a load balancer speaks HTTP as well."""
    proto: str = environ.get("HTTP_X_FORWARDED_PROTO", "")
    return "http" if proto.rpartition(",")[2].strip() == "http" else "https"


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and not port.endswith("]") else host


def _last_forwarded(environ: WSGIEnvironment) -> str:
    """A load balancer adds the address that it saw at the end, and if told so the port; others may be made up."""
    entry: str = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip()
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry

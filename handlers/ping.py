"""The ping URL: what jobs call. No session, no template, no Flask: nothing between the request and `record_ping`.

Paths, methods, texts and headers are the Healthchecks protocol's, sections 1.1 to 1.4 and 1.9.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from handlers.ping_request import BrokenOff, Said, asked, read_request
from handlers.trouble import UNAVAILABLE, log_broken, log_unavailable
from tocsin.domain.ping import InvalidExitStatus, InvalidRid
from tocsin.house import House
from tocsin.services.changing import Busy, UnknownCheck
from tocsin.services.find_check import AmbiguousSlug, InvalidSlug, VacantSlug, find_by_slug
from tocsin.services.record_ping import record_ping
from tocsin.stores.table import StoreUnavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

NEVER_CACHE = "max-age=0, no-cache, no-store, must-revalidate, private"
_ID = r"(?P<id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_SLUG = r"(?P<key>[-a-zA-Z0-9_]{1,100})/(?P<slug>[-a-zA-Z0-9_]{1,100})"
_SIGNAL = r"(?:/(?P<signal>start|fail|log|keepalive|[0-9]+))?/?"
_BY_ID = re.compile(f"/ping/{_ID}{_SIGNAL}")
_BY_SLUG = re.compile(f"/ping/{_SLUG}{_SIGNAL}")


class Answer(NamedTuple):
    status: str
    text: str
    headers: Mapping[str, str] = {}


class PingRoom:
    """Answers every path below /ping/, and lets all else pass to `beyond`: Flask, which a ping need not wait for."""

    def __init__(self, house: Callable[[], House], beyond: WSGIApplication) -> None:
        self._house = house
        self._beyond = beyond

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        # Slashes in front are as good as one: a site's address with one at its end and "/ping" are easily put together.
        path = "/" + environ.get("PATH_INFO", "").lstrip("/")
        if not f"{path}/".startswith("/ping/"):
            return self._beyond(environ, start_response)
        answer = _answer(self._house(), environ, path)
        body = answer.text.encode()
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "Content-Length": str(len(body)),
            "Cache-Control": NEVER_CACHE,
            "X-Content-Type-Options": "nosniff",
        }
        if not body:
            del headers["Content-Length"]  # RFC 9110, 8.6: not in a 204, the one answer that is empty
        start_response(answer.status, [*headers.items(), *answer.headers.items()])
        return () if environ["REQUEST_METHOD"] == "HEAD" else (body,)


def _answer(house: House, environ: WSGIEnvironment, path: str) -> Answer:
    if environ["REQUEST_METHOD"] == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ:
        return _PREFLIGHT
    try:
        return _routed(house, environ, path)
    except tuple(_REFUSALS) as refused:
        return next(answer for error, answer in _REFUSALS.items() if isinstance(refused, error))
    except StoreUnavailable as error:
        log_unavailable(error)
        return Answer("503 Service Unavailable", UNAVAILABLE, {"Retry-After": "30"})
    except Exception:  # noqa: BLE001 (whatever it is: the job is told, and the log tells more)
        return Answer("500 Internal Server Error", log_broken())


def _routed(house: House, environ: WSGIEnvironment, path: str) -> Answer:
    """Take /ping/<uuid> or /ping/<ping key>/<slug>, alone or with a signal or an exit status behind it."""
    if found := _BY_ID.fullmatch(path):
        return _ping(house, environ, found["id"], found["signal"] or "")
    if found := _BY_SLUG.fullmatch(path):
        return _ping_by_slug(house, environ, found)
    return _NOT_FOUND


def _ping(house: House, environ: WSGIEnvironment, check_id: str, signal: str) -> Answer:
    """An unknown check comes before a malformed request: then, and only then, it is looked for first."""
    try:
        said = _said(house, environ, signal)
    except ValueError:
        if house.checks.get(check_id) is None:
            raise UnknownCheck(check_id) from None
        raise
    return _record(house, check_id, said)


def _ping_by_slug(house: House, environ: WSGIEnvironment, path: re.Match[str]) -> Answer:
    """?create=1 makes the check if need be."""
    signal = path["signal"] or ""
    try:
        check_id = find_by_slug(house.checks, house.projects, ping_key=path["key"], slug=path["slug"])
    except VacantSlug as vacant:
        if asked(environ).get("create") != "1":
            raise
        return _ping_new(house, environ, vacant, signal)
    return _ping(house, environ, check_id, signal)


def _ping_new(house: House, environ: WSGIEnvironment, vacant: VacantSlug, signal: str) -> Answer:
    """Make the check with its first ping, unless anything about the request is wrong."""
    # Imported here: a check is made once, and pinged for years by processes that need none of this.
    from tocsin.services.provision import InvalidParameter, provision

    said = _said(house, environ, signal)
    try:
        check_id, made = provision(
            house.checks,
            house.channels,
            project=vacant.project,
            slug=vacant.slug,
            asked=asked(environ),
            now=house.clock(),
        )
    except InvalidParameter as refusal:
        return Answer("400 Bad Request", str(refusal))
    return _record(house, check_id, said, made=made)


def _said(house: House, environ: WSGIEnvironment, signal: str) -> Said:
    return read_request(environ, signal, body_limit=house.settings.ping_body_limit)


def _record(house: House, check_id: str, said: Said, *, made: bool = False) -> Answer:
    record_ping(
        house.checks,
        check_id=check_id,
        kind=said.kind,
        now=house.clock(),
        source=said.source,
        rid=said.rid,
        exit_status=said.exit_status,
        body=said.body,
    )
    headers = {"Access-Control-Allow-Origin": "*", "Ping-Body-Limit": str(house.settings.ping_body_limit)}
    return Answer("201 Created", "Created", headers) if made else Answer("200 OK", "OK", headers)


_NOT_FOUND = Answer("404 Not Found", "not found")
_PREFLIGHT = Answer(
    "204 No Content",
    "",
    {
        "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT",
        "Access-Control-Allow-Headers": "*",
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Max-Age": "600",
    },
)
"""A browser asks whether a page may ping; the question is not a ping."""
_REFUSALS: Mapping[type[Exception], Answer] = {
    UnknownCheck: _NOT_FOUND,
    AmbiguousSlug: Answer("409 Conflict", "ambiguous slug"),
    InvalidSlug: Answer("400 Bad Request", "invalid url format"),
    InvalidExitStatus: Answer("400 Bad Request", "invalid url format"),
    InvalidRid: Answer("400 Bad Request", "invalid uuid format"),
    BrokenOff: Answer("400 Bad Request", "bad request"),
    Busy: Answer("503 Service Unavailable", "busy, try again", {"Retry-After": "1"}),
}

"""What an adapter must get right of requests, case by case."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qsl
from wsgiref.util import application_uri, request_uri

from tests.handlers.events import API_HOST, CLIENT, HTTP_EVENTS, balancer_event, http_event, rest_event
from tests.handlers.gateway_exchange import Case, Exchange, Listener

ROOT = "https://jobs.example.org/tocsin"
Check = Callable[[Exchange], None]


def request_cases() -> list[Case]:
    return [*_each_kind(), *_addresses(), *_sparse(), *_of_one_kind()]


def _each_kind() -> Iterator[Case]:
    for kind, event in HTTP_EVENTS.items():
        for name, words, check in _COMMON:
            yield Case(f"{kind}: {name}", event(**words), check)
        if kind != "balancer":  # which keeps the last value only
            for name, words, check in _SEVERAL:
                yield Case(f"{kind}: {name}", event(**words), check)


def environ(**expected: str) -> Check:
    """Dots in the names of environ are written as two underscores."""

    def check(exchange: Exchange) -> None:
        names = {name.replace("__", "."): value for name, value in expected.items()}
        assert {name: exchange.environ.get(name) for name in names} == names

    return check


def received(body: bytes) -> Check:
    def check(exchange: Exchange) -> None:
        assert (exchange.app.received, exchange.environ["CONTENT_LENGTH"]) == (body, str(len(body)))

    return check


def query(*pairs: tuple[str, str]) -> Check:
    def check(exchange: Exchange) -> None:
        assert parse_qsl(exchange.environ["QUERY_STRING"], keep_blank_values=True) == list(pairs)

    return check


def cookies(*pairs: str) -> Check:
    def check(exchange: Exchange) -> None:
        assert [pair.strip() for pair in exchange.environ["HTTP_COOKIE"].split(";")] == list(pairs)

    return check


def absent(*names: str) -> Check:
    def check(exchange: Exchange) -> None:
        assert [name for name in names if name in exchange.environ] == []

    return check


def address(uri: str, prefix: str) -> Check:
    """The request's own address as an app would rebuild it (PEP 3333, "URL Reconstruction")."""

    def check(exchange: Exchange) -> None:
        assert request_uri(exchange.environ) == uri
        assert exchange.environ["SCRIPT_NAME"] == prefix
        assert application_uri(exchange.environ).rstrip("/") == uri.rpartition("/ping/x")[0]

    return check


_COMMON: list[tuple[str, dict[str, Any], Check]] = [
    (
        "method and path arrive",
        {"method": "DELETE", "path": "/a/b"},
        environ(REQUEST_METHOD="DELETE", PATH_INFO="/a/b"),
    ),
    ("path is decoded to bytes", {"path": "/x%20y/%C3%A9"}, environ(PATH_INFO="/x y/Ã©")),
    ("path is decoded once", {"path": "/100%2525"}, environ(PATH_INFO="/100%25")),
    ("path that is no UTF-8 is served", {"path": "/%FF"}, lambda exchange: _is(exchange.seen.status, 200)),
    ("query with odd characters", {"query": {"a[b]": ["&= +é"]}}, query(("a[b]", "&= +é"))),
    ("query beyond ASCII", {"query": {"é": ["ü"]}}, query(("é", "ü"))),
    ("blank value of the query", {"query": {"a": [""], "b": ["1"]}}, query(("a", ""), ("b", "1"))),
    ("no query", {}, environ(QUERY_STRING="")),
    ("cookies arrive", {"headers": {"Cookie": ["a=1; b=2"]}}, cookies("a=1", "b=2")),
    ("headers arrive", {"headers": {"X-A": ["1, 2"], "Accept": ["*/*"]}}, environ(HTTP_X_A="1, 2", HTTP_ACCEPT="*/*")),
    ("blank header", {"headers": {"X-A": [""]}}, environ(HTTP_X_A="")),
    (
        "content type",
        {"method": "POST", "headers": {"Content-Type": ["a/b"]}, "body": b""},
        environ(CONTENT_TYPE="a/b"),
    ),
    (
        "content headers stand without HTTP_ only",
        {"method": "POST", "headers": {"Content-Type": ["a/b"], "Content-Length": ["99"]}, "body": b"12"},
        lambda exchange: [absent("HTTP_CONTENT_TYPE", "HTTP_CONTENT_LENGTH")(exchange), received(b"12")(exchange)][0],
    ),
    (
        "chunks were put together",
        {"method": "POST", "headers": {"Transfer-Encoding": ["chunked"]}, "body": b"output"},
        absent("HTTP_TRANSFER_ENCODING"),
    ),
    ("underscore is no dash", {"headers": {"X_Forwarded_Host": ["evil.example"]}}, absent("HTTP_X_FORWARDED_HOST")),
    ("header beyond Latin-1", {"headers": {"X-A": ["→"]}}, environ(HTTP_X_A="â\x86\x92")),
    ("binary body", {"method": "POST", "body": b"\xff\x00\x80"}, received(b"\xff\x00\x80")),
    (
        "gzip body",
        {"method": "PUT", "headers": {"Content-Encoding": ["gzip"]}, "body": b"\x1f\x8b"},
        received(b"\x1f\x8b"),
    ),
    ("no body", {"method": "POST"}, received(b"")),
    ("client's address can't be forged", {}, environ(REMOTE_ADDR=CLIENT)),
    ("scheme and port", {}, environ(wsgi__url_scheme="https", SERVER_PORT="443")),
    (
        "host is kept, its port is no name",
        {"headers": {"Host": ["jobs.example.org:8443"]}},
        environ(HTTP_HOST="jobs.example.org:8443", SERVER_NAME="jobs.example.org"),
    ),
    ("host by number", {"headers": {"Host": ["[::1]"]}}, environ(HTTP_HOST="[::1]", SERVER_NAME="[::1]")),
]

_SEVERAL: list[tuple[str, dict[str, Any], Check]] = [
    ("repeated key of the query", {"query": {"a": ["1", "2"], "b": ["3"]}}, query(("a", "1"), ("a", "2"), ("b", "3"))),
    ("repeated header", {"headers": {"X-A": ["1", "2"]}}, environ(HTTP_X_A="1,2")),
    ("repeated cookie line", {"headers": {"Cookie": ["a=1", "b=2"]}}, cookies("a=1", "b=2")),
]


def _is(value: object, expected: object) -> None:
    assert value == expected


def _addresses() -> Iterator[Case]:
    """Where a request came in, and how the app would link to itself."""
    site = {"Host": ["jobs.example.org"]}
    inside, outside = f"https://{API_HOST}", "https://jobs.example.org"
    for kind in ("rest", "http_1", "http"):
        staged = HTTP_EVENTS[kind](path="/ping/x", stage="dev")
        told = address(f"{inside}/dev/ping/x", "/dev")
        yield Case(f"{kind}: stage is in the address", staged, told)
        yield Case(f"{kind}: stage is the site's path", staged, told, root=f"{inside}/dev")
        yield Case(f"{kind}: stage is not the site's path", staged, told, root=ROOT)
    for kind in ("http_1", "http", "url", "balancer", "balancer_lists"):
        words = {"stage": "$default"} if "http" in kind else {}
        whole = HTTP_EVENTS[kind](path="/ping/x", headers=site, **words)
        yield Case(f"{kind}: no prefix", whole, address(f"{outside}/ping/x", ""))
    for kind in ("url", "balancer", "balancer_lists"):
        below = HTTP_EVENTS[kind](path="/tocsin/ping/x", headers=site)
        yield Case(f"{kind}: site's path", below, address(f"{ROOT}/ping/x", "/tocsin"), root=ROOT)
    unlike = HTTP_EVENTS["url"](path="/tocsins", headers=site)
    yield Case("url: path that begins like the site's", unlike, environ(PATH_INFO="/tocsins"), root=ROOT)
    again = http_event(path="/dev/x", stage="dev")
    told = environ(SCRIPT_NAME="/dev", PATH_INFO="/dev/x")
    yield Case("http: path that begins like its stage", again, told, root=f"{inside}/dev")
    yield Case("http: path like a stage", http_event(path="/$default/x"), environ(PATH_INFO="/$default/x"))
    yield from _custom_domains(site)


def _custom_domains(site: dict[str, list[str]]) -> Iterator[Case]:
    rest = rest_event(path="/ping/x", headers=site)
    rest["requestContext"] |= {"path": "/ping/x", "domainPrefix": "jobs", "domainName": "jobs.example.org"}
    yield Case("rest: custom domain", rest, address("https://jobs.example.org/ping/x", ""))
    mapped: dict[str, Any] = {**rest, "path": "/tocsin/ping/x"}
    mapped["requestContext"] = {**rest["requestContext"], "path": "/tocsin/ping/x"}
    yield Case("rest: base path of a custom domain", mapped, address(f"{ROOT}/ping/x", "/tocsin"))
    odd = {**mapped, "path": "/tocsin/a%20b/", "pathParameters": {"proxy": "a b"}}
    odd["requestContext"] = {**rest["requestContext"], "path": "/tocsin/a%20b/"}
    told = environ(SCRIPT_NAME="/tocsin", PATH_INFO="/a b/")
    yield Case("rest: base path before a parameter that was decoded", odd, told)
    yield Case("rest: base path is the site's path", mapped, address(f"{ROOT}/ping/x", "/tocsin"), root=ROOT)
    at_root = {**mapped, "resource": "/", "path": "/tocsin", "pathParameters": None}
    at_root["requestContext"] = {**rest["requestContext"], "path": "/tocsin"}
    yield Case("rest: base path and no more", at_root, environ(SCRIPT_NAME="/tocsin", PATH_INFO="/"))
    domain = {"domainPrefix": "jobs", "domainName": "jobs.example.org"}
    for stage in ("$default", "dev"):
        event = http_event(path="/ping/x", headers=site, stage=stage)
        event["requestContext"] |= domain
        yield Case(f"http: custom domain, stage {stage}", event, address("https://jobs.example.org/ping/x", ""))
        told = address(f"{ROOT}/ping/x", "/tocsin")
        yield Case(f"http: base path that nothing tells, stage {stage}", event, told, root=ROOT)
    older = HTTP_EVENTS["http_1"](path="/tocsin/ping/x", headers=site, stage="$default")
    older["requestContext"] |= domain
    yield Case("http_1: base path in the path", older, address(f"{ROOT}/ping/x", "/tocsin"), root=ROOT)


def _sparse() -> Iterator[Case]:
    """The console's test button and other senders leave out what they can."""
    balanced = {"requestContext": {"elb": {}}, "httpMethod": "GET"}
    nulls = dict.fromkeys(("headers", "multiValueHeaders", "queryStringParameters", "path", "body", "pathParameters"))
    bare = environ(PATH_INFO="/", QUERY_STRING="", REMOTE_ADDR="", SERVER_PORT="443")
    yield Case("rest: next to nothing", {"httpMethod": "GET"}, bare)
    yield Case("rest: nulls", {"httpMethod": "GET", "requestContext": None, **nulls}, bare)
    yield Case("rest: nulls inside", {"httpMethod": "GET", "requestContext": {"identity": None}, **nulls}, bare)
    yield Case("rest: path without a slash", {"httpMethod": "GET", "path": "x"}, environ(PATH_INFO="/x"))
    yield Case("http: next to nothing", {"version": "2.0", "requestContext": {"http": {}}}, bare)
    told = {"http": {"method": "GET", "path": "/x"}}
    yield Case("http: path of the context", {"requestContext": told, "cookies": None}, environ(PATH_INFO="/x"))
    plain = {"queryStringParameters": {"a": "1"}, "requestContext": told, "headers": None}
    yield Case("http: query taken apart", plain, query(("a", "1")))
    yield Case("balancer: next to nothing", balanced, bare)
    yield Case("balancer: nulls", {**balanced, **nulls}, bare)
    apart = {"httpMethod": "GET", "path": "/x", "requestContext": {"path": "/y/z"}}
    yield Case("rest: two paths that have nothing in common", apart, environ(SCRIPT_NAME="", PATH_INFO="/x"))
    hosted = {"requestContext": {"http": {}, "domainName": "jobs.example.org"}}
    yield Case("http: host of the context", hosted, environ(SERVER_NAME="jobs.example.org"))
    open_ = {**balanced, "headers": {"x-forwarded-proto": "http"}}
    yield Case("balancer: scheme and no port", open_, environ(wsgi__url_scheme="http", SERVER_PORT="80"))
    lists = {"headers": {"X-A": None, "X-B": "1"}, "queryStringParameters": {"a": None}}
    yield Case("rest: null values", {"httpMethod": "GET", **lists}, environ(QUERY_STRING="a=", HTTP_X_B="1"))
    empty = {"multiValueHeaders": {"X-A": []}, "multiValueQueryStringParameters": {"a": None}}
    yield Case("rest: null and empty lists", {"httpMethod": "GET", **empty}, environ(QUERY_STRING="a="))


def _of_one_kind() -> Iterator[Case]:
    raw = http_event()
    raw["rawQueryString"] = "a=1&&b;c=%zz&d"
    yield Case("http: query is passed on as it is", raw, environ(QUERY_STRING="a=1&&b;c=%zz&d"))
    flag = balancer_event(query={"create": [""]})
    yield Case("balancer: flag in the query", flag, environ(QUERY_STRING="create="))
    versioned = {**rest_event(path="/x%20y"), "version": "1.0"}
    yield Case("rest: event with a version", versioned, environ(SCRIPT_NAME="/dev", PATH_INFO="/x y"))
    plain = {**balancer_event("POST"), "body": "é", "isBase64Encoded": False}
    yield Case("balancer: body as text", plain, received("é".encode()))
    for name, entry in (
        ("a port", f"{CLIENT}:5432"),
        ("IPv6", "2001:db8::7"),
        ("IPv6 and a port", "[2001:db8::7]:5432"),
    ):
        client = "2001:db8::7" if "IPv6" in name else CLIENT
        yield Case(f"balancer: client with {name}", balancer_event(source_ip=entry), environ(REMOTE_ADDR=client))
    yield Case(
        "balancer: listener without TLS",
        balancer_event(scheme="http"),
        environ(wsgi__url_scheme="http", SERVER_PORT="80"),
    )
    twice = rest_event(headers={"X-A": ["1"], "x-a": ["2"]})
    yield Case("rest: header in other letters", twice, environ(HTTP_X_A="1,2"))
    forged = HTTP_EVENTS["balancer_lists"](headers={"X-Forwarded-Proto": ["https", "http"]})
    yield Case("balancer_lists: scheme can't be forged", forged, environ(wsgi__url_scheme="http"))
    for kind, event, limit in (("rest", rest_event, 6), ("balancer", balancer_event, 1)):
        # Made when they are needed: they are large.
        large = partial(_event_with, event, limit * 1024 * 1024 + 1)
        yield Case(f"{kind}: request too large", large, _too_large(f"{limit} MB"))
    full = partial(_event_with, balancer_event, 1024 * 1024)
    yield Case("balancer: request as large as can be", full, received(b"x" * 1024 * 1024))


def _event_with(event: Callable[..., dict[str, Any]], length: int) -> dict[str, Any]:
    return event("POST", body=b"x" * length)


def _too_large(limit: str) -> Check:
    def check(exchange: Exchange) -> None:
        assert exchange.seen.status == 413
        assert f"larger than {limit}" in exchange.seen.body.decode()
        assert "send less" in exchange.seen.body.decode()
        assert isinstance(exchange.app, Listener)
        assert exchange.app.environ == {}

    return check

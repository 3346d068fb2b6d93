"""What an app answered, as the service that asked wants it: status, headers and body of an answer in JSON."""

from __future__ import annotations

import json
import sys
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from types import TracebackType
from typing import Any, NamedTuple, TypeAlias

import awsgi

from handlers.gateway.invocation import Answer

Headers: TypeAlias = list[tuple[str, str]]
ExcInfo: TypeAlias = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]

PLAIN = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
_BODILESS = frozenset({204, 304})
_ESCAPES = sys.version_info < (3, 12)
"""Lambda's runtime client writes what is not ASCII as escapes on older Pythons (lambda_runtime_marshaller.py)."""
_GROWTH = 6
"""JSON makes at most so many bytes of one: \\u0000 of a zero. Only bodies that could then be too long are measured."""


class Started:
    """PEP 3333's start_response, around aws-wsgi's, which lets everything pass."""

    __slots__ = ("called", "core")

    def __init__(self) -> None:
        self.core: Any = awsgi.StartResponse_GW()
        self.called = False

    def __call__(self, status: str, headers: Headers, exc_info: ExcInfo | None = None, /) -> Callable[[bytes], object]:
        if exc_info and exc_info[1]:
            if any(self.core.chunks):  # a server would have sent them, and could not take the status back
                raise exc_info[1].with_traceback(exc_info[2])
        elif self.called:
            raise RuntimeError("start_response was called twice, and not because of an error")
        self.called = True
        write: Callable[[bytes], object] = self.core(status, headers)
        return write

    def take(self, output: Iterable[bytes]) -> None:
        """Read the app's output to its end, after or between what it wrote by write()."""
        self.core.chunks.extend(output)
        if not self.called:
            raise RuntimeError("The app answered without a call of start_response")


class Form(NamedTuple):
    """How a service wants its answers."""

    head: Callable[[Any], Answer]
    """Status and headers, of aws-wsgi's StartResponse."""
    limit: int
    """The most bytes of JSON."""
    most: str
    """The limit in words, and whose it is."""


def answer(form: Form, method: str, started: Started) -> Answer | None:
    """None for one that is too large."""
    core = started.core
    bare = method == "HEAD" or core.status in _BODILESS
    body = b"" if bare else b"".join(core.chunks)
    whole = form.head(core)
    _put_body(whole, body)
    return whole if len(body) * _GROWTH < form.limit // 2 or _size(whole) <= form.limit else None


def plain(form: Form, status: str, text: str) -> Answer:
    started = Started()
    started(status, PLAIN)
    started.take([text.encode()])
    whole = answer(form, "GET", started)
    assert whole is not None  # what we say is short
    return whole


def in_lists(core: Any) -> Answer:
    """REST APIs, and HTTP APIs with payload version 1.0."""
    several: dict[str, list[str]] = {}
    for name, value in core.headers:
        if name in several:
            several[name].append(value)
        else:
            several[name] = [value]
    return {"statusCode": core.status, "multiValueHeaders": several}


def with_cookies(core: Any) -> Answer:
    """Payload version 2.0: cookies apart, and one value a header."""
    headers, cookies = _folded(core.headers)
    whole: Answer = {"statusCode": core.status, "headers": headers}
    if cookies:
        whole["cookies"] = cookies
    return whole


def in_lists_described(core: Any) -> Answer:
    """A load balancer whose target group has multi-value headers switched on."""
    return {**in_lists(core), "statusDescription": core.status_line}


def one_by_one_described(core: Any) -> Answer:
    """A load balancer whose target group has not: there one name has one value.

    A cookie can't be joined to another. But names in other letters are other names in JSON, and the same in HTTP.
    """
    headers, cookies = _folded(core.headers)
    headers.update(zip(_spellings("set-cookie"), cookies, strict=False) if cookies else ())
    return {"statusCode": core.status, "statusDescription": core.status_line, "headers": headers}


def _folded(pairs: Headers) -> tuple[dict[str, str], list[str]]:
    headers: dict[str, str] = {}
    cookies = []
    for name, value in pairs:
        key = name.lower()
        if key == "set-cookie":
            cookies.append(value)
        else:
            headers[key] = f"{headers[key]},{value}" if key in headers else value
    return headers, cookies


def _spellings(name: str) -> Iterator[str]:
    return map("".join, product(*(sorted({letter, letter.upper()}, reverse=True) for letter in name)))


def _put_body(whole: Answer, body: bytes) -> None:
    """As text where it is UTF-8, whatever its type: the same bytes come out, of any API, and take less room."""
    try:
        whole["body"], whole["isBase64Encoded"] = body.decode(), False
    except UnicodeDecodeError:
        whole["body"], whole["isBase64Encoded"] = b64encode(body).decode("ascii"), True


def _size(whole: Answer) -> int:
    return len(json.dumps(whole, ensure_ascii=_ESCAPES).encode(errors="replace"))

"""What came with a ping, in the ways that people may want to look at it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from handlers.web.words import plain
from tocsin.domain.html_text import text_of_html
from tocsin.domain.mail import MAX_HTML
from tocsin.domain.mail_parts import MailContent

_DUMPED = 4096
"""Bytes that are shown one by one."""
_IN_A_ROW = 16
_MOST_TIMES, _MOST_MORE = 4, 4096
"""So many times as long as it came, and so many letters more, JSON may be when it is laid out."""


class BodyView(Struct, frozen=True):
    name: str
    label: str
    text: str


def body_views(body: bytes) -> Sequence[BodyView]:
    """The one that tells most first."""
    return list(_views(body))


def mail_views(content: MailContent, message: bytes) -> Sequence[BodyView]:
    return list(_mail_views(content, message))


def _views(body: bytes) -> Iterator[BodyView]:
    if laid_out := _json(body):
        yield BodyView("json", "JSON, laid out", laid_out)
    if _is_text(body):
        yield BodyView("text", "As it came", plain(body))
    else:
        yield BodyView("bytes", "Bytes", _dump(body))
        yield BodyView("text", "As text", plain(body))


def _mail_views(content: MailContent, message: bytes) -> Iterator[BodyView]:
    text, html = content.first("text/plain"), content.first("text/html")
    if text:
        yield BodyView("text", "Text", plain(text.text.encode()))
    if html:
        shown = text_of_html(html.text[:MAX_HTML])
        yield BodyView("html", "Text of the HTML", plain(shown.encode()))
        yield BodyView("source", "HTML source", plain(html.text.encode()))
    yield BodyView("head", "Headers", plain(content.head.encode()))
    yield BodyView("message", "The message as it came", plain(message))


def _json(body: bytes) -> str:
    """Objects and lists on lines of their own; empty for all else, numbers as well."""
    if body[:1] not in (b"{", b"["):
        return ""
    try:
        parts = json.JSONEncoder(indent=2, ensure_ascii=False).iterencode(json.loads(body))
        return _joined(parts, _MOST_TIMES * len(body) + _MOST_MORE)
    except (ValueError, RecursionError):
        return ""


def _joined(parts: Iterable[str], most: int) -> str:
    """Empty if that would be longer: what is nested deep is mostly indentation, megabytes of it."""
    kept, length = list[str](), 0
    for part in parts:
        kept.append(part)
        length += len(part)
        if length > most:
            return ""
    # Half a letter that was escaped stays so: there is no other way to send it.
    return "".join(kept).encode(errors="backslashreplace").decode()


def _is_text(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        # A body that was cut in the middle of a letter is still one.
        return error.start > len(body) - 4 and error.start > 0
    return b"\x00" not in body


def _dump(body: bytes) -> str:
    rows = range(0, min(len(body), _DUMPED), _IN_A_ROW)
    lines = [_row(start, body[start : start + _IN_A_ROW]) for start in rows]
    return "\n".join([*lines, f"and {len(body) - _DUMPED} bytes more"] if len(body) > _DUMPED else lines)


def _row(start: int, octets: bytes) -> str:
    shown = "".join(chr(octet) if 32 <= octet < 127 else "." for octet in octets)
    return f"{start:06x}  {octets.hex(' '):<{3 * _IN_A_ROW}} {shown}"

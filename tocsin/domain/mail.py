"""What a mail says that came as a ping: its subject and its text, out of the message as it was sent.

The standard library's parser is not for this: a header of semicolons, or parts within parts, keeps it busy for hours,
and whoever knows the domain may send us one. Here no byte is looked at more than a fixed number of times, and nothing
fails: what is broken is read as far as it goes.
"""

from __future__ import annotations

import re
from itertools import islice

from msgspec import Struct

from tocsin.domain.html_text import text_of_html
from tocsin.domain.mail_words import decode_body, decode_header, decode_text

MAX_HEADER = 10_000
"""Bytes of one header that are looked at; mail programs write a tenth of it."""
MAX_HTML = 1_000_000
"""Characters of HTML that are looked at: a hostile page of more would keep every other mail waiting."""
MAX_PARTS = 100
"""Parts of a message that are looked at, whatever lies in whatever: the texts that people read come first."""

# Possessive, so that nothing is tried twice. A line that is no header ends them, though the empty line is missing.
_HEAD = re.compile(rb"(?:(?:[!-9;-~]+[ \t]*:|[ \t])[^\n]*\n?)*+")
_TYPE = re.compile(r"\s*([a-z0-9.+-]+/[a-z0-9.+-]+)", re.IGNORECASE)
_CHARSET = re.compile(r"""[;\s]charset\s*=\s*["']?([^\s;"']+)""", re.IGNORECASE)
_BOUNDARY = re.compile(r'[;\s]boundary\s*=\s*(?:"([^"]+)"|([^\s;"]+))', re.IGNORECASE)

_PLAIN, _HTML = "text/plain", "text/html"


class Mail(Struct, frozen=True):
    subject: str
    text: str
    """The plain text, then that of the HTML, each where there is one."""


def read_mail(message: bytes) -> Mail:
    """What rules look for their keywords in (protocol 1.10)."""
    whole = Part(message.replace(b"\r\n", b"\n"))
    texts = _texts(whole)
    plain = texts[_PLAIN].text if _PLAIN in texts else ""
    html = text_of_html(texts[_HTML].text[:MAX_HTML]) if _HTML in texts else ""
    return Mail(decode_header(whole.header(b"subject")), "\n".join(filter(None, (plain, html))))


class Part:
    """A message, or a part of one: headers, an empty line, a body."""

    def __init__(self, raw: bytes) -> None:
        match = _HEAD.match(raw)
        self.head = match[0] if match else b""
        self.body = raw[len(self.head) :].removeprefix(b"\n")
        content = self.header(b"content-type").decode("latin-1")
        kind = _TYPE.match(content)
        self.kind = kind[1].lower() if kind else _PLAIN
        self._charset = _CHARSET.search(content)
        self._boundary = _BOUNDARY.search(content)

    def header(self, name: bytes) -> bytes:
        """The value of the first header of this name, on one line, cut to MAX_HEADER; empty where there is none."""
        line = rb"^" + name + rb"[ \t]*:[ \t]*([^\n]*(?:\n[ \t][^\n]*)*+)"
        found = re.search(line, self.head, re.MULTILINE | re.IGNORECASE)
        return found[1][:MAX_HEADER].replace(b"\n", b"") if found else b""

    @property
    def attached(self) -> bool:
        return self.header(b"content-disposition").lower().startswith(b"attachment")

    @property
    def octets(self) -> bytes:
        """The body as it was before it was encoded for its way."""
        return decode_body(self.body, self.header(b"content-transfer-encoding").strip().lower())

    @property
    def text(self) -> str:
        return decode_text(self.octets, self._charset[1] if self._charset else "").replace("\r\n", "\n")

    def parts(self) -> list[Part]:
        """What a multipart holds that is to be read."""
        # The rest of these are pictures and the like, for the first to show.
        return self.all_parts()[: 1 if self.kind == "multipart/related" else None]

    def all_parts(self) -> list[Part]:
        """What a multipart holds; nothing where it is one in name only."""
        if not self.kind.startswith("multipart/") or not self._boundary:
            return []
        found = _split(self.body, (self._boundary[1] or self._boundary[2]).encode("latin-1"))
        return [Part(raw) for raw in found]


def _texts(whole: Part) -> dict[str, Part]:
    """The first plain and the first HTML part that say something and are no attachments."""
    found: dict[str, Part] = {}
    waiting = [whole]
    for _ in range(MAX_PARTS):
        if not waiting or len(found) == 2:
            break
        part = waiting.pop()
        if part.attached:
            continue
        within = part.parts()
        waiting += reversed(within)
        kind = _PLAIN if part.kind.startswith("multipart/") else part.kind
        if kind in (_PLAIN, _HTML) and not within and part.body.strip():
            found.setdefault(kind, part)
    return found


def _split(body: bytes, boundary: bytes) -> list[bytes]:
    """The parts between lines of two dashes and the boundary; the last may lack its end."""
    text = b"\n" + body
    line = re.compile(rb"\n--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\n|\Z)")
    lines = list(islice(line.finditer(text), MAX_PARTS + 1))
    ends = [following.start() for following in lines[1:]] + [len(text)]
    return [text[begin.end() + 1 : end] for begin, end in zip(lines, ends, strict=False) if not begin[1]]

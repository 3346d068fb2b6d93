"""What a mail carries, part by part, for people who look at it: texts to read, and files to take out.

Bounded as the reading of its text is (mail.py): as many parts, each looked at a fixed number of times.
"""

from __future__ import annotations

import re
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from tocsin.domain.mail import MAX_PARTS, Part
from tocsin.domain.mail_words import decode_header, decode_text

_FILENAME = re.compile(rb'[;\s](?:file)?name\s*=\s*(?:"([^"]*)"|([^\s;"]+))', re.IGNORECASE)
_FILENAME_EXTENDED = re.compile(rb"[;\s]filename\*\s*=\s*\"?([\w-]*)'[\w-]*'([^\s;\"]+)", re.IGNORECASE)
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|]+')
_MAX_NAME = 100


class MailPart(Struct, frozen=True):
    number: int
    """Counted from 1, in the order of the message."""
    kind: str
    """Such as text/plain; what the sender says."""
    name: str
    """What its file is called; empty where it has no name."""
    attached: bool
    """It is meant to be a file of its own, not to be read along with the message."""
    octets: bytes
    text: str
    """Decoded; empty for what is no text."""


class MailContent(Struct, frozen=True):
    head: str
    """The header lines of the whole, as they came."""
    parts: tuple[MailPart, ...]

    @property
    def files(self) -> list[MailPart]:
        """Whatever is not there to be read."""
        return [part for part in self.parts if part.attached or not part.kind.startswith("text/")]

    def first(self, kind: str) -> MailPart | None:
        """The first part to be read of this kind that says something."""
        readable = (part for part in self.parts if part.kind == kind and not part.attached and part.text.strip())
        return next(readable, None)


def read_content(message: bytes) -> MailContent:
    """All that it carries; a message that is broken is read as far as it goes."""
    whole = Part(message.replace(b"\r\n", b"\n"))
    found: list[Part] = []
    waiting = [whole]
    for _ in range(MAX_PARTS):
        if not waiting:
            break
        part = waiting.pop()
        within = part.all_parts()
        waiting += reversed(within)
        if not within:
            found.append(part)
    head = decode_text(whole.head, "").strip("\n")
    return MailContent(head, tuple(_told(number, part) for number, part in enumerate(found, start=1)))


def _told(number: int, part: Part) -> MailPart:
    # A multipart that has no parts is text, as far as anybody can tell.
    kind = "text/plain" if part.kind.startswith("multipart/") else part.kind
    text = part.text if kind.startswith("text/") else ""
    return MailPart(number, kind, _name(part), part.attached, part.octets, text)


def _name(part: Part) -> str:
    """Without what could lead out of a folder, or break a header."""
    disposition = part.header(b"content-disposition")
    if extended := _FILENAME_EXTENDED.search(disposition):
        name = decode_text(unquote_to_bytes(extended[2]), extended[1].decode("latin-1"))
    else:
        plain = _FILENAME.search(disposition) or _FILENAME.search(part.header(b"content-type"))
        name = decode_header(plain[1] or plain[2] or b"") if plain else ""
    return _NOT_IN_NAMES.sub("_", name).strip(". ")[:_MAX_NAME]

"""Bytes of a mail as text: transfer encodings, charsets and encoded words (RFC 2045, RFC 2047). Nothing here fails."""

from __future__ import annotations

import encodings
import re
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator
from encodings.aliases import aliases
from itertools import groupby
from operator import itemgetter
from string import ascii_letters, digits

_WORD = re.compile(rb"=\?([^?*\s]+)(?:\*[^?\s]*)?\?([bq])\?([^?]*)\?=", re.IGNORECASE)
_NOT_BASE64 = bytes(set(range(256)) - set(f"{ascii_letters}{digits}+/".encode()))

# Not any name is looked up: Python remembers each that was wrong, and some of its codecs (punycode) take very long.
# ASCII is left to the guess: mail that says so and has other letters has been sent for forty years.
_CHARSETS = {*aliases.values(), "cp874", "koi8_t", "koi8_u", "utf_8_sig"} - {"ascii"}


def decode_header(value: bytes) -> str:
    """A header's text, with its encoded words decoded (RFC 2047)."""
    runs = groupby(_pieces(value), key=itemgetter(0))
    # Words of one charset are joined first: some mail programs cut them in the middle of a letter.
    return "".join(decode_text(b"".join(data for _, data in run), charset) for charset, run in runs).strip()


def decode_body(data: bytes, encoding: bytes) -> bytes:
    """Undo a Content-Transfer-Encoding; one that nobody knows is left as it is."""
    if encoding == b"base64":
        return _from_base64(data)
    return a2b_qp(data) if encoding == b"quoted-printable" else data


def decode_text(data: bytes, charset: str) -> str:
    """Text in a charset, with replacements for what is not in it; without a known one, UTF-8 or else Latin-1."""
    name = encodings.normalize_encoding(charset).lower()
    name = aliases.get(name, name)
    try:
        return data.decode(name, "replace") if name in _CHARSETS else data.decode()
    except LookupError:  # A codec, but for bytes.
        return data.decode(errors="replace")
    except UnicodeError:
        return data.decode("latin-1")


def _pieces(value: bytes) -> Iterator[tuple[str, bytes]]:
    """Charset and bytes of each piece; outside encoded words the charset is empty. Space between two words is none."""
    end = 0
    for word in _WORD.finditer(value):
        between = value[end : word.start()]
        if between and not (end and between.isspace()):
            yield "", between
        base64 = word[2] in b"bB"
        yield word[1].decode("latin-1").lower(), _from_base64(word[3]) if base64 else a2b_qp(word[3], header=True)
        end = word.end()
    yield "", value[end:]


def _from_base64(data: bytes) -> bytes:
    """Whatever of it is base64, up to the first padding."""
    letters = data.partition(b"=")[0].translate(None, _NOT_BASE64)
    whole = letters[: len(letters) - (len(letters) % 4 == 1)]
    return a2b_base64(whole + b"=" * (-len(whole) % 4))

"""What an owner may set for a webhook (protocol 6.2), and what is wrong with what they did set."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from tocsin.channels.placeholders import sample
from tocsin.channels.port import Config, InvalidConfig
from tocsin.channels.weblinks import parse

METHODS = ("GET", "POST", "PUT")
MAX_LENGTH = 1000
"""Characters of a URL, a body, a header's name and a header's value."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_OURS = ("connection", "content-length", "expect", "te", "trailer", "transfer-encoding", "upgrade")
"""Headers that say where a message ends or what the connection turns into: a wrong one breaks the request."""


def validated(config: Mapping[str, object]) -> Config:
    """Return all eight keys, trimmed. Raises InvalidConfig with a sentence for each key that is wrong."""
    errors = {key: "There is no such setting." for key in config if key not in _READERS}
    found: dict[str, str] = {}
    for key, read in _READERS.items():
        try:
            value = config.get(key)
            found[key] = read("" if value is None else value)
        except ValueError as error:
            errors[key] = str(error)
    if not errors and not (found["url_down"] or found["url_up"]):
        errors["url_down"] = "Give a URL for going down, for coming back up, or for both."
    if errors:
        raise InvalidConfig(errors)
    return found


def header_pairs(lines: str) -> dict[str, str]:
    """Read `Name: value` lines; a name that comes twice has the value that came last. Raises ValueError."""
    pairs: dict[str, str] = {}
    for line in filter(str.strip, lines.split("\n")):
        name, colon, value = line.partition(":")
        if not colon:
            raise ValueError("Use “Name: value” pairs, one on each line.")
        pairs[name.strip()] = value.strip()
    return pairs


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    raise ValueError("This must be a text.")


def _url(value: object) -> str:
    url = _short(value)
    if url:
        parse(sample(url))
    return url


def _short(value: object) -> str:
    text = _text(value)
    if len(text) > MAX_LENGTH:
        raise ValueError(f"This can be {MAX_LENGTH} characters long at most.")
    return text


def _method(value: object) -> str:
    method = _text(value).upper() or "GET"
    if method not in METHODS:
        raise ValueError("The method must be GET, POST or PUT.")
    return method


def _headers(value: object) -> str:
    """Take lines or, since commands speak JSON, a mapping. Raises ValueError."""
    pairs = _checked_mapping(value) if isinstance(value, Mapping) else header_pairs(_text(value))
    for name, text in pairs.items():
        _check_header(name, text)
    return "\n".join(f"{name}: {text}" for name, text in pairs.items())


def _checked_mapping(value: Mapping[object, object]) -> dict[str, str]:
    return {_text(name): _text(text) for name, text in value.items()}


def _check_header(name: str, value: str) -> None:
    # The protocol allows latin-1 in names; servers answer 400 to it, since HTTP allows these characters only.
    if not _TOKEN.fullmatch(name):
        raise ValueError("A header's name is made of letters, digits and dashes.")
    if name.lower() in _OURS:
        raise ValueError(f"{name} can't be set: it follows from the request.")
    if "\n" in value or "\r" in value:
        raise ValueError("A header's value must be on one line.")
    if len(name) > MAX_LENGTH or len(value) > MAX_LENGTH:
        raise ValueError(f"A header's value can be {MAX_LENGTH} characters long at most.")


_READERS: Mapping[str, Callable[[object], str]] = {
    f"{what}_{status}": read
    for what, read in (("url", _url), ("method", _method), ("headers", _headers), ("body", _short))
    for status in ("down", "up")
}

"""Project documents as text: YAML or JSON in, plain values out, and back."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct, field

from tocsin.services.declared import Problem

MAX_COMPLAINTS = 100
MAX_DOCUMENT = 5 * 1024 * 1024
"""Bytes that whoever calls here takes."""
_MAX_DIGITS = 300
_LAST_STEP = re.compile(r"(\.[^.\[\]]*|\[\d+\])$")
_NO_LINES: Mapping[str, int] = {}


class Format(StrEnum):
    JSON = "json"
    YAML = "yaml"


class Unreadable(ValueError):
    """This is no document at all. One line for each fault."""

    def __init__(self, complaints: list[str]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = complaints


class Parsed(Struct, frozen=True):
    data: object
    lines: Mapping[str, int] = field(default_factory=lambda: _NO_LINES)
    """Where each value begins, by its path, such as `checks[3].timeout`; JSON has none."""
    bare: frozenset[str] = frozenset()
    """Paths of what is no text, but would be in quotes."""

    def complaints(self, problems: Iterable[Problem]) -> list[str]:
        """One line for each, with its place in the text."""
        return [f"{self._line(problem.path)}{problem}{self._hint(problem)}" for problem in problems]

    def _line(self, path: str) -> str:
        """Of what is missing, that of what it is missing in."""
        line = self.lines.get(path) or self.lines.get(_LAST_STEP.sub("", path))
        return f"line {line}: " if line else ""

    def _hint(self, problem: Problem) -> str:
        """`classic` is what stays the same however the sentence is worded."""
        return ": put it in quotes" if problem.path in self.bare and problem.classic == "is not a string" else ""


def format_of(raw: bytes) -> Format:
    """JSON documents begin with a brace; YAML ones could, but none does that anybody wrote by hand."""
    return Format.JSON if raw.removeprefix(BOM_UTF8).lstrip().startswith(b"{") else Format.YAML


def read_text(raw: bytes, form: Format) -> Parsed:
    """The caller has bounded the length. Raises Unreadable."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise Unreadable([f"line {line}: this is not text in UTF-8"]) from None
    if not text.strip():
        raise Unreadable(["there is nothing in it: a project document begins with tocsin: 1"])
    if form is Format.JSON:
        return Parsed(_read_json(text))
    # YAML is nothing that a ping should wait for.
    from handlers.yaml_reading import read_yaml

    return read_yaml(text)


def write_text(data: Mapping[str, object], form: Format) -> str:
    if form is Format.JSON:
        return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    from handlers.yaml_writing import write_yaml

    return write_yaml(data)


def _read_json(text: str) -> object:
    try:
        data = json.loads(text, object_pairs_hook=_object, parse_constant=_no_number, parse_int=_whole)
        # An escape can name half a character, which is no text.
        json.dumps(data, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise Unreadable([f"{place}: this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"]) from None
    except RecursionError:
        raise Unreadable(["this is nested too deeply"]) from None
    except UnicodeEncodeError:
        raise Unreadable(["\\ud800 to \\udfff are halves of characters: write the whole character"]) from None
    except ValueError as error:
        raise Unreadable([f"this is not JSON: {error}"]) from None
    return data


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Raises ValueError where a name comes twice: one of the two would be lost without a word."""
    found = dict(pairs)
    if len(found) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise ValueError(f'"{twice}" stands twice in one object')
    return found


def _whole(digits: str) -> int:
    """Raises ValueError for what would take long to read."""
    if len(digits) > _MAX_DIGITS:
        raise ValueError(f"a number has more than {_MAX_DIGITS} digits")
    return int(digits)


def _no_number(word: str) -> object:
    raise ValueError(f"{word} is no number")

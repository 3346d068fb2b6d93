"""Read YAML as it stands in project documents: plain values, each with its line.

No aliases, so that a few bytes never become gigabytes; no tags; no name twice; nothing that programs read differently.
It is made from the parser's events, which don't nest: depth costs nothing before it is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
)
from yaml.reader import Reader

from handlers.documents import MAX_COMPLAINTS, Parsed, Unreadable
from handlers.yaml_words import Ambiguous, meaning


class _Mark(Protocol):
    """Where something stands, counted from 0."""

    line: int
    column: int


MAX_DEPTH = 20
MAX_VALUES = 300_000
"""All of them with their lines are held in memory."""
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str) -> Parsed:
    """Raises Unreadable."""
    odd = Reader.NON_PRINTABLE.search(text)
    if odd:
        line = text.count("\n", 0, odd.start()) + 1
        raise Unreadable([f"line {line}: the character U+{ord(odd[0]):04X} can't stand here: write an escape"])
    try:
        return _Reading(iter(yaml.parse(text, Loader=_LOADER))).parsed()
    except yaml.MarkedYAMLError as error:
        raise Unreadable([_told(error)]) from None


def _told(error: yaml.MarkedYAMLError) -> str:
    """Where it was noticed and, where that is another line, where it began."""
    begun, noticed = error.context_mark, error.problem_mark or error.context_mark
    context = f"{error.context} from line {begun.line + 1}" if begun and error.context else error.context
    return f"{_place(noticed)}this is not YAML: {', '.join(filter(None, (context, error.problem)))}"


def _place(mark: _Mark | None) -> str:
    return f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


@dataclass(slots=True)
class _Reading:
    events: Iterator[Event]
    lines: dict[str, int] = field(default_factory=dict)
    bare: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)

    def parsed(self) -> Parsed:
        values: list[object] = []
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                if values:
                    self._complain(event, "a second document begins here: one is all that is read")
                    break
                values.append(self._value(next(self.events), "", 0))
        if self.complaints:
            raise Unreadable(self.complaints)
        return Parsed(values[0] if values else None, self.lines, frozenset(self.bare))

    def _value(self, event: Event, path: str, depth: int) -> object:
        self.lines.setdefault(path, _line(event))
        if depth > MAX_DEPTH:
            self._complain(event, "this is nested too deeply", last=True)
        if len(self.lines) > MAX_VALUES:
            self._complain(event, f"there are more than {MAX_VALUES} values in this", last=True)
        if isinstance(event, AliasEvent):
            self._complain(event, f"*{event.anchor} can't stand for something else here: write it out")
            return None
        assert isinstance(event, ScalarEvent | CollectionStartEvent)
        if event.anchor is not None or event.tag is not None:
            self._complain(event, "anchors (&) and tags (!) have no place here: leave it out")
        if isinstance(event, MappingStartEvent):
            return self._mapping(path, depth)
        if isinstance(event, ScalarEvent):
            return self._scalar(event, path)
        return [self._value(item, f"{path}[{place}]", depth + 1) for place, item in enumerate(self._inside())]

    def _mapping(self, path: str, depth: int) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in self._inside():
            name = self._name(event, depth)
            place = f"{path}.{name}" if path else name
            if name in found:
                self._complain(event, f'"{name}" stands twice here: one of them must go')
            self.lines[place] = _line(event)
            found[name] = self._value(next(self.events), place, depth + 1)
        return found

    def _name(self, event: Event, depth: int) -> str:
        """The text as it stands, whatever it would be as a value."""
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None:
            return event.value
        self._complain(event, "a name must be plain text")
        self._value(event, "", depth + 1)
        return ""

    def _scalar(self, event: ScalarEvent, path: str) -> object:
        if not event.implicit[0]:
            return event.value
        try:
            value = meaning(event.value)
        except Ambiguous as refusal:
            self._complain(event, str(refusal))
            return None
        if not isinstance(value, str) and value is not None:
            self.bare.add(path)
        return value

    def _inside(self) -> Iterator[Event]:
        """What the collection holds that has just begun."""
        while not isinstance(event := next(self.events), CollectionEndEvent):
            yield event

    def _complain(self, event: Event, sentence: str, *, last: bool = False) -> None:
        """Raises Unreadable if this is `last`, or there is more to mend than anybody reads."""
        self.complaints.append(f"{_place(event.start_mark)}{sentence}")
        if last or len(self.complaints) == MAX_COMPLAINTS:
            raise Unreadable(self.complaints)

"""Read input by its declaration, a msgspec Struct: every fault is found, named by its place, and told in words.

msgspec itself stops at the first fault, in the order in which the input was written; programs and people are both
helped by more. What passes here is then converted by msgspec.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from itertools import islice
from typing import TypeVar, cast

import msgspec
from msgspec import Struct, inspect

T = TypeVar("T", bound=msgspec.Struct)

MAX_PROBLEMS = 100
"""Nobody reads on after so many, and they would take long to find and to tell."""


_SHOWN = 60
"""Characters of a name that nobody knows."""


class Problem(Struct, frozen=True):
    """One fault of the input."""

    path: str
    """Where, such as `timeout` or `checks[3].tags[0]`; empty for the whole."""
    classic: str
    """What the protocol's versions 1 to 3 say of it, after the field's name (protocol 3.4)."""
    sentence: str
    """What it must be."""

    def __str__(self) -> str:
        return f"{self.path}: {self.sentence}" if self.path else self.sentence


class Invalid(ValueError):
    """The input does not fit its declaration."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read(struct: type[T], data: object) -> T:
    """The input as the Struct. Raises Invalid."""
    found = problems(struct, data)
    if found:
        raise Invalid(found)
    return msgspec.convert(data, struct)


def problems(struct: type[msgspec.Struct], data: object) -> list[Problem]:
    """All faults, in the order of the declaration; of very many the first ones."""
    return list(islice(_faults(data, _declaration(struct), ""), MAX_PROBLEMS))


@cache
def _declaration(struct: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(struct)


def _faults(value: object, type_: inspect.Type, path: str) -> Iterator[Problem]:
    if isinstance(type_, inspect.Metadata):
        type_ = type_.type
    kind = type(type_)
    if kind not in _READERS:
        raise TypeError(f"input can't be declared as {kind.__name__}")
    yield from _READERS[kind](value, type_, path)


def _text(value: object, type_: inspect.StrType, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield Problem(path, "is not a string", f"must be text, not {_named(value)}")
    elif type_.pattern and not re.fullmatch(type_.pattern.removeprefix("^").removesuffix("$"), value):
        yield Problem(path, "does not match pattern", f"must match {type_.pattern}")
    elif type_.max_length is not None and len(value) > type_.max_length:
        yield Problem(path, "is too long", f"must have at most {type_.max_length} characters, not {len(value)}")
    elif type_.min_length is not None and len(value) < type_.min_length:
        yield Problem(path, "is too short", f"must have at least {type_.min_length} characters")


def _whole(value: object, type_: inspect.IntType, path: str) -> Iterator[Problem]:
    # JSON's true counts as 1 in the protocol, which few bounds of ours let pass.
    if not isinstance(value, int) or (isinstance(value, bool) and (type_.ge or 0) <= 1):
        yield Problem(path, "is not a number", f"must be a whole number, not {_named(value)}")
    elif type_.ge is not None and value < type_.ge:
        yield Problem(path, "is too small", f"must be at least {type_.ge}")
    elif type_.le is not None and value > type_.le:
        yield Problem(path, "is too large", f"must be at most {type_.le}")


def _truth(value: object, type_: inspect.BoolType, path: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield Problem(path, "is not a boolean", f"must be true or false, not {_named(value)}")


def _one_of(value: object, type_: inspect.LiteralType, path: str) -> Iterator[Problem]:
    if value not in type_.values or isinstance(value, bool | float):
        allowed = ", ".join(f'"{each}"' if isinstance(each, str) else str(each) for each in type_.values)
        yield Problem(path, "has unexpected value", f"must be one of {allowed}")


def _list(value: object, type_: inspect.ListType, path: str) -> Iterator[Problem]:
    if not isinstance(value, list):
        yield Problem(path, "is not an array", f"must be a list, not {_named(value)}")
        return
    if type_.max_length is not None and len(value) > type_.max_length:
        yield Problem(path, "is too long", f"must have at most {type_.max_length} items, not {len(value)}")
    for place, item in enumerate(value):
        yield from _faults(item, type_.item_type, f"{path}[{place}]")


def _mapping(value: object, type_: inspect.DictType, path: str) -> Iterator[Problem]:
    if not isinstance(value, dict):
        yield Problem(path, "is not an object", f"must be an object, not {_named(value)}")
        return
    for key, item in value.items():
        yield from _faults(key, type_.key_type, f"{path}.{key}")
        yield from _faults(item, type_.value_type, f"{path}.{key}")


def _either(value: object, type_: inspect.UnionType, path: str) -> Iterator[Problem]:
    """A field that may be null, or left out, or of one of several types."""
    if value is None and type_.includes_none:
        return
    types = [each for each in type_.types if not isinstance(each, inspect.NoneType)]
    readings = [list(islice(_faults(value, each, path), MAX_PROBLEMS)) for each in types]
    if not all(readings):
        return
    inside = next((found for found in readings if found[0].path != path), None)
    if inside or len(readings) == 1:
        yield from inside or readings[0]
    else:
        yield Problem(path, readings[0][0].classic, ", or ".join(found[0].sentence for found in readings))


def _anything(value: object, type_: inspect.AnyType, path: str) -> Iterator[Problem]:
    yield from ()


def _object(value: object, type_: inspect.StructType, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield Problem(path, "is not an object", f"must be an object, not {_named(value)}")
        return
    for field in type_.fields:
        place = f"{path}.{field.encode_name}" if path else field.encode_name
        if field.encode_name in value:
            yield from _faults(value[field.encode_name], field.type, place)
        elif field.required:
            yield Problem(place, "is missing", "is missing")
    if type_.forbid_unknown_fields:
        yield from _unknown(value, type_, path)


def _unknown(value: Mapping[object, object], type_: inspect.StructType, path: str) -> Iterator[Problem]:
    known = [field.encode_name for field in type_.fields]
    heeded = [field.encode_name for field in type_.fields if not _is_ignored(field)]
    for name in (str(name)[:_SHOWN] for name in value):
        if name not in known:
            near = get_close_matches(name, heeded, n=1)
            place = f"{path}.{name}" if path else name
            hint = f"did you mean {near[0]}?" if near else f"the fields are {', '.join(heeded)}"
            yield Problem(place, "is unknown", f"is not known here: {hint}")


def _is_ignored(field: inspect.Field) -> bool:
    """A field that takes anything is there to be sent back, and means nothing."""
    return isinstance(field.type.type if isinstance(field.type, inspect.Metadata) else field.type, inspect.AnyType)


def _named(value: object) -> str:
    """What JSON calls it."""
    if value is None:
        return "null"
    names = {bool: "true or false", int: "a number", float: "a number with a fraction", str: "text", list: "a list"}
    return names.get(type(value), "an object")


_Reader = Callable[[object, inspect.Type, str], Iterator[Problem]]

_READERS: Mapping[type, _Reader] = cast(
    "Mapping[type, _Reader]",
    {
        inspect.StrType: _text,
        inspect.IntType: _whole,
        inspect.BoolType: _truth,
        inspect.LiteralType: _one_of,
        inspect.ListType: _list,
        inspect.DictType: _mapping,
        inspect.UnionType: _either,
        inspect.AnyType: _anything,
        inspect.StructType: _object,
    },
)

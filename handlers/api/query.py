"""Read the query of a URL by its declaration, a Struct: texts become what the field says."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import TypeVar

from msgspec import Struct, inspect
from werkzeug.datastructures import MultiDict

from tocsin.services.declared import read

S = TypeVar("S", bound=Struct)

_WHOLE = re.compile(r"-?[0-9]{1,18}")
_TRUTHS: Mapping[str, bool] = {"1": True, "true": True, "0": False, "false": False}


def read_query(struct: type[S], args: MultiDict[str, str]) -> S:
    """The last value of a key counts, where the field is no list. Raises Invalid."""
    types = _types(struct)
    return read(struct, {name: _cast(types.get(name), values) for name, values in args.lists()})


@cache
def _types(struct: type[Struct]) -> Mapping[str, inspect.Type]:
    declared = inspect.type_info(struct)
    assert isinstance(declared, inspect.StructType)
    return {field.encode_name: _bare(field.type) for field in declared.fields}


def _bare(type_: inspect.Type) -> inspect.Type:
    """Without its notes, and without None."""
    if isinstance(type_, inspect.Metadata):
        return _bare(type_.type)
    if isinstance(type_, inspect.UnionType):
        return next(_bare(each) for each in type_.types if not isinstance(each, inspect.NoneType))
    return type_


def _cast(type_: inspect.Type | None, values: list[str]) -> object:
    """What can't be cast stays text, and is found to be no number then."""
    text = values[-1]
    if isinstance(type_, inspect.ListType):
        return values
    if isinstance(type_, inspect.IntType) and _WHOLE.fullmatch(text):
        return int(text)
    if isinstance(type_, inspect.BoolType):
        return _TRUTHS.get(text, text)
    return text

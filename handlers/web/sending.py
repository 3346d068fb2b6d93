"""What was sent by a form, and what a service refused of it, shown beside the fields that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flask import request
from werkzeug.datastructures import MultiDict

if TYPE_CHECKING:
    from wtforms.fields import Field


def sent() -> MultiDict[str, str] | None:
    """What a form takes as its input: None while nothing was sent, else an unticked box would win over its default."""
    return request.form if request.method == "POST" else None


class TakesRefusals:
    """For forms: puts a service's sentences on the fields they belong to, the rest on top of the form."""

    if TYPE_CHECKING:
        form_errors: list[str]
        _fields: dict[str, Field]

        def __iter__(self) -> Iterator[Any]: ...

    def take(self, errors: Mapping[str, str]) -> None:
        for key, sentence in errors.items():
            field = self._fields.get(key)
            if field is None:
                self.form_errors.append(sentence)
            else:
                earlier: Sequence[str] = field.errors
                field.errors = [*earlier, sentence]

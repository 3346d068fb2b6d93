"""What a service refused, shown beside the fields that it is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from wtforms.fields import Field


class TakesRefusals:
    """For forms: puts a service's sentences on the fields they belong to, the rest on top of the form."""

    NAMES: ClassVar[Mapping[str, str]] = {}
    """Fields that a service calls by another name."""

    if TYPE_CHECKING:
        form_errors: list[str]
        _fields: dict[str, Field]

        def __iter__(self) -> Iterator[Any]: ...

    def take(self, errors: Mapping[str, str]) -> None:
        for key, sentence in errors.items():
            field = self._fields.get(self.NAMES.get(key, key))
            if field is None:
                self.form_errors.append(sentence)
            else:
                earlier: Sequence[str] = field.errors
                field.errors = [*earlier, sentence]

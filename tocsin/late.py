"""Parts that are made when they are first asked for: who never asks pays neither for them nor for their modules."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class late(Generic[T]):  # noqa: N801 (stands where `property` would)
    """functools.cached_property, but threads that ask at once get one and the same: it may hold workers or locks."""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self._make = make
        self._name = make.__name__
        self._making = Lock()
        self.__doc__ = make.__doc__

    @overload
    def __get__(self, owner: None, type_: type[Any]) -> late[T]: ...
    @overload
    def __get__(self, owner: object, type_: type[Any]) -> T: ...
    def __get__(self, owner: object, type_: type[Any]) -> late[T] | T:
        """Found once an object only: then the part itself stands in the object's dictionary."""
        if owner is None:
            return self
        with self._making:
            if self._name not in vars(owner):
                vars(owner)[self._name] = self._make(owner)
            part: T = vars(owner)[self._name]
            return part

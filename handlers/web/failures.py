"""What could not be done to some of many checks, in words on the next page."""

from __future__ import annotations

from collections.abc import Iterable

from flask import flash

_MOST_TOLD = 5
"""The words travel in a cookie, which has its limits."""


def tell_failures(failed: Iterable[tuple[str, str]], *more: str) -> None:
    """Say of each check, by name, what went wrong, as far as there is room, and `more` sentences; or nothing."""
    told = [f"“{name or 'Unnamed check'}”: {error}" for name, error in failed]
    rest = [f"And {len(told) - _MOST_TOLD} more."] if len(told) > _MOST_TOLD else []
    if sentences := [*told[:_MOST_TOLD], *rest, *more]:
        flash(" ".join(sentences), "error")

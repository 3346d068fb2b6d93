"""Numbers of things, in words."""

from __future__ import annotations


def counted(number: int, one: str) -> str:
    """Say `1 check`, `12 checks`."""
    return f"{number:,} {one}{'' if number == 1 else 's'}"

"""Names as people can tell them apart."""

from __future__ import annotations

from unicodedata import category

_JOINERS = "\u200c\u200d"
"""Letters of some scripts, and emoji, are put together by these."""


def visible(text: str) -> str:
    """The text without characters that show as nothing, or turn round what stands beside them, and in single spaces."""
    kept = "".join(each for each in text if each.isspace() or each in _JOINERS or category(each) not in ("Cc", "Cf"))
    return " ".join(kept.split()).strip(_JOINERS)

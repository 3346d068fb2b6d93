"""How a badge is drawn: 20 pixels high, its label on grey and the status on the status's colour (protocol 4.2)."""

from __future__ import annotations

import re
import unicodedata
from html import escape

MAX_LABEL = 60
"""Characters that are drawn; what hovers, and what is read aloud, has all of them."""
_COLORS = {"up": "#4c1", "late": "#fe7d37", "down": "#e05d44"}
_MARGIN = 5
_ADVANCES = {
    3.0: "'il",
    3.8: "j",
    3.9: " f",
    4.0: ",.",
    4.3: "!t",
    4.6: "I",
    4.7: "r",
    5.0: '"()-/:;J[\\]|',
    5.7: "cs",
    5.8: "z",
    6.0: "?",
    6.1: "L",
    6.3: "F",
    6.5: "kvxy",
    6.6: "Pae",
    6.7: "o",
    6.8: "TY",
    6.9: "bdgpq",
    7.5: "ABSVXZ",
    7.6: "KR",
    7.7: "C",
    8.0: "&",
    8.1: "U",
    8.2: "N",
    8.3: "H",
    8.5: "DG",
    8.7: "OQ",
    9.0: "#+<=>^w~",
    9.3: "M",
    10.7: "m",
    10.9: "W",
    11.0: "@…",
    11.8: "%",
}
"""Pixels by which Verdana at 11 pixels goes on after each of these characters."""
_DEFAULT, _WIDE = 7.0, 11.0
_ADVANCE = {character: advance for advance, characters in _ADVANCES.items() for character in characters}
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_SVG = """\
<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" role="img" aria-label="{spoken}">
<title>{spoken}</title>
<rect width="{width}" height="20" rx="3" fill="#555"/>
<path d="M{left} 0h{reach}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{left}z" fill="{color}"/>
<g font-family="Verdana,Geneva,DejaVu Sans,sans-serif" font-size="11" fill="#fff">
{label}
{status}
</g>
</svg>
"""
# The shadow goes first: white on light green is hard to read without one.
_TEXT = """\
<text x="{x}" y="15" {fit} fill="#010101" fill-opacity=".3">{text}</text>
<text x="{x}" y="14" {fit}>{text}</text>"""


def draw(label: str, status: str) -> str:
    """An SVG image that stands by itself. The label may be any text, however long."""
    label = _NOT_IN_XML.sub("\ufffd", label)
    shown = label if len(label) <= MAX_LABEL else f"{label[: MAX_LABEL - 1]}…"
    left, right = (_length(text) + 2 * _MARGIN for text in (shown, status))
    return _SVG.format(
        width=left + right,
        spoken=escape(f"{label}: {status}"),
        left=left,
        reach=right - 3,
        color=_COLORS[status],
        label=_text(shown, at=_MARGIN),
        status=_text(status, at=left + _MARGIN),
    )


def _text(text: str, *, at: int) -> str:
    fit = f'textLength="{_length(text)}" lengthAdjust="spacingAndGlyphs"'
    return _TEXT.format(x=at, fit=fit, text=escape(text))


def _length(text: str) -> int:
    """Pixels, at least 1; the text is drawn exactly so long, whatever font there is."""
    return max(1, round(sum(map(_advance, unicodedata.normalize("NFD", text)))))


def _advance(character: str) -> float:
    if character in _ADVANCE:
        return _ADVANCE[character]
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return _WIDE if unicodedata.east_asian_width(character) in "WF" else _DEFAULT

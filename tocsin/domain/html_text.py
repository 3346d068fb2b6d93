"""The text that an HTML page shows. Each character is looked at a fixed number of times, and nothing fails."""

from __future__ import annotations

import html
import re

_WITHIN_A_WORD = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|del|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|script|small|span|strike"
    "|strong|style|sub|sup|tt|u|var|wbr"
)
# A tag may hold a > within the quotes of a value. One that has no end goes to the next <, a quote that has none to the
# end of the page, as in browsers; so every < that begins a tag is passed for good, and a hostile page costs no more.
_REST_OF_TAG = r"""(?:[^<>=]++|=\s*+(?:"[^"]*+"?|'[^']*+'?)?)*+>?"""

_UNSEEN = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))|<(script|style)(?=[\s/>]).*?(?=</\1(?![^\s/>])|\Z)", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(rf"<(?:/?(?:{_WITHIN_A_WORD})(?=[\s/>])|([a-z/!?])){_REST_OF_TAG}", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#x?[0-9a-f]{1,8}|[a-z][a-z0-9]{1,31});?", re.IGNORECASE)


def text_of_html(page: str) -> str:
    """Without tags, scripts, styles and comments, entities replaced, on one line (protocol 1.10).

    A word stays whole if a part of it is bold; two cells of a table, or two paragraphs, are two words.
    """
    shown = _TAG.sub(lambda tag: " " if tag[1] else "", _UNSEEN.sub("", page))
    return " ".join(_ENTITY.sub(lambda entity: html.unescape(entity[0]), shown).split())

"""Search in the documentation: pure, and small enough to look through everything each time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from markupsafe import Markup, escape
from msgspec import Struct

from handlers.web.docs.library import Page, Section

MOST = 12
_TITLE, _HEADING, _TEXT = 100, 30, 1
_WHOLE = 2
"""How much more a word counts than one that only begins so."""
_OFTEN = 5
"""A text counts a word so many times at most: a long section is no better for being long."""
_AROUND = 90
"""Characters of an excerpt before and after the first word that was found."""


class Hit(Struct, frozen=True):
    page: Page
    section: Section
    score: int
    excerpt: Markup
    """With the words marked."""


def search(pages: Iterable[Page], asked: str) -> list[Hit]:
    """The sections that have all the words, or begin words so; the best first, one of each heading."""
    words = _words(asked)
    if not words:
        return []
    hits = [hit for page in pages for hit in _hits(page, words)]
    return sorted(hits, key=lambda hit: -hit.score)[:MOST]


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(re.findall(r"[\w*$/@+-]*\w|\*", text.lower())))[:8]


def _hits(page: Page, words: Sequence[str]) -> Iterator[Hit]:
    """A section needs every word in its text or its heading, or in the title of its page; one of them of its own."""
    for section in page.sections:
        scores = [_score(page, section, word) for word in words]
        if all(scores) and any(_own(section, word) for word in words):
            yield Hit(page, section, sum(scores), _excerpt(section.text, words))


def _score(page: Page, section: Section, word: str) -> int:
    heading = "" if section.level == 1 else section.title
    title = _count(page.title, word) * (_TITLE if section.level == 1 else _TITLE // 4)
    return title + _count(heading, word) * _HEADING + _count(section.text, word) * _TEXT


def _own(section: Section, word: str) -> bool:
    return _count(f"{section.title} {section.text}", word) > 0


def _count(text: str, word: str) -> int:
    found = [match[0].lower() for match in _beginning(word).finditer(text)]
    return min(_OFTEN, len(found)) + (_WHOLE if word in found else 0)


def _beginning(word: str) -> re.Pattern[str]:
    """A whole word of a text that begins with this one."""
    return re.compile(rf"(?<!\w){re.escape(word)}\w*", re.IGNORECASE)


def _excerpt(text: str, words: Sequence[str]) -> Markup:
    """What stands around the first word that is there; the beginning, if there is none."""
    first = min((match.start() for word in words for match in _beginning(word).finditer(text)), default=0)
    start, end = max(0, first - _AROUND), first + _AROUND * 2
    start = text.rfind(" ", 0, start) + 1 if start else 0
    end = end if end >= len(text) else max(text.rfind(" ", start, end), start)
    before, after = "… " if start else "", " …" if end < len(text) else ""
    return Markup("{}{}{}").format(before, _marked(text[start:end].replace("\n", " · "), words), after)


def _marked(text: str, words: Sequence[str]) -> Markup:
    either = re.compile("|".join(f"(?:{_beginning(word).pattern})" for word in words), re.IGNORECASE)
    marked, at = Markup(), 0
    for match in either.finditer(text):
        marked += escape(text[at : match.start()]) + Markup("<mark>{}</mark>").format(match[0])
        at = match.end()
    return marked + escape(text[at:])

"""The pages of the documentation, in the order of their contents, and what search looks through."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TypeAlias

from msgspec import Struct

CONTENTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Begin", ("first-check", "statuses")),
    ("Jobs that call", ("pinging", "runs", "mail", "filters")),
    ("Timing", ("schedules", "cron", "oncalendar")),
    ("Being told", ("channels", "webhooks", "badges")),
    ("People", ("projects", "accounts")),
    ("Programs", ("api",)),
    ("At night", ("troubleshooting",)),
    ("Your own server", ("hosting",)),
)
"""Groups, and the names of their pages: a file of that name in the folder."""


class Section(Struct, frozen=True):
    """A heading with what stands below it, up to the next one. The first of a page has the page's title."""

    anchor: str
    title: str
    level: int
    text: str
    """Without marks, for search: a line for each paragraph and cell of a table, examples last."""


class Page(Struct, frozen=True):
    name: str
    group: str
    title: str
    lead: str
    """Its first paragraph, without marks."""
    html: str
    sections: tuple[Section, ...]


Library: TypeAlias = Mapping[str, Page]
"""By name, in the order of the contents."""


@cache
def library(folder: Path) -> Library:
    """All pages. The first to ask waits for the reading of them, some tens of milliseconds."""
    return {page.name: page for page in _read(folder)}


def _read(folder: Path) -> Iterator[Page]:
    from handlers.web.docs.markdown import Reader

    reader = Reader()
    for group, names in CONTENTS:
        for name in names:
            html, sections = reader.read((folder / f"{name}.md").read_text())
            lead = sections[0].text.partition("\n")[0]
            yield Page(name, group, sections[0].title, lead, html, sections)

"""Markdown as the documentation uses it: CommonMark and tables, headings that can be linked to, code to copy."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count, pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markupsafe import Markup

from handlers.web.docs.library import Section

_CODE = Markup(
    '<div class="code"><pre tabindex="0" aria-label="Example"><code id="{id}">{text}</code></pre>'
    '<button type="button" class="button small" data-copy="{id}" hidden>Copy<span class="unseen"> the example</span>'
    "</button></div>\n"
)
_PLAIN = Markup('<div class="code"><pre tabindex="0" aria-label="Example"><code>{text}</code></pre></div>\n')
_SHOWN = "text"
"""The language of blocks that show something, and that nobody would copy."""


class Reader:
    """Reads one page after another. HTML in them stays text."""

    def __init__(self) -> None:
        self._markdown = MarkdownIt("commonmark", {"html": False, "typographer": True}, renderer_cls=_Renderer)
        self._markdown.enable(["table", "smartquotes"])

    def read(self, source: str) -> tuple[str, tuple[Section, ...]]:
        """The page's HTML without its title, and its sections."""
        tokens = self._markdown.parse(source)
        sections = _sections(tokens)
        body = tokens[3:]
        return self._markdown.renderer.render(body, self._markdown.options, {}), sections


class _Renderer(RendererHTML):
    def __init__(self, parser: Any = None) -> None:
        super().__init__(parser)
        self._numbers = count(1)

    def render(self, tokens: Sequence[Token], options: Any, env: Any) -> Any:
        self._numbers = count(1)
        return super().render(tokens, options, env)

    def fence(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        token = tokens[idx]
        if token.info == _SHOWN:
            return _PLAIN.format(text=token.content.rstrip("\n"))
        return _CODE.format(id=f"example-{next(self._numbers)}", text=token.content.rstrip("\n"))

    def table_open(self, *_: Any) -> str:
        return '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n'

    def table_close(self, *_: Any) -> str:
        return "</table></div>\n"


def _sections(tokens: Sequence[Token]) -> tuple[Section, ...]:
    """Cut at the headings; gives each heading its anchor on the way."""
    starts = [at for at, token in enumerate(tokens) if token.type == "heading_open"]
    return tuple(_section(tokens[start:end]) for start, end in pairwise([*starts, len(tokens)]))


def _section(tokens: Sequence[Token]) -> Section:
    """A heading is three tokens: its beginning, what it says, its end."""
    opening, title = tokens[0], _bare(tokens[1])
    opening.attrSet("id", anchor_of(title))
    prose, examples = ([_bare(token) for token in tokens[3:] if token.type == kind] for kind in ("inline", "fence"))
    return Section(anchor_of(title), title, int(opening.tag[1]), "\n".join([*prose, *examples]))


def _bare(token: Token) -> str:
    """What a token says, without marks."""
    if token.type == "fence":
        return token.content.rstrip("\n")
    breaks = {"softbreak": " ", "hardbreak": " "}
    return "".join(breaks.get(child.type, child.content) for child in token.children or ())


def anchor_of(title: str) -> str:
    """As sites that show Markdown make them."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")

"""What is pasted where a badge is to show: its address, or the address in the words of a page's language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Protocol
from urllib.parse import quote

from tocsin.services.badges import Urls

_MARKED = re.compile(r"([\[\]\\])")
_SHIELDS = "https://img.shields.io/endpoint?url="


class Writing(Protocol):
    def __call__(self, urls: Urls, three: str, words: str) -> str:
        """What to paste. `three` ends the names of the URLs that are meant; `words` stand where no picture can."""


def _address(urls: Urls, three: str, words: str) -> str:
    return urls[f"svg{three}"]


def _markdown(urls: Urls, three: str, words: str) -> str:
    words = _MARKED.sub(r"\\\1", words)
    return f"![{words}]({urls[f'svg{three}']})"


def _html(urls: Urls, three: str, words: str) -> str:
    return f'<img src="{escape(urls[f"svg{three}"])}" alt="{escape(words)}">'


def _json(urls: Urls, three: str, words: str) -> str:
    return urls[f"json{three}"]


def _shields(urls: Urls, three: str, words: str) -> str:
    return _SHIELDS + quote(urls[f"shields{three}"], safe="")


WRITINGS: Mapping[str, tuple[str, Writing]] = {
    "markdown": ("Markdown", _markdown),
    "html": ("HTML", _html),
    "url": ("Picture’s address", _address),
    "json": ("JSON", _json),
    "shields": ("Shields.io", _shields),
}
"""What each is called, by its name in the page's address; the first is the one that nobody has to choose."""

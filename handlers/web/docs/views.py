"""The documentation's pages: contents, one page, and what a search found."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup, escape

from handlers.current import house, ping_urls, site_root
from handlers.web.docs.library import CONTENTS, Library, library
from handlers.web.docs.search import search

MAX_ASKED = 200
_EXAMPLE = "https://tocsin.example.org"
"""What the site is called in the pages' source; readers see their own."""


def contents() -> ResponseReturnValue:
    """All pages by group; with `q`, what was found."""
    asked = request.args.get("q", "")[:MAX_ASKED].strip()
    pages = _pages()
    hits = search(pages.values(), asked)
    return render_template("docs_contents.html", groups=CONTENTS, pages=pages, asked=asked, hits=hits)


def page(name: str) -> ResponseReturnValue:
    pages = _pages()
    if name not in pages:
        abort(404)
    names = list(pages)
    at = names.index(name)
    beside = {
        "before": pages[names[at - 1]] if at else None,
        "after": pages[names[at + 1]] if names[at + 1 :] else None,
    }
    shown = pages[name]
    return render_template(
        "docs_page.html", groups=CONTENTS, pages=pages, page=shown, html=_for_here(shown.html), **beside
    )


def _pages() -> Library:
    return library(house().settings.templates / "docs")


def _for_here(html: str) -> Markup:
    """With the addresses of this site, so that what is copied works."""
    html = html.replace(f"{_EXAMPLE}/ping", str(escape(ping_urls())))
    return Markup(html.replace(_EXAMPLE, str(escape(site_root()))))  # noqa: S704 (made of our own files)

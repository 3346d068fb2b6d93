"""Pages for people: HTML from templates, acts by plain forms, and nothing that needs JavaScript to work.

`routes.py` lists every page and act; the other modules hold their views, grouped by what they are about.
"""

from __future__ import annotations

from flask import Flask

from handlers.web import errors, layout, ping_words, routes, security, words


def register(app: Flask) -> None:
    """Add the pages, with all that they rely on. Ping URLs and the API are not touched by any of it."""
    security.register(app)
    layout.register(app)
    words.register(app)
    ping_words.register(app)
    errors.register(app)
    routes.register(app)

"""Pages for people: HTML from templates, acts by plain forms, and nothing that needs JavaScript to work.

`routes.py` lists every page and act; the other modules hold their views, grouped by what they are about. Those are
imported when one is asked for: a process that only takes pings never waits for forms and words.
"""

from __future__ import annotations

from flask import Flask

from handlers.web import errors, routes, security
from handlers.web.environment import PageEnvironment


def register(app: Flask) -> None:
    """Add the pages, with all that they rely on. Ping URLs and the API are not touched by any of it."""
    app.jinja_environment = PageEnvironment
    security.register(app)
    errors.register(app)
    routes.register(app)

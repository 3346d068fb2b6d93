"""What templates are rendered in. Flask makes it with the first page, and so what templates need is imported then."""

from __future__ import annotations

from typing import Any

from flask.sansio.app import App
from flask.templating import Environment


class PageEnvironment(Environment):
    def __init__(self, app: App, **options: Any) -> None:
        super().__init__(app, trim_blocks=True, lstrip_blocks=True, **options)
        from flask_wtf.csrf import generate_csrf

        from handlers.web import layout, ping_words, words

        self.globals["csrf_token"] = generate_csrf
        for room in (layout, words, ping_words):
            room.equip(self)

"""How a message's text is made from a template and facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

Renderer: TypeAlias = Callable[[str, Mapping[str, object]], str]
"""Fills in a template, named by its path in the folder of mail templates, such as `alert.html`."""


def mail_renderer(folder: Path) -> Renderer:
    """Render the templates of a folder: `.html` escapes what it is given, and a missing fact is an error.

    Jinja is imported and the environment made at the first mail, so that a process that sends none pays nothing.
    """
    made: list[Renderer] = []

    def render(name: str, context: Mapping[str, object]) -> str:
        if not made:
            made.append(_jinja(folder))
        return made[0](name, context)

    return render


def _jinja(folder: Path) -> Renderer:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return lambda name, context: environment.get_template(name).render(context)

"""The API keys of a project."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.key_pages import Ring, add_page, list_page, revoke_page
from tocsin.stores.keys import KeyKind


def listing(project_id: str) -> ResponseReturnValue:
    return list_page(_ring(project_id))


def add(project_id: str) -> ResponseReturnValue:
    return add_page(_ring(project_id))


def revoke(project_id: str, key_id: str) -> ResponseReturnValue:
    return revoke_page(_ring(project_id), key_id)


def _ring(project_id: str) -> Ring:
    project = project_or_404(project_id)
    return Ring(
        owner=project.id,
        keys=house().keys.of_project(project.id),
        writing=KeyKind.READ_WRITE,
        reading=KeyKind.READ_ONLY,
        url=url_for("web.keys", project_id=project.id),
        project=project,
    )

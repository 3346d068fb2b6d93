"""What a page is about, if the user may see it. What does not exist and what is not theirs is the same 404."""

from __future__ import annotations

from flask import abort
from msgspec import Struct

from handlers.current import house
from handlers.web.session import the_user
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.projects import Project


class Shown(Struct, frozen=True):
    """A check on a page."""

    stored: Stored
    info: Info
    project: Project

    @property
    def id(self) -> str:
        return self.stored.check.id

    @property
    def name(self) -> str:
        return self.info.name or "Unnamed check"


def project_or_404(project_id: str) -> Project:
    project = house().projects.get(project_id)
    if project is None or house().projects.role(project_id, the_user().id) is None:
        abort(404)
    return project


def check_or_404(check_id: str) -> Shown:
    found = house().checks.find(check_id)
    if found is None:
        abort(404)
    stored, info = found
    return Shown(stored, info, project_or_404(stored.project))


def channel_or_404(project_id: str, channel_id: str) -> tuple[Project, StoredChannel]:
    project = project_or_404(project_id)
    channel = house().channels.get(project_id, channel_id)
    if channel is None:
        abort(404)
    return project, channel

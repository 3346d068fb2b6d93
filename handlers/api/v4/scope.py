"""Which project a call is about, where its path does not say so."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from handlers.api.refusals import Refusal, invalid
from handlers.api.route import Call
from handlers.current import house
from tocsin.services.check_fields import UUID
from tocsin.services.declared import Invalid, Problem
from tocsin.stores.projects import Project

ProjectId: TypeAlias = Annotated[
    str, Meta(pattern=UUID, description="The project. An account's key opens several, so it must name one.")
]


class InProject(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None


def project_of(call: Call, named: str | None) -> str:
    """The id of the project that is named or, with its own key, of the only one there is. Raises Refusal."""
    opened = call.by.opened
    if named is None and opened.account:
        sentence = "is missing: an account's key opens several projects, and GET /api/v4/projects/ lists them"
        raise invalid(Invalid([Problem("project", "", sentence)]))
    project = named or opened.owner
    if not call.by.may_enter(project):
        raise no_project()
    return project


def project_in_path(call: Call) -> Project:
    """Raises Refusal."""
    project = house().projects.get(call.path["project"])
    if project is None or not call.by.may_enter(project.id):
        raise no_project()
    return project


def no_project() -> Refusal:
    return Refusal(404, "There is no such project, or this key does not open it.")

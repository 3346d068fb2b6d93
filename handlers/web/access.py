"""What a page is about, if the user may see it: `routes` says which role each takes.

What does not exist and what is not theirs is the same 404. To members whose role does not reach, it is said so.
"""

from __future__ import annotations

from flask import abort, g, make_response, request
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.converters import is_id
from handlers.current import house
from handlers.web.errors import trouble_page
from handlers.web.need import Need
from handlers.web.role_words import role_note
from handlers.web.routes import NEEDS
from handlers.web.session import current_user, the_user
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.projects import Project, Role


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


def project_or_404(project_id: str, need: Need | None = None) -> Project:
    """The project, if the user's role in it reaches what was asked for.

    `need` is for another project that the act touches as well: one that a check is moved to, say.
    """
    project = house().projects.get(project_id) if is_id(project_id) else None
    role = house().projects.role(project_id, the_user().id) if project else None
    if project is None or role is None:
        abort(404)
    if need is None:
        need = NEEDS[str(request.endpoint)]
        g.role = role
    if need.role and not role.reaches(need.role):
        abort(make_response(_out_of_reach(project, role, need.role)))
    return project


def my_role() -> Role | None:
    """The user's role in the project that the page is about; None where it is about none."""
    role: Role | None = g.get("role")
    return role


def may(endpoint: str) -> bool:
    """Whether the user may go there, in the project that the page is about."""
    need, role = NEEDS[endpoint], my_role()
    if need.role:
        return role is not None and role.reaches(need.role)
    return need is Need.PUBLIC or current_user() is not None


def _out_of_reach(project: Project, role: Role, least: Role) -> ResponseReturnValue:
    managers = [member for member in house().members.of_project(project.id) if member.role.reaches(Role.MANAGER)]
    them = [member.user for member in managers if least is not Role.OWNER or member.role is Role.OWNER]
    known = house().accounts.several(them)
    return trouble_page(
        403, note=role_note(project, role, least, [known[each].email for each in them if each in known])
    )


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

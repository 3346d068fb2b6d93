"""Projects: list, make, change, delete."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, TypeAlias

from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType
from msgspec.structs import replace

from handlers.api.refusals import invalid
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT, NOT_MATCHED, UNCHANGED
from handlers.api.v4.etag import reply_single, require_match
from handlers.api.v4.fields import Shown
from handlers.api.v4.manner import reply
from handlers.api.v4.moments import Moment, iso
from handlers.api.v4.pages import Next, Paging, cut
from handlers.api.v4.scope import project_in_path
from handlers.current import house, site_root
from tocsin.services import projects
from tocsin.services.declared import Invalid, Problem
from tocsin.services.retention import MAX_COUNT, spread_keep
from tocsin.settings import MAX_LOG_DAYS
from tocsin.stores.check_items import Keep
from tocsin.stores.projects import Project, Role

ProjectName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=projects.MAX_NAME)]
LogDays: TypeAlias = Annotated[
    Annotated[int, Meta(ge=1, le=MAX_LOG_DAYS)] | None,
    Meta(description="How long pings are kept. Null: as the site does."),
]
LogCount: TypeAlias = Annotated[
    Annotated[int, Meta(ge=1, le=MAX_COUNT)] | None,
    Meta(description="How many pings of each check are kept. Null: any number."),
]


class ProjectObject(Struct, kw_only=True):
    id: str
    name: str
    created: Moment
    log_days: LogDays
    log_count: LogCount
    ping_key: Annotated[str | UnsetType, Meta(description="For read-write keys: of ping URLs by slug.")] = UNSET


class ProjectEdit(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was read can be edited and sent back: what nobody can set is ignored."""

    name: ProjectName | UnsetType = UNSET
    log_days: LogDays | UnsetType = UNSET
    log_count: LogCount | UnsetType = UNSET
    id: Shown = UNSET
    created: Shown = UNSET
    ping_key: Shown = UNSET


class NewProject(ProjectEdit, kw_only=True):
    name: ProjectName


class Projects(Struct):
    projects: list[ProjectObject]
    next: Next


def listing(call: Call) -> Response:
    asked, opened = call.asked(Paging), call.by.opened
    if opened.account:
        pairs, following = house().projects.page_of_user(opened.owner, limit=asked.limit, cursor=asked.cursor)
        call.by.roles.update((project.id, role) for project, role in pairs)
        found = [project for project, _ in pairs]
    else:
        own = [project for project in [house().projects.get(opened.owner)] if project]
        found, following = cut(own, f"projects {opened.owner}", lambda each: each.id, limit=1, cursor=asked.cursor)
    return reply(Projects([_object(call, project) for project in found], following))


def create(call: Call) -> Response:
    said = call.said(NewProject)
    project_id = _create(call, said.name)
    projects.revise_project(
        house().projects,
        project=project_id,
        revise=lambda made: _revised(made, said),
        by=call.by.actor,
        now=house().clock(),
    )
    response = _reply(call, _read(project_id), 201)
    response.headers["Location"] = f"{site_root()}/api/v4/projects/{project_id}"
    return response


def _create(call: Call, name: str) -> str:
    try:
        made = projects.create_project(
            house().projects,
            name=name,
            owner=call.by.opened.owner,
            secret_key=house().settings.secret_key,
            by=call.by.actor,
            now=house().clock(),
        )
    except projects.InvalidProject as error:
        raise invalid(Invalid([Problem("name", "", str(error))])) from None
    return made.id


def single(call: Call) -> Response:
    return _reply(call, project_in_path(call))


def edit(call: Call) -> Response:
    project, said = project_in_path(call), call.said(ProjectEdit)

    def revise(there: Project) -> Project:
        require_match(settings_of(there))
        return _revised(there, said)

    projects.revise_project(house().projects, project=project.id, revise=revise, by=call.by.actor, now=house().clock())
    edited = _read(project.id)
    if said.log_days is not UNSET or said.log_count is not UNSET:
        spread_keep(house().checks, project=project.id, keep=edited.keep)
    return _reply(call, edited)


def delete(call: Call) -> Response:
    project = project_in_path(call)
    require_match(settings_of(project))
    projects.delete_project(
        house().checks,
        house().channels,
        house().projects,
        house().keys,
        project=project.id,
        owner=call.by.opened.owner,
        by=call.by.actor,
        now=house().clock(),
    )
    return Response(status=204)


def settings_of(project: Project) -> object:
    """All that can be set of a project."""
    return {"name": project.name, "log_days": _days(project), "log_count": project.keep.count}


def _revised(project: Project, said: ProjectEdit) -> Project:
    """Raises Refusal."""
    name = project.name if isinstance(said.name, UnsetType) else said.name.strip()
    if not name:
        raise invalid(Invalid([Problem("name", "", "must have more than spaces")]))
    days = _days(project) if isinstance(said.log_days, UnsetType) else said.log_days
    count = project.keep.count if isinstance(said.log_count, UnsetType) else said.log_count
    return replace(project, name=name, keep=Keep(timedelta(days=days) if days else None, count))


def _days(project: Project) -> int | None:
    return project.keep.age.days if project.keep.age else None


def _read(project_id: str) -> Project:
    project = house().projects.get(project_id)
    if project is None:
        raise projects.UnknownProject(project_id)
    return project


def _reply(call: Call, project: Project, status: int = 200) -> Response:
    return reply_single(_object(call, project), settings_of(project), status)


def _object(call: Call, project: Project) -> ProjectObject:
    return ProjectObject(
        id=project.id,
        name=project.name,
        created=iso(project.created),
        log_days=_days(project),
        log_count=project.keep.count,
        ping_key=UNSET if call.by.read_only(project.id) else project.ping_key,
    )


_ONE = "/projects/<id:project>"
_SHOWN = Answer("The project.", ProjectObject, headers=("ETag",))
_SINGLE = {404: NO_PROJECT}

ROUTES = (
    Route(
        ("GET",),
        "/projects/",
        listing,
        Needs.READ,
        "List the projects that the key opens",
        {200: Answer("The projects, by id.", Projects)},
        query=Paging,
    ),
    Route(
        ("POST",),
        "/projects/",
        create,
        Needs.ACCOUNT_WRITE,
        "Make a project",
        {201: Answer("The project.", ProjectObject, headers=("ETag", "Location"))},
        body=NewProject,
        note="It belongs to the account, has no channel yet, and no keys of its own.",
    ),
    Route(("GET",), _ONE, single, Needs.READ, "Show a project", {200: _SHOWN, 304: UNCHANGED, **_SINGLE}),
    Route(
        ("PATCH",),
        _ONE,
        edit,
        Needs.WRITE,
        "Change a project: what is not sent stays",
        {200: _SHOWN, **_SINGLE, 412: NOT_MATCHED},
        body=ProjectEdit,
        note="Pings that are too old or too many for a new limit are hidden at once.",
        role=Role.MANAGER,
    ),
    Route(
        ("DELETE",),
        _ONE,
        delete,
        Needs.ACCOUNT_WRITE,
        "Delete a project with its checks, channels and keys",
        {204: Answer("It is gone."), **_SINGLE, 412: NOT_MATCHED},
        note="If it was cut off in the middle, send it again.",
        role=Role.OWNER,
    ),
)

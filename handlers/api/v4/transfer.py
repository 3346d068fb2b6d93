"""A whole project as one document: fetch it, or make the project what a document says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from flask import Response, request
from msgspec import Meta, Struct

from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT
from handlers.api.v4.manner import reply
from handlers.api.v4.scope import ProjectId, project_of
from handlers.current import house
from handlers.documents import MAX_DOCUMENT, Format, Parsed, Unreadable, format_of, read_text, write_text
from tocsin.services.declared import Invalid, Problem
from tocsin.services.project_apply import apply_project
from tocsin.services.project_document import Document, read_project_document
from tocsin.services.project_export import document_data, export_project
from tocsin.services.project_plan import ChannelSteps, CheckSteps, Difference, Plan, plan_project
from tocsin.stores.projects import Role

_TYPES = {Format.YAML: "application/yaml", Format.JSON: "application/json"}
_WORDS = {"yaml": Format.YAML, "x-yaml": Format.YAML, "json": Format.JSON}
"""What follows the slash in a type that people send."""


class ExportAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    format: Annotated[Literal["yaml", "json"], Meta(description="Goes before the header `Accept`.")] | None = None


class ImportAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    dry_run: Annotated[bool, Meta(description="Say what would be done, and write nothing.")] = False


class Imported(Struct, kw_only=True):
    dry_run: bool
    empty: Annotated[bool, Meta(description="The project was what the document says.")]
    project: Annotated[dict[str, Difference], Meta(description="Fields of the project itself.")]
    channels: ChannelSteps
    checks: CheckSteps


def fetch(call: Call) -> Response:
    asked = call.asked(ExportAsked)
    project = project_of(call, asked.project)
    form = Format(asked.format) if asked.format else _accepted()
    document = export_project(house().checks, house().projects, house().kinds, project=project)
    return Response(write_text(document_data(document), form), content_type=_TYPES[form])


def _accepted() -> Format:
    """What the caller likes best; whoever accepts neither gets YAML, and says nothing about it."""
    best = request.accept_mimetypes.best_match(_TYPES.values(), default=_TYPES[Format.YAML])
    return next(form for form, media in _TYPES.items() if media == best)


def put(call: Call) -> Response:
    asked = call.asked(ImportAsked)
    project = project_of(call, asked.project)
    parsed = _parsed()
    try:
        plan = _plan(call, project, read_project_document(parsed.data), dry_run=asked.dry_run)
    except Invalid as error:
        raise _told_by_lines(parsed, error.problems) from None
    return reply(_imported(plan, dry_run=asked.dry_run))


def _parsed() -> Parsed:
    """The body. Raises Refusal."""
    request.max_content_length = MAX_DOCUMENT
    raw = request.get_data()
    try:
        return read_text(raw, _WORDS.get(request.mimetype.rpartition("/")[2]) or format_of(raw))
    except Unreadable as error:
        problems = [Problem("", "", complaint) for complaint in error.complaints]
        raise Refusal(400, "The body can't be read as a document.", problems=problems) from None


def _plan(call: Call, project: str, document: Document, *, dry_run: bool) -> Plan:
    checks, projects, kinds = house().checks, house().projects, house().kinds
    if dry_run:
        return plan_project(checks, projects, kinds, project=project, document=document)
    by, now = call.by.actor, house().clock()
    return apply_project(checks, projects, kinds, project=project, document=document, by=by, now=now)


def _told_by_lines(parsed: Parsed, problems: Sequence[Problem]) -> Refusal:
    told = [
        Problem(problem.path, problem.classic, complaint)
        for problem, complaint in zip(problems, parsed.complaints(problems), strict=True)
    ]
    return Refusal(400, "The document is not valid: nothing was written.", problems=told)


def _imported(plan: Plan, *, dry_run: bool) -> Imported:
    return Imported(dry_run=dry_run, empty=plan.empty, project=plan.project, channels=plan.channels, checks=plan.checks)


ROUTES = (
    Route(
        ("GET",),
        "/export",
        fetch,
        Needs.WRITE,
        "Fetch a project as a document",
        {200: Answer("The document.", Document, _TYPES[Format.YAML], also=_TYPES[Format.JSON]), 404: NO_PROJECT},
        query=ExportAsked,
        note="It holds the secrets of the channels.",
    ),
    Route(
        ("PUT",),
        "/import",
        put,
        Needs.WRITE,
        "Make a project what a document says",
        {200: Answer("What was done, or would be.", Imported), 404: NO_PROJECT},
        query=ImportAsked,
        body=Document,
        reads=tuple(_TYPES.values()),
        note="Up to 5 MB, or 4.5 MB on AWS. All of it is looked at before anything is written. After 503 or 504 send "
        "the same again: it goes on where it stopped.",
        role=Role.MANAGER,
    ),
)

"""The badges of a project: of all its checks, and of those with a tag."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import Meta, Struct

from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_PROJECT
from handlers.api.v4.manner import reply
from handlers.api.v4.pages import Cursor, Limit, Next, cut
from handlers.api.v4.scope import ProjectId, no_project, project_of
from handlers.current import house, site_root
from tocsin.services.badges import badge_urls


class TagBadge(Struct, kw_only=True):
    """Those with a 3 tell of checks that are late; the others call them up."""

    tag: Annotated[str, Meta(description="`*`: all checks of the project.")]
    svg: str
    svg3: str
    json: str
    json3: str
    shields: str
    shields3: str


class Badges(Struct):
    badges: list[TagBadge]
    next: Next


class BadgesAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


def listing(call: Call) -> Response:
    asked = call.asked(BadgesAsked)
    project = house().projects.get(project_of(call, asked.project))
    if project is None:
        raise no_project()
    tags = {tag for _, info in house().checks.listing(project.id) for tag in info.tag_list}
    urls = badge_urls(project, tags, site_root(), house().settings.secret_key)
    page, following = cut(urls, f"badges {project.id}", str, limit=asked.limit, cursor=asked.cursor)
    return reply(Badges([TagBadge(tag=tag, **urls[tag]) for tag in page], following))


ROUTES = (
    Route(
        ("GET",),
        "/badges/",
        listing,
        Needs.READ,
        "List the badges of a project: of all its checks, and of each tag",
        {200: Answer("The URLs of the badges, by tag.", Badges), 404: NO_PROJECT},
        query=BadgesAsked,
        note="Each check shows its own badges.",
    ),
)

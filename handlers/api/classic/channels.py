"""The project's channels and badges (protocol 3.2)."""

from __future__ import annotations

from typing import Annotated

from flask import Response
from msgspec import Meta, Struct

from handlers.api.badge_urls import BadgeUrls
from handlers.api.classic.manner import reply
from handlers.api.refusals import Refusal
from handlers.api.route import Answer, Call, Needs, Route
from handlers.current import house, site_root
from tocsin.services.badges import badge_urls


class ChannelObject(Struct):
    id: str
    name: str
    kind: str


class Channels(Struct):
    channels: list[ChannelObject]


class Badges(Struct):
    badges: Annotated[dict[str, BadgeUrls], Meta(description="By tag; `*` is the whole project.")]


def listing(call: Call) -> Response:
    found = house().channels.of_project(call.by.opened.owner)
    return reply(Channels([ChannelObject(channel.id, channel.name, channel.kind) for channel in found]))


def badges(call: Call) -> Response:
    project = house().projects.get(call.by.opened.owner)
    if project is None:
        raise Refusal(404)
    tags = {tag for _, info in house().checks.listing(project.id) for tag in info.tag_list}
    urls = badge_urls(project, tags, site_root(), house().settings.secret_key)
    return reply(Badges({tag: BadgeUrls(**forms) for tag, forms in urls.items()}))


ROUTES = (
    Route(
        ("GET",),
        "/channels/",
        listing,
        Needs.WRITE,
        "List the project's channels",
        {200: Answer("The channels.", Channels)},
    ),
    Route(
        ("GET",),
        "/badges/",
        badges,
        Needs.READ,
        "List the URLs of the project's badges",
        {200: Answer("The badges of each tag, and of the whole project.", Badges)},
    ),
)

"""The channels of a project: list, hang up, edit, try out, take down."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response
from msgspec import UNSET, Meta, Struct, UnsetType

from handlers.api.refusals import Refusal, invalid
from handlers.api.route import Answer, Call, Needs, Route
from handlers.api.v4.answers import NO_CHANNEL, NO_PROJECT, NOT_MATCHED, UNCHANGED, refused
from handlers.api.v4.channel_object import ChannelObject, channel_object, settings_of
from handlers.api.v4.etag import is_conditional, reply_single, require_match
from handlers.api.v4.fields import Shown
from handlers.api.v4.manner import reply
from handlers.api.v4.pages import Cursor, Limit, Next, cut
from handlers.api.v4.scope import InProject, ProjectId, project_of
from handlers.current import house, site_root
from tocsin.channels.port import InvalidConfig
from tocsin.channels.registry import UnknownKind
from tocsin.services import channels
from tocsin.services.check_fields import Name
from tocsin.services.declared import Invalid, Problem
from tocsin.stores.channels import StoredChannel

Config = Annotated[dict[str, Any], Meta(description="What the kind needs to know: docs/channels.md has its keys.")]


class _Shown(Struct, kw_only=True, forbid_unknown_fields=True):
    """What was read can be edited and sent back: what nobody can set is ignored."""

    id: Shown = UNSET
    created: Shown = UNSET
    disabled: Shown = UNSET
    last_at: Shown = UNSET
    last_error: Shown = UNSET


class NewChannel(_Shown, kw_only=True):
    kind: str
    name: Name = ""
    config: Config


class ChannelEdit(_Shown, kw_only=True):
    kind: Annotated[str, Meta(description="Can be sent back, but not changed.")] | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    config: Annotated[Config, Meta(description="Keys that are not sent stay.")] | UnsetType = UNSET


class Channels(Struct):
    channels: list[ChannelObject]
    next: Next


class ChannelsAsked(Struct, kw_only=True, forbid_unknown_fields=True):
    project: ProjectId | None = None
    limit: Limit = 100
    cursor: Cursor | None = None


class TestResult(Struct):
    delivered: bool
    error: Annotated[str | None, Meta(description="Why not.")]


def listing(call: Call) -> Response:
    asked = call.asked(ChannelsAsked)
    project = project_of(call, asked.project)
    found = house().channels.of_project(project)
    page, following = cut(found, f"channels {project}", _place, limit=asked.limit, cursor=asked.cursor)
    return reply(Channels([channel_object(channel) for channel in page], following))


def _place(channel: StoredChannel) -> str:
    return f"{channel.created.isoformat(timespec='microseconds')} {channel.id}"


def create(call: Call) -> Response:
    project, said = project_of(call, call.asked(InProject).project), call.said(NewChannel)
    made = _create(call, project, said)
    response = _reply(_with_id(project, made), 201)
    named = f"?project={project}" if call.by.opened.account else ""
    response.headers["Location"] = f"{site_root()}/api/v4/channels/{made}{named}"
    return response


def _create(call: Call, project: str, said: NewChannel) -> str:
    try:
        return channels.create_channel(
            house().checks,
            house().kinds,
            project=project,
            kind=said.kind,
            name=said.name,
            config=said.config,
            by=call.by.actor,
            now=house().clock(),
        )
    except UnknownKind as error:
        raise invalid(Invalid([Problem("kind", "", str(error))])) from None
    except InvalidConfig as error:
        raise _invalid_config(error) from None


def single(call: Call) -> Response:
    return _reply(_the_channel(call))


def edit(call: Call) -> Response:
    channel, said = _the_channel(call), call.said(ChannelEdit)
    if said.kind not in (UNSET, channel.kind):
        raise invalid(Invalid([Problem("kind", "", f"can't be changed from {channel.kind}: make another channel")]))

    def revise(there: StoredChannel) -> tuple[str, dict[str, Any]]:
        require_match(settings_of(there))
        sent = said.config if isinstance(said.config, dict) else {}
        return there.name if isinstance(said.name, UnsetType) else said.name, {**there.config, **sent}

    try:
        channels.revise_channel(
            house().channels, house().kinds, channel=channel, revise=revise, by=call.by.actor, now=house().clock()
        )
    except InvalidConfig as error:
        raise _invalid_config(error) from None
    return _reply(_with_id(channel.project, channel.id))


def test(call: Call) -> Response:
    channel = _the_channel(call)
    require_match(settings_of(channel))
    project = house().projects.get(channel.project)
    if project is None:
        raise _no_channel()
    error = channels.test_channel(
        house().channels,
        house().kinds,
        house().notices,
        channel=channel,
        project=project,
        by=call.by.actor,
        now=house().clock(),
    )
    return reply(TestResult(not error, error or None))


def delete(call: Call) -> Response:
    channel = _the_channel(call)
    require_match(settings_of(channel))
    channels.delete_channel(
        house().channels, channel=channel, by=call.by.actor, now=house().clock(), as_read=is_conditional()
    )
    return Response(status=204)


def _the_channel(call: Call) -> StoredChannel:
    """Raises Refusal."""
    return _with_id(project_of(call, call.asked(InProject).project), call.path["channel"])


def _with_id(project: str, channel_id: str) -> StoredChannel:
    channel = house().channels.get(project, channel_id)
    if channel is None:
        raise _no_channel()
    return channel


def _no_channel() -> Refusal:
    return Refusal(404, "There is no such channel in this project.")


def _reply(channel: StoredChannel, status: int = 200) -> Response:
    return reply_single(channel_object(channel), settings_of(channel), status)


def _invalid_config(error: InvalidConfig) -> Refusal:
    return invalid(Invalid([Problem(f"config.{key}", "", sentence) for key, sentence in error.errors.items()]))


_SHOWN = Answer("The channel.", ChannelObject, headers=("ETag",))
_ONE = "/channels/<id:channel>"
_SINGLE = {404: NO_CHANNEL}

ROUTES = (
    Route(
        ("GET",),
        "/channels/",
        listing,
        Needs.WRITE,
        "List the channels of a project, the oldest first",
        {200: Answer("The channels.", Channels), 404: NO_PROJECT},
        query=ChannelsAsked,
    ),
    Route(
        ("POST",),
        "/channels/",
        create,
        Needs.WRITE,
        "Hang up a channel",
        {
            201: Answer("The channel.", ChannelObject, headers=("ETag", "Location")),
            404: NO_PROJECT,
            409: refused("The project has as many channels as it can."),
        },
        query=InProject,
        body=NewChannel,
        note="Every check of the project tells it from now on.",
    ),
    Route(
        ("GET",),
        _ONE,
        single,
        Needs.WRITE,
        "Show a channel",
        {200: _SHOWN, 304: UNCHANGED, **_SINGLE},
        query=InProject,
    ),
    Route(
        ("PATCH",),
        _ONE,
        edit,
        Needs.WRITE,
        "Change a channel: what is not sent stays",
        {200: _SHOWN, **_SINGLE, 409: refused("Channels of this kind are no more."), 412: NOT_MATCHED},
        query=InProject,
        body=ChannelEdit,
        note="One that a failure had switched off is on again.",
    ),
    Route(
        ("DELETE",),
        _ONE,
        delete,
        Needs.WRITE,
        "Take a channel down",
        {204: Answer("It is gone."), **_SINGLE, 412: NOT_MATCHED},
        query=InProject,
        note="Alerts that wait for it are not sent.",
    ),
    Route(
        ("POST",),
        f"{_ONE}/test",
        test,
        Needs.WRITE,
        "Send a test by a channel",
        {
            200: Answer("How that went.", TestResult),
            **_SINGLE,
            409: refused("Channels of this kind are no more."),
            412: NOT_MATCHED,
        },
        query=InProject,
    ),
)

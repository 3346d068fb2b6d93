"""Write a project as a document: what it is read back as is the project again, and it says no more than it must."""

from __future__ import annotations

from collections import Counter

import msgspec
from msgspec import UNSET

from tocsin.channels.port import Config, InvalidConfig
from tocsin.channels.registry import Registry, UnknownKind
from tocsin.services.channels import valid_config
from tocsin.services.project_document import (
    DEFAULT_GRACE,
    DEFAULT_TIMEOUT,
    FORM,
    ChannelEntry,
    CheckEntry,
    Document,
    ProjectEntry,
    entry_of,
)
from tocsin.services.project_pairing import FoundCheck
from tocsin.services.project_standing import Standing, labels
from tocsin.stores.channels import StoredChannel
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project, Projects


def export_project(checks: Checks, projects: Projects, kinds: Registry, *, project: str) -> Document:
    """All that can be set of the project, secrets of its channels included. Raises UnknownProject."""
    return document_of(Standing.read(checks, projects, project), kinds)


def document_data(document: Document) -> dict[str, object]:
    """The document as plain values, for JSON or YAML; what is as it is by default is left out."""
    data: dict[str, object] = msgspec.to_builtins(document)
    return data


def document_of(standing: Standing, kinds: Registry) -> Document:
    called = labels(standing.channels)
    told_apart = _told_apart(standing)
    return Document(
        tocsin=FORM,
        project=_project(standing.project),
        channels=[_channel(channel, kinds, named=called[channel.id] == channel.name) for channel in standing.channels],
        checks=[
            _check(check, standing, called, told_apart=check[0].check.id in told_apart) for check in standing.checks
        ],
    )


def _project(project: Project) -> ProjectEntry:
    keep = project.keep
    return ProjectEntry(name=project.name, log_days=keep.age.days if keep.age else None, log_count=keep.count)


def _channel(channel: StoredChannel, kinds: Registry, *, named: bool) -> ChannelEntry:
    return ChannelEntry(
        name=channel.name,
        id=UNSET if named else channel.id,
        kind=channel.kind,
        config=dict(_shortest(channel, kinds)),
    )


def _shortest(channel: StoredChannel, kinds: Registry) -> Config:
    """The configuration without the keys that the kind fills in by itself."""
    shortest = dict(channel.config)
    for key in channel.config:
        shorter = {other: value for other, value in shortest.items() if other != key}
        if _reads_as(shorter, channel, kinds):
            shortest = shorter
    return shortest


def _reads_as(config: Config, channel: StoredChannel, kinds: Registry) -> bool:
    try:
        return valid_config(kinds, channel.kind, config) == channel.config
    except (InvalidConfig, UnknownKind):
        return False


def _told_apart(standing: Standing) -> set[str]:
    """Ids of the checks that slug or name tell from all others: as project_pairing.py looks for them."""
    marks = {stored.check.id: (bool(info.slug), info.slug or info.name) for stored, info in standing.checks}
    often = Counter(marks.values())
    return {check_id for check_id, mark in marks.items() if mark[1] and often[mark] == 1}


def _check(check: FoundCheck, standing: Standing, called: dict[str, str], *, told_apart: bool) -> CheckEntry:
    stored, _ = check
    wishes = standing.wishes(check)
    rings = [name for channel_id, name in called.items() if channel_id in wishes.info.channels]
    entry = entry_of(wishes, channels=UNSET if len(rings) == len(called) else rings)
    return msgspec.structs.replace(
        entry,
        uuid=UNSET if told_apart else stored.check.id,
        timeout=UNSET if entry.timeout == DEFAULT_TIMEOUT else entry.timeout,
        grace=UNSET if entry.grace == DEFAULT_GRACE else entry.grace,
    )

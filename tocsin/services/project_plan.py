"""What it would take to make a project what its document says, in a form for people and programs to read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, Struct

from tocsin.channels.registry import Registry
from tocsin.services.checks import Wishes
from tocsin.services.project_document import Document, ProjectEntry, entry_of
from tocsin.services.project_standing import Standing, labels
from tocsin.services.project_wanted import Wanted, WantedChannel, WantedCheck, wanted
from tocsin.stores.check_items import Keep
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Projects


class Difference(Struct, frozen=True, rename={"before": "from", "after": "to"}):
    before: Any
    after: Any


class ChannelStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    kind: str
    id: Annotated[str, Meta(description="Of a channel that is there.")] = ""
    changes: dict[str, Difference] = {}
    config: Annotated[list[str], Meta(description="Which of its keys change; what they say is secret.")] = []


class CheckStep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    name: str
    slug: str = ""
    uuid: Annotated[str, Meta(description="Of a check that is there.")] = ""
    changes: dict[str, Difference] = {}


class ChannelSteps(Struct, frozen=True, kw_only=True):
    created: list[ChannelStep] = []
    changed: list[ChannelStep] = []
    deleted: list[ChannelStep] = []
    unchanged: int = 0


class CheckSteps(Struct, frozen=True, kw_only=True):
    created: list[CheckStep] = []
    changed: list[CheckStep] = []
    deleted: list[CheckStep] = []
    unchanged: int = 0


class Plan(Struct, frozen=True, kw_only=True):
    project: Annotated[dict[str, Difference], Meta(description="Fields of the project itself that change.")] = {}
    channels: ChannelSteps = ChannelSteps()
    checks: CheckSteps = CheckSteps()

    @property
    def empty(self) -> bool:
        """The project is what the document says."""
        parts = (self.channels, self.checks)
        return not self.project and not any(part.created or part.changed or part.deleted for part in parts)

    def data(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {"empty": self.empty, **msgspec.to_builtins(self)}


def plan_project(checks: Checks, projects: Projects, kinds: Registry, *, project: str, document: Document) -> Plan:
    """What `apply_project` would do now; writes nothing. Raises UnknownProject, declared.Invalid."""
    return plan_of(wanted(document, Standing.read(checks, projects, project), kinds))


def plan_of(found: Wanted) -> Plan:
    return Plan(project=_project_changes(found), channels=_channel_steps(found), checks=_check_steps(found))


def wanted_keep(entry: ProjectEntry) -> Keep:
    return Keep(timedelta(days=entry.log_days) if entry.log_days else None, entry.log_count)


def _project_changes(found: Wanted) -> dict[str, Difference]:
    entry, project = found.project, found.standing.project
    if entry is None:
        return {}
    keep = found.standing.keep_other_than(wanted_keep(entry))
    before = {"name": project.name, "log_days": keep.age.days if keep.age else None, "log_count": keep.count}
    name = project.name if entry.name is UNSET else entry.name.strip()
    return _differences(before, {"name": name, "log_days": entry.log_days, "log_count": entry.log_count})


def _channel_steps(found: Wanted) -> ChannelSteps:
    if found.channels is None:
        return ChannelSteps(unchanged=len(found.standing.channels))
    kept = [channel for channel in found.channels if channel.standing]
    return ChannelSteps(
        created=[_channel_step(channel) for channel in found.channels if not channel.standing],
        changed=[_channel_step(channel) for channel in kept if channel.changed],
        deleted=[ChannelStep(name=gone.name, kind=gone.kind, id=gone.id) for gone in found.spare_channels],
        unchanged=sum(not channel.changed for channel in kept),
    )


def _channel_step(channel: WantedChannel) -> ChannelStep:
    old = channel.standing
    if old is None:
        return ChannelStep(name=channel.name, kind=channel.kind)
    keys = {**old.config, **channel.config}
    return ChannelStep(
        name=old.name,
        kind=old.kind,
        id=old.id,
        changes=_differences({"name": old.name}, {"name": channel.name}),
        config=[key for key in keys if old.config.get(key) != channel.config.get(key)],
    )


def _check_steps(found: Wanted) -> CheckSteps:
    if found.checks is None:
        return CheckSteps(unchanged=len(found.standing.checks))
    names = labels(found.standing.channels) | {ring.ring: ring.name for ring in found.channels or () if ring.name}
    kept = [check for check in found.checks if check.standing]
    return CheckSteps(
        created=[_check_step(check, names) for check in found.checks if not check.standing],
        changed=[_check_step(check, names) for check in kept if check.changed],
        deleted=[CheckStep(name=info.name, slug=info.slug, uuid=gone.check.id) for gone, info in found.spare_checks],
        unchanged=sum(not check.changed for check in kept),
    )


def _check_step(check: WantedCheck, names: Mapping[str, str]) -> CheckStep:
    if check.standing is None or check.before is None:
        return CheckStep(name=check.entry.name, slug=check.entry.slug)
    changes = _differences(_said(check.before, names), _said(check.wishes, names))
    info = check.before.info
    return CheckStep(name=info.name, slug=info.slug, uuid=check.standing[0].check.id, changes=changes)


def _said(wishes: Wishes, names: Mapping[str, str]) -> dict[str, Any]:
    rings: Sequence[str] = sorted(names.get(ring, ring) for ring in wishes.info.channels)
    fields = msgspec.structs.asdict(entry_of(wishes, channels=list(rings)))
    return {name: None if value is UNSET else value for name, value in fields.items()}


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Difference]:
    """Both have the same names."""
    return {name: Difference(old, after[name]) for name, old in before.items() if old != after[name]}

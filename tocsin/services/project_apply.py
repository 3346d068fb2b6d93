"""Make a project what its document says. Cut short at any point and done again, it comes to the same end.

Nothing is deleted before what replaces it is there, and nothing is made before what stands there has its new name: who
makes something looks whether somebody else, with the same document, was faster.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from msgspec import UNSET

from tocsin.channels.registry import Registry
from tocsin.services.audit import noted
from tocsin.services.changing import TRIES, Busy, UnknownCheck
from tocsin.services.channels import UnknownChannel, delete_channel, revise_channel
from tocsin.services.checks import Changed, Wishes, delete_check, unchanged
from tocsin.services.project_document import Document, wishes_of_entry
from tocsin.services.project_plan import Plan, plan_of, wanted_keep
from tocsin.services.project_standing import Standing
from tocsin.services.project_wanted import Wanted, WantedChannel, WantedCheck, wanted
from tocsin.services.projects import UnknownProject, edit_project
from tocsin.services.retention import set_retention
from tocsin.services.revising import revise_check
from tocsin.services.upsert import upsert_check
from tocsin.stores.audit import Actor
from tocsin.stores.channels import ChannelChanged, Channels, StoredChannel
from tocsin.stores.check_items import ProjectClosed
from tocsin.stores.checks import Checks
from tocsin.stores.creation_guard import CreationGuard
from tocsin.stores.projects import Projects
from tocsin.stores.table import TransactionLost

_ROUNDS = 5
_MOMENT = timedelta(microseconds=1)
"""Between the makings of two things: lists are in the order of making, and that is to be the document's."""


def apply_project(
    checks: Checks, projects: Projects, kinds: Registry, *, project: str, document: Document, by: Actor, now: datetime
) -> Plan:
    """Write what is missing, and return what that was. Nothing is written if anything in the document is wrong.

    Raises UnknownProject, declared.Invalid, and Busy, after which it may be done in part: do it again.
    """
    plan: Plan | None = None
    for _ in range(_ROUNDS):
        found = wanted(document, Standing.read(checks, projects, project), kinds)
        plan = plan or plan_of(found)
        try:
            _Work(checks, projects, kinds, found, by, now).do()
        except ProjectClosed:
            raise UnknownProject(project) from None
        except (UnknownCheck, UnknownChannel, Changed, ChannelChanged):
            continue  # What was to be edited is gone, or what was to go has changed: look again.
        return plan
    raise Busy(project)


@dataclass(slots=True)
class _Work:
    checks: Checks
    projects: Projects
    kinds: Registry
    found: Wanted
    by: Actor
    now: datetime
    ids: dict[str, str] = field(default_factory=dict)
    """Of channels that were made, by the ring that stood for them."""

    def do(self) -> None:
        self._settle_channels()
        self._settle_checks()
        self._clear_away()
        self._settle_project()

    def _clear_away(self) -> None:
        """Delete what is not wanted. What somebody has changed since may be wanted by now: then we look again."""
        for stored, info in self.found.spare_checks:
            with suppress(UnknownCheck):
                given = unchanged(stored, info)
                delete_check(self.checks, check_id=stored.check.id, by=self.by, now=self.now, given=given)
        for channel in self.found.spare_channels:
            delete_channel(self._channels, channel=channel, by=self.by, now=self.now, as_read=True)

    @property
    def _project(self) -> str:
        return self.found.standing.project.id

    @property
    def _channels(self) -> Channels:
        return Channels(self.checks.table)

    def _settle_channels(self) -> None:
        channels = self.found.channels or []
        for channel in channels:
            if channel.standing and channel.changed:
                self._edit(channel, channel.standing)
        for place, channel in enumerate(channels):
            if channel.standing is None:
                self.ids[channel.ring] = self._hang_up(channel, self.now + place * _MOMENT)

    def _edit(self, channel: WantedChannel, standing: StoredChannel) -> None:
        wish = channel.name, channel.config
        revise_channel(self._channels, self.kinds, channel=standing, revise=lambda _: wish, by=self.by, now=self.now)

    def _hang_up(self, channel: WantedChannel, now: datetime) -> str:
        """The id of the channel, made unless somebody was faster. It is hung on no check: the checks say themselves."""
        mark = _mark(channel)
        for _ in range(TRIES):
            guard = CreationGuard.read(self.checks.table, project=self._project, mark=mark)
            there = self._channels.get(self._project, guard.check) if guard.check else None
            if there and (there.kind, there.name) == (channel.kind, channel.name):
                self._edit(channel, there)
                return there.id
            made = StoredChannel(str(uuid4()), self._project, channel.kind, channel.name, channel.config, now)
            called = made.name or made.kind
            note = noted(self._project, "channel.create", subject=made.id, name=called, by=self.by, now=now)
            with suppress(TransactionLost):
                self._channels.create(made, also=[note, guard.naming(made.id)])
                return made.id
        raise Busy(self._project)

    def _settle_checks(self) -> None:
        checks = self.found.checks or []
        for check in checks:
            if check.standing and check.changed:
                self._revise(check, check.standing[0].check.id)
        for place, check in enumerate(checks):
            if check.standing is None:
                self._make(check, self.now + place * _MOMENT)

    def _revise(self, check: WantedCheck, check_id: str) -> None:
        revise_check(self.checks, check_id=check_id, revise=self._revision(check), by=self.by, now=self.now)

    def _make(self, check: WantedCheck, now: datetime) -> None:
        slug, name = check.entry.slug, check.entry.name
        revise = self._revision(check)
        upsert_check(
            self.checks,
            project=self._project,
            unique={"slug": slug} if slug else {"name": name, "slug": slug},
            wishes=revise(check.wishes),
            revise=revise,
            by=self.by,
            now=now,
            unlisted=True,
        )

    def _revision(self, check: WantedCheck) -> Callable[[Wishes], Wishes]:
        channels = frozenset(self.ids.get(ring, ring) for ring in check.wishes.info.channels)
        return lambda current: wishes_of_entry(check.entry, on=current, channels=channels)

    def _settle_project(self) -> None:
        entry, standing = self.found.project, self.found.standing
        if entry is None:
            return
        if entry.name is not UNSET and entry.name.strip() != standing.project.name:
            edit_project(self.projects, project=self._project, name=entry.name, by=self.by, now=self.now)
        keep = wanted_keep(entry)
        if standing.keep_other_than(keep) != keep:
            days, count = entry.log_days, entry.log_count
            set_retention(
                self.checks, self.projects, project=self._project, days=days, count=count, by=self.by, now=self.now
            )


def _mark(channel: WantedChannel) -> str:
    """Under which two that make the same channel at once meet. No slug looks like that."""
    identity = json.dumps([channel.kind, channel.name])
    return f"channel={hashlib.sha256(identity.encode()).hexdigest()}"

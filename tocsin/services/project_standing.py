"""What there is of a project that its document tells of."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from tocsin.services.checks import Wishes, wishes_of
from tocsin.services.project_pairing import FoundCheck
from tocsin.services.projects import UnknownProject
from tocsin.stores.channels import Channels, StoredChannel
from tocsin.stores.check_items import Keep
from tocsin.stores.checks import Checks
from tocsin.stores.projects import Project, Projects


class Standing(Struct, frozen=True):
    project: Project
    channels: Sequence[StoredChannel]
    """The oldest first, as the checks."""
    checks: Sequence[FoundCheck]

    @classmethod
    def read(cls, checks: Checks, projects: Projects, project: str) -> Standing:
        """Raises UnknownProject."""
        found = projects.get(project)
        if found is None:
            raise UnknownProject(project)
        return cls(found, Channels(checks.table).of_project(project), checks.listing(project))

    @property
    def channel_ids(self) -> frozenset[str]:
        return frozenset(channel.id for channel in self.channels)

    def keep_other_than(self, keep: Keep) -> Keep:
        """What the project or some check of it keeps instead: not all were reached if a change was cut short."""
        kept = [self.project.keep, *(stored.keep for stored, _ in self.checks)]
        return next((other for other in kept if other != keep), keep)

    def wishes(self, check: FoundCheck) -> Wishes:
        """What is set of the check, without channels that are gone and with one space between two tags."""
        stored, info = check
        tidy = replace(info, tags=" ".join(info.tag_list), channels=info.channels & self.channel_ids)
        return wishes_of(stored.check, tidy)


def labels(channels: Sequence[StoredChannel]) -> dict[str, str]:
    """What a document calls each channel, by id: its name, or the id where the name tells it from no other."""
    names = [channel.name for channel in channels]
    return {
        channel.id: channel.name if channel.name and names.count(channel.name) == 1 else channel.id
        for channel in channels
    }

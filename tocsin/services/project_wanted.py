"""What a project's document asks for, entry by entry, beside what stands there, and all that is wrong with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from msgspec import UNSET, Struct, UnsetType, structs

from tocsin.channels.port import Config, InvalidConfig
from tocsin.channels.registry import Registry, UnknownKind
from tocsin.domain.schedule import InvalidSchedule
from tocsin.domain.zones import InvalidZone
from tocsin.services.channels import valid_config
from tocsin.services.checks import InvalidCheck, Wishes, validate
from tocsin.services.declared import MAX_PROBLEMS, Invalid, Problem
from tocsin.services.project_document import ChannelEntry, CheckEntry, Document, ProjectEntry, wishes_of_entry
from tocsin.services.project_pairing import FoundCheck, pair_channels, pair_checks
from tocsin.services.project_standing import Standing
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info


class WantedChannel(Struct, frozen=True):
    ring: str
    """Stands for it in wishes: its id or, until it has one, a word that no id can be."""
    name: str
    kind: str
    config: Config
    standing: StoredChannel | None
    """None: to be made."""

    @property
    def changed(self) -> bool:
        return self.standing is not None and (self.name, self.config) != (self.standing.name, self.standing.config)


class WantedCheck(Struct, frozen=True):
    entry: CheckEntry
    wishes: Wishes
    """What the check is to be; its channels are rings."""
    standing: FoundCheck | None
    before: Wishes | None

    @property
    def changed(self) -> bool:
        return self.before is not None and self.wishes != self.before


@dataclass(slots=True)
class Wanted:
    """A part that is None is left alone."""

    standing: Standing
    project: ProjectEntry | None = None
    channels: list[WantedChannel] | None = None
    checks: list[WantedCheck] | None = None
    spare_channels: Sequence[StoredChannel] = ()
    """What stands there and is to go."""
    spare_checks: Sequence[FoundCheck] = ()
    problems: list[Problem] = field(default_factory=list)

    def complain(self, path: str, sentence: str) -> None:
        """Raises Invalid once there is more to mend than anybody reads."""
        self.problems.append(Problem(path, "is invalid", sentence))
        if len(self.problems) >= MAX_PROBLEMS:
            raise Invalid(self.problems[:MAX_PROBLEMS])


def wanted(document: Document, standing: Standing, kinds: Registry) -> Wanted:
    """Raises Invalid, with what is wrong in any part."""
    found = Wanted(standing)
    if document.project is not UNSET:
        found.project = document.project
        if document.project.name is not UNSET and not document.project.name.strip():
            found.complain("project.name", "must be more than spaces")
    words = _words_for(standing.channels)
    if document.channels is not UNSET:
        words = _want_channels(found, document.channels, kinds)
    if document.checks is not UNSET:
        _want_checks(found, document.checks, words)
    if found.problems:
        raise Invalid(found.problems[:MAX_PROBLEMS])
    return found


_Words = dict[str, list[str]]
"""What a check may call a channel, and the rings of those that are called so."""


def _words_for(channels: Sequence[StoredChannel]) -> _Words:
    words: _Words = defaultdict(list)
    for channel in channels:
        words[channel.id].append(channel.id)
        words[channel.name].append(channel.id)
    return words


def _want_channels(found: Wanted, entries: Sequence[ChannelEntry], kinds: Registry) -> _Words:
    pairing = pair_channels(entries, found.standing.channels)
    found.problems += pairing.problems
    found.spare_channels = list(pairing.free.values())
    found.channels, words = [], defaultdict(list)
    for place, entry in enumerate(entries):
        channel = pairing.found.get(place)
        config = _config(found, entry, channel, kinds, f"channels[{place}]")
        ring = channel.id if channel else f"channels[{place}]"
        found.channels.append(WantedChannel(ring, entry.name.strip(), entry.kind, config, channel))
        for word in {entry.name.strip(), ring, ring if entry.id is UNSET else entry.id}:
            words[word].append(ring)
    return words


def _config(found: Wanted, entry: ChannelEntry, channel: StoredChannel | None, kinds: Registry, place: str) -> Config:
    if channel and (channel.kind, channel.config) == (entry.kind, entry.config):
        return channel.config  # right as it stands, even if its kind was taken away since
    try:
        return valid_config(kinds, entry.kind, entry.config)
    except UnknownKind as refusal:
        found.complain(f"{place}.kind", str(refusal))
    except InvalidConfig as refusal:
        for key, sentence in refusal.errors.items():
            found.complain(f"{place}.config.{key}", sentence)
    return {}


def _want_checks(found: Wanted, entries: Sequence[CheckEntry], words: _Words) -> None:
    pairing = pair_checks(entries, found.standing.checks)
    found.problems += pairing.problems
    found.spare_checks = list(pairing.free.values())
    found.checks = []
    for place, entry in enumerate(entries):
        check = pairing.found.get(place)
        before = found.standing.wishes(check) if check else None
        rings = _rings(found, entry.channels, words, f"checks[{place}].channels")
        wishes = _wishes(found, entry, before or Wishes(Info()), rings, f"checks[{place}]")
        found.checks.append(WantedCheck(entry, wishes, check, before))


def _rings(found: Wanted, named: list[str] | UnsetType, words: _Words, path: str) -> frozenset[str]:
    """Those that are named; all, where nothing is said."""
    if named is UNSET:
        return frozenset(ring for rings in words.values() for ring in rings)
    for place, word in enumerate(named):
        if len(words.get(word, ())) > 1:
            found.complain(f"{path}[{place}]", f'"{word}" is the name of {len(words[word])} channels: write the id')
        elif word not in words:
            found.complain(f"{path}[{place}]", f'"{word}" is no channel here: {_hint(word, words)}')
    return frozenset(ring for word in named for ring in words.get(word, ()))


def _hint(word: str, words: _Words) -> str:
    near = get_close_matches(word, words, n=1)
    return f'did you mean "{near[0]}"?' if near else "write the name of one as it stands among the channels"


def _wishes(found: Wanted, entry: CheckEntry, before: Wishes, rings: frozenset[str], place: str) -> Wishes:
    for field_name, sentence in _contradictions(entry):
        found.complain(f"{place}.{field_name}", sentence)
    try:
        wishes = wishes_of_entry(entry, on=before, channels=rings)
    except (InvalidSchedule, InvalidZone) as refusal:
        faulty = "schedule" if isinstance(refusal, InvalidSchedule) else "tz"
        found.complain(f"{place}.{faulty}", str(refusal))
        wishes = wishes_of_entry(structs.replace(entry, schedule=UNSET), on=before, channels=rings)
    try:
        validate(wishes)
    except InvalidCheck as refusal:
        for field_name, sentence in refusal.errors.items():
            found.complain(f"{place}.{field_name}", sentence)
    return wishes


def _contradictions(entry: CheckEntry) -> Iterator[tuple[str, str]]:
    if entry.schedule is not UNSET and entry.timeout is not UNSET:
        yield "timeout", "can't stand beside a schedule: leave out one of them"
    if entry.schedule is UNSET and entry.tz is not UNSET:
        yield "tz", "goes with a schedule only: leave it out, or say the schedule"

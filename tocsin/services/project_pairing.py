"""Which entry of a project's document is which check or channel of the project.

What can't be told is a problem of the document. A guess that is wrong would end with one check deleted and another one
written over.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeAlias, TypeVar

from msgspec import UNSET, UnsetType

from tocsin.services.declared import Problem
from tocsin.services.project_document import ChannelEntry, CheckEntry
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored

S = TypeVar("S")
FoundCheck: TypeAlias = tuple[Stored, Info]


@dataclass(slots=True)
class Pairing(Generic[S]):
    """What of the project each entry is, by its place in the document; one that is not here is to be made."""

    part: str
    id_word: str
    """What the document calls an id."""
    free: dict[str, S]
    """By id: in the end, what no entry is."""
    found: dict[int, S] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def take(self, place: int, known: str) -> None:
        self.found[place] = self.free.pop(known)

    def complain(self, place: int, sentence: str) -> None:
        self.problems.append(Problem(f"{self.part}[{place}]", "is ambiguous", sentence))


def pair_checks(entries: Sequence[CheckEntry], standing: Iterable[FoundCheck]) -> Pairing[FoundCheck]:
    """By uuid if the project has it; else by slug; else by name, and checks without a slug come first then.

    A slug that no check has is a new one of the check with the same name, if there is exactly one to take.
    """
    pairing = Pairing("checks", "uuid", {stored.check.id: (stored, info) for stored, info in standing})
    _pair_by_id(pairing, [entry.uuid for entry in entries])
    apart = _told_apart(pairing, [_slug_mark(entry.slug) or _name_mark(entry.name) for entry in entries])
    slugs = {place: mark for place, mark in apart.items() if entries[place].slug}
    names = {place: mark for place, mark in apart.items() if not entries[place].slug}
    slugs = _pair_by_mark(pairing, slugs, lambda check: _slug_mark(check[1].slug))
    names = _pair_by_mark(pairing, names, lambda check: "" if check[1].slug else _name_mark(check[1].name))
    _pair_by_mark(pairing, names, lambda check: _name_mark(check[1].name))
    renamed = {place: _name_mark(entries[place].name) for place in slugs}
    _pair_one_to_one(pairing, renamed, lambda check: _name_mark(check[1].name))
    return pairing


def pair_channels(entries: Sequence[ChannelEntry], standing: Iterable[StoredChannel]) -> Pairing[StoredChannel]:
    """By id if the project has it; else by kind and name."""
    pairing = Pairing("channels", "id", {channel.id: channel for channel in standing})
    _pair_by_id(pairing, [entry.id for entry in entries])
    apart = _told_apart(pairing, [_kind_mark(entry.kind, entry.name.strip()) for entry in entries])
    _pair_by_mark(pairing, apart, lambda channel: _kind_mark(channel.kind, channel.name))
    for place, channel in pairing.found.items():
        if channel.kind != entries[place].kind:
            pairing.complain(place, f"has the id of one of kind {channel.kind}, and that stays so: leave the id out")
    return pairing


def _slug_mark(slug: str) -> str:
    return f'slug "{slug}"' if slug else ""


def _name_mark(name: str) -> str:
    return f'name "{name}"' if name else ""


def _kind_mark(kind: str, name: str) -> str:
    return f'name "{name}" among those of kind {kind}'


def _pair_by_id(pairing: Pairing[S], ids: Sequence[str | UnsetType]) -> None:
    first: dict[str, int] = {}
    for place, known in enumerate(ids):
        if known is UNSET:
            continue
        if known in first:
            pairing.complain(
                place, f"has the {pairing.id_word} of {pairing.part}[{first[known]}]: one of them is wrong"
            )
        elif known in pairing.free:
            pairing.take(place, known)
        first.setdefault(known, place)


def _told_apart(pairing: Pairing[S], marks: Sequence[str]) -> dict[int, str]:
    """The marks of entries that are known by nothing else, if no other entry has the same."""
    holders: dict[str, list[int]] = defaultdict(list)
    for place, mark in enumerate(marks):
        holders[mark].append(place)
    apart: dict[int, str] = {}
    for place, mark in enumerate(marks):
        rival = next((other for other in holders[mark] if other < place or other in pairing.found), None)
        if place in pairing.found:
            continue
        if not mark:
            pairing.complain(place, "must have a name or a slug to be known by")
        elif rival is not None:
            pairing.complain(place, f"has the {mark}, as {pairing.part}[{rival}] has: change one of them")
        else:
            apart[place] = mark
    return apart


def _pair_by_mark(pairing: Pairing[S], wanted: Mapping[int, str], mark_of: Callable[[S], str]) -> dict[int, str]:
    """Returns those that nothing was found for."""
    standing, missing = _grouped(pairing, mark_of), {}
    for place, mark in wanted.items():
        candidates = standing.get(mark, [])
        if len(candidates) == 1:
            pairing.take(place, candidates[0])
        elif candidates:
            one = f"add the {pairing.id_word} of the one that is meant"
            pairing.complain(place, f"the {mark} is that of {len(candidates)} {pairing.part} of the project: {one}")
        else:
            missing[place] = mark
    return missing


def _pair_one_to_one(pairing: Pairing[S], wanted: Mapping[int, str], mark_of: Callable[[S], str]) -> None:
    standing = _grouped(pairing, mark_of)
    asking: dict[str, list[int]] = defaultdict(list)
    for place, mark in wanted.items():
        if mark:
            asking[mark].append(place)
    for mark, places in asking.items():
        if len(places) == len(standing.get(mark, [])) == 1:
            pairing.take(places[0], standing[mark][0])


def _grouped(pairing: Pairing[S], mark_of: Callable[[S], str]) -> dict[str, list[str]]:
    """Ids of what is free, by mark."""
    groups: dict[str, list[str]] = defaultdict(list)
    for known, standing in pairing.free.items():
        groups[mark_of(standing)].append(known)
    return groups

"""Read what was sent of a check, with all its faults at once: those of form, of sense, and of the channels it names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar

import msgspec
from msgspec import UNSET, Struct

from handlers.api.v4.fields import Channels, CheckEdit, NewCheck, faults
from handlers.current import house
from tocsin.services.checks import Wishes
from tocsin.services.declared import Invalid, Problem, problems
from tocsin.stores.channels import StoredChannel

F = TypeVar("F", bound=CheckEdit)


class Understood(Generic[F], Struct, frozen=True):
    fields: F
    channels: frozenset[str] | None
    """Ids of the channels that were named; None where none were spoken of."""


def understood(struct: type[F], sent: object, *, on: Wishes, project: str) -> Understood[F]:
    """What was sent, to be put over what is wished of the check now. Raises Invalid."""
    found = problems(struct, sent)
    fields = _sound_part(struct, sent, found)
    channels, unknown = _channels(fields.channels, project)
    found += [*faults(on, fields), *unknown, *_missing(fields)]
    if found:
        order = [field.encode_name for field in msgspec.structs.fields(struct)]
        raise Invalid(sorted(found, key=lambda problem: _place(_field(problem), order)))
    return Understood(fields, channels)


def _sound_part(struct: type[F], sent: object, found: Sequence[Problem]) -> F:
    """What has no fault of form."""
    if not isinstance(sent, Mapping):
        return struct()
    wrong = {_field(problem) for problem in found}
    known = [field.encode_name for field in msgspec.structs.fields(struct)]
    return msgspec.convert({name: sent[name] for name in known if name in sent and name not in wrong}, struct)


def _channels(named: Channels | msgspec.UnsetType, project: str) -> tuple[frozenset[str] | None, list[Problem]]:
    if named is UNSET:
        return None, []
    there = house().channels.of_project(project) if named else []
    if named == "*":
        return frozenset(channel.id for channel in there), []
    meant = [(f"channels[{place}]", _meant(word, there)) for place, word in enumerate(named)]
    wrong = [_misnamed(path, found) for path, found in meant if len(found) != 1]
    return frozenset(channel for _, found in meant for channel in found), wrong


def _meant(word: str, there: Sequence[StoredChannel]) -> list[str]:
    return [channel.id for channel in there if word in (channel.id, channel.name)]


def _misnamed(path: str, found: Sequence[str]) -> Problem:
    if found:
        return Problem(path, "", f"is the name of {len(found)} channels: send the id of the one that is meant")
    return Problem(path, "", "is neither the id nor the name of a channel in this project")


def _missing(fields: CheckEdit) -> list[Problem]:
    """What the check is to be found by must be there."""
    names = fields.unique if isinstance(fields, NewCheck) else []
    absent = [name for name in names if getattr(fields, name) in (UNSET, None)]
    return [Problem("unique", "", f"names {name}, which was not sent or has a fault") for name in absent]


def _field(problem: Problem) -> str:
    return problem.path.partition("[")[0].partition(".")[0]


def _place(field: str, order: Sequence[str]) -> int:
    """What is unknown comes last."""
    return order.index(field) if field in order else len(order)

"""Names of time zones: those of today, and which of them a former name stands for (protocol 2.1).

All is read from the tzdata package when it is first asked for. zoneinfo alone won't do: it takes a name for a path, and
knows no difference between former names and today's.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

_SHOWN = 40
"""Characters of a wrong name that are shown to its author; the longest true one has 32."""


class InvalidZone(ValueError):
    """Not the name of a time zone; str() of it tells people so, and proposes one."""


class _Names(NamedTuple):
    canonical: tuple[str, ...]
    former: dict[str, str]
    """Former names, and the names that they stand for."""


def canonical(name: str) -> str:
    """The name that is used today, as it is written: `Europe/Kiev` gives `Europe/Kyiv`. Raises InvalidZone."""
    names = _names()
    if name in names.canonical:
        return name
    if name in names.former:
        return names.former[name]
    raise InvalidZone(f'"{_printable(name)}" is not a time zone; take one such as {nearest(name)}.')


def all_zones() -> tuple[str, ...]:
    """All names of today: UTC, then the others by the alphabet."""
    return _names().canonical


@cache
def _names() -> _Names:
    """Links are former names, but those in the list of the world's places: these only share another one's clock."""
    lines = [line.split() for line in _read("tzdata.zi")]
    own = {words[1] for words in lines if words[0] == "Z"} - {"Factory"}
    links = {words[2]: words[1] for words in lines if words[0] == "L"}
    places = {line.split("\t")[2] for line in _read("zone.tab")}
    today = own | places | {"UTC"}
    former = {link: zone for link, zone in links.items() if link not in today}
    return _Names(("UTC", *sorted(today - {"UTC"})), former)


def _read(file: str) -> list[str]:
    from importlib.resources import files

    text = (files("tzdata") / "zoneinfo" / file).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _printable(name: str) -> str:
    shown = "".join(char if char.isprintable() else "?" for char in name[:_SHOWN])
    return shown if len(name) <= _SHOWN else f"{shown}…"


def nearest(name: str) -> str:
    """The place that was probably meant, by its city alone as well. Abbreviations are too much alike to guess."""
    from difflib import get_close_matches

    names = _names()
    places = {zone: zone for zone in names.canonical} | names.former
    places = {name: zone for name, zone in places.items() if "/" in name and not name.startswith("Etc/")}
    spellings = {"utc": "UTC"} | {
        part.casefold(): zone for name, zone in places.items() for part in (name.rpartition("/")[2], name)
    }
    close = get_close_matches(name[:_SHOWN].casefold(), spellings, n=1, cutoff=0.8)
    return spellings[close[0]] if close else "Europe/Vienna"

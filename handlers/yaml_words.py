"""What a word without quotes is in YAML. Programs differ there: what is read in two ways is refused, never written."""

from __future__ import annotations

import re

from yaml.resolver import Resolver

_TAG = "tag:yaml.org,2002:"
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,300})")
_FRACTION = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.?[0-9]+)([eE][-+]?[0-9]{1,4})?")


class Ambiguous(ValueError):
    """The message says what to write instead."""


class Words(Resolver):
    """PyYAML's rules, which are those of YAML 1.1, and what is something else than text by YAML 1.2 or to others."""


Words.add_implicit_resolver(f"{_TAG}bool", re.compile(r"^[yYnN]$"), list("yYnN"))
Words.add_implicit_resolver(f"{_TAG}int", re.compile(r"^0o[0-7]+$"), ["0"])
Words.add_implicit_resolver(
    f"{_TAG}float", re.compile(r"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)[eE][-+]?[0-9]+$"), list("-+.0123456789")
)


def meaning(word: str) -> str | int | float | bool | None:
    """Raises Ambiguous."""
    kind = _kind(word)
    if kind == "str":
        return word
    if kind == "null":
        return None
    if kind == "bool" and word.lower() in ("true", "false"):
        return word.lower() == "true"
    if kind == "int" and _DECIMAL.fullmatch(word):
        return int(word)
    if kind == "float" and _FRACTION.fullmatch(word):
        return float(word)
    raise Ambiguous(f"{_shown(word)} is {_OTHERWISE.get(kind, 'something else')} to some programs: {_instead(kind)}")


def _kind(word: str) -> str:
    rules = Words.yaml_implicit_resolvers
    found = [tag for tag, pattern in rules.get(word[:1], []) if pattern.match(word)]
    return str(found[0]).removeprefix(_TAG) if found else "str"


_OTHERWISE = {"bool": "true or false", "int": "a number", "float": "a number", "timestamp": "a date"}


def _instead(kind: str) -> str:
    plain = {"bool": "write true or false", "int": "write it in plain digits", "float": "write it in plain digits"}
    return f"{plain[kind]}, or put it in quotes" if kind in plain else "put it in quotes"


def _shown(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:40]}…"

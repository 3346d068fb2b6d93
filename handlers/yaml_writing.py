"""Write YAML that is a pleasure to read and to compare: blocks, texts of several lines as they are, no line broken."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from handlers.yaml_words import Words

_ODD_BREAK = re.compile("[\r\x85\u2028\u2029]")
"""These end lines too, by YAML 1.1, which then makes another character of them."""
_BREAK = re.compile(f"\n|{_ODD_BREAK.pattern}")
_WIDTH = 1 << 30
_MAX_FLOW = 80
"""Characters of all words in a list that stands on one line."""


class _Dumper(yaml.SafeDumper):
    yaml_implicit_resolvers = Words.yaml_implicit_resolvers

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Lists are indented in what they belong to."""
        super().increase_indent(flow, indentless=False)

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    # A block that ended with empty lines would change its text as soon as somebody tidied the file.
    block = "\n" in text.rstrip("\n") and not text.endswith("\n\n") and not _ODD_BREAK.search(text)
    style = "|" if block else '"' if _BREAK.search(text) else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def _list(dumper: _Dumper, items: list[object]) -> yaml.SequenceNode:
    words = all(isinstance(item, str) and "\n" not in item for item in items)
    short = words and sum(len(str(item)) for item in items) <= _MAX_FLOW
    return dumper.represent_sequence("tag:yaml.org,2002:seq", items, flow_style=short)


_Dumper.add_representer(str, _text)
_Dumper.add_representer(list, _list)


def write_yaml(data: Mapping[str, object]) -> str:
    """Each part and each entry of a list is set apart by an empty line."""
    return "\n".join(_part(name, value) for name, value in data.items())


def _part(name: str, value: object) -> str:
    text: str = yaml.dump(
        {name: value}, Dumper=_Dumper, allow_unicode=True, sort_keys=False, default_flow_style=False, width=_WIDTH
    )
    # Whatever is in an entry stands further to the right.
    return re.sub(r"(?m)(?<!:\n)^  - ", "\n  - ", text) if isinstance(value, list) else text

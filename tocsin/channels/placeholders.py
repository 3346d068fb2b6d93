"""The words beginning with a dollar sign that stand for facts of a notice in an owner's texts (protocol 6.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC

from tocsin.channels.port import Notice

# Longer words stand before their own beginnings, and a tag's number is taken whole: `$TAG10` is the tenth tag.
_WORD = re.compile(r"\$(CODE|STATUS|NOW|NAME_JSON|NAME|SLUG|TAGS|TAG[1-9][0-9]*|JSON|BODY_JSON|BODY|EXITSTATUS)")


def expand(template: str, facts: dict[str, str], encode: Callable[[str], str] = str) -> str:
    """Put facts in place of their words, in a single pass: a word inside a fact stays as it is.

    A word without a fact, such as the third tag of a check that has two, stays as well.
    """

    def fact(match: re.Match[str]) -> str:
        value = facts.get(match[1])
        return match[0] if value is None else encode(value)

    return _WORD.sub(fact, template)


def mentioned(template: str) -> bool:
    """Whether a text differs from check to check."""
    return _WORD.search(template) is not None


def sample(template: str) -> str:
    """The text with a `1` for each word, which is well formed wherever any fact could be."""
    return _WORD.sub("1", template)


def facts(notice: Notice) -> dict[str, str]:
    """What may be said anywhere."""
    exit_status = notice.last_ping.exit_status if notice.last_ping else None
    return {
        "CODE": notice.check_id,
        "STATUS": notice.status,
        "NOW": notice.at.astimezone(UTC).isoformat(timespec="seconds"),
        "NAME": notice.name,
        "NAME_JSON": json.dumps(notice.name),
        "SLUG": notice.slug,
        "TAGS": " ".join(notice.tags),
        **{f"TAG{n}": tag for n, tag in enumerate(notice.tags, start=1)},
        "JSON": notice.check_json,
        "EXITSTATUS": str(-1 if exit_status is None else exit_status),
    }


def body_facts(notice: Notice) -> dict[str, str]:
    """What may be said in a request's body only: it is long, and not for logs."""
    body = notice.last_ping.body.decode(errors="replace") if notice.last_ping else ""
    return {"BODY": body, "BODY_JSON": json.dumps(body)}

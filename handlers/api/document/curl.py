"""A request as a line for a shell, as somebody would type it."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

from handlers.api.document.schemas import Json

_WIDTH = 88
"""Characters that fit on a line of the page."""


def curl_line(document: Json, path: str, method: str, operation: Json) -> str:
    """What varies in the path, and the key, are taken from shell variables of their names."""
    url = document["servers"][0]["url"] + re.sub(r"\{(\w+)\}", _variable, path)
    quoted = f'"{url}"' if "$" in url else url
    words = ["curl", *_method(method, operation), *_key(operation), *_data(operation), quoted]
    return " \\\n  ".join(_lines(words))


def _variable(place: re.Match[str]) -> str:
    """With braces where the next letter would be taken for a part of the name."""
    name, after = place[1].upper(), place.string[place.end() : place.end() + 1]
    return f"${name}" if after in ("", "/") else f"${{{name}}}"


def _method(method: str, operation: Json) -> list[str]:
    implied = method == "get" or (method == "post" and _example(operation) is not None)
    return [] if implied else [f"-X {method.upper()}"]


def _key(operation: Json) -> list[str]:
    schemes = [name for choice in operation.get("security", ()) for name in choice]
    if "ApiKey" in schemes:
        return ['-H "X-Api-Key: $API_KEY"']
    return ['-H "Authorization: Bearer $API_KEY"'] if schemes else []


def _data(operation: Json) -> list[str]:
    """The first example of a body; what is no JSON would rather be a file."""
    media = next(iter(operation.get("requestBody", {}).get("content", {})), "")
    if media == "application/yaml":
        return [f'-H "Content-Type: {media}"', "--data-binary @project.yaml"]
    example = _example(operation)
    return [] if example is None else [f"-d {shlex.quote(json.dumps(example, ensure_ascii=False))}"]


def _example(operation: Json) -> Any:
    """The first that the operation's body has."""
    for content in operation.get("requestBody", {}).get("content", {}).values():
        for example in content.get("examples", {}).values():
            return example["value"]
    return None


def _lines(words: list[str]) -> list[str]:
    """On one line what fits there."""
    line = " ".join(words)
    return [line] if len(line) <= _WIDTH else [" ".join(words[:-2]), *words[-2:]]

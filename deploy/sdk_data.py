"""botocore's descriptions of AWS, cut down to what is called: it reads them at every cold start.

It describes some four hundred services in 28 MB, and one file tells the addresses of all of them.
"""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

SERVICES: Mapping[str, str] = {
    "dynamodb": "dynamodb",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "sesv2": "email",
    "ssm": "ssm",
}
"""All that is called, and what endpoints.json calls each."""
CALLED: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"}
    ),
    "secretsmanager": frozenset({"GetSecretValue"}),
    "ssm": frozenset({"GetParameters"}),
}
"""What the function calls of the services whose clients are made while it starts; a client has a method for each."""


def prune(data: Path) -> None:
    """Cut down the folder `botocore/data`."""
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in SERVICES:
            shutil.rmtree(folder)
    for service in SERVICES:
        *older, newest = sorted((data / service).iterdir())
        for version in older:
            shutil.rmtree(version)
        (newest / "examples-1.json.gz").unlink(missing_ok=True)
        _unpack(newest / "service-2.json.gz", CALLED.get(service))
    _prune_endpoints(data / "endpoints.json")


def _unpack(packed: Path, called: frozenset[str] | None) -> None:
    """Without what help() would print, and not compressed: the zip is, and its reader need not be."""
    described = json.loads(gzip.decompress(packed.read_bytes()))
    if called:
        described = _only(called, described)
    packed.with_suffix("").write_text(_compact(_without_words(described)))
    packed.unlink()


def _only(called: frozenset[str], described: Any) -> Any:
    """These operations, and the shapes that they have to do with."""
    operations = {name: each for name, each in described["operations"].items() if name in called}
    shapes: dict[str, Any] = {}
    waiting = list(_shapes_in(operations))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = described["shapes"][name]
            waiting.extend(_shapes_in(shapes[name]))
    return {**described, "operations": operations, "shapes": shapes}


def _shapes_in(described: Any) -> Iterator[str]:
    if isinstance(described, list):
        for each in described:
            yield from _shapes_in(each)
    elif isinstance(described, dict):
        if isinstance(described.get("shape"), str):
            yield described["shape"]
        for each in described.values():
            yield from _shapes_in(each)


def _without_words(described: Any) -> Any:
    if isinstance(described, list):
        return [_without_words(each) for each in described]
    if isinstance(described, dict):
        return {name: _without_words(each) for name, each in described.items() if not _is_words(name, each)}
    return described


def _is_words(name: str, described: object) -> bool:
    """A structure's member may be called that as well; then it is no text."""
    return name in ("documentation", "documentationUrl") and isinstance(described, str)


def _prune_endpoints(path: Path) -> None:
    endpoints = json.loads(path.read_text())
    for partition in endpoints["partitions"]:
        known = partition["services"]
        partition["services"] = {name: known[name] for name in SERVICES.values() if name in known}
    path.write_text(_compact(endpoints))


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))

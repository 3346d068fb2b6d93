"""docs/api.md is under test: its examples run as they stand, in their order, and answer what it says they do."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from app import open_store
from tests.e2e.server import Server, running
from tests.fakes import SECRET, Clock, Scene, settings_for
from tests.house.pages import doc
from tocsin.channels.registry import Registry
from tocsin.house import House
from tocsin.services.keys import create_key
from tocsin.stores.audit import COMMAND
from tocsin.stores.keys import KeyKind
from tocsin.stores.sqlite import SqliteTable

_EXAMPLE = re.compile(r"^```(sh|json)\n(.*?)^```", re.DOTALL | re.MULTILINE)
_SETS = re.compile(r"^([A-Z]+)=", re.MULTILINE)
_VARIABLE = re.compile(r'"\$([A-Z]+)"')


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def variables(server: Server, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the page asks its reader to set, and what it calls the things that are there."""
    table = cast(SqliteTable, open_store(server.store))
    clock = Clock(datetime.now(UTC))
    scene = Scene.set(House(settings_for(server.store, tmp_path), table, Registry([]), clock=clock), clock)
    (channel,) = scene.house.channels.of_project(scene.project)
    scene.house.channels.delete(channel)
    owners = {
        "KEY": (KeyKind.READ_WRITE, scene.project),
        "READ_KEY": (KeyKind.READ_ONLY, scene.project),
        "ACCOUNT_KEY": (KeyKind.ACCOUNT, scene.owner),
    }
    keys = {name: _key(scene, kind, owner) for name, (kind, owner) in owners.items()}
    yield {"SITE": server.url, "PROJECT": scene.project, **keys}
    table.close()


def _key(scene: Scene, kind: KeyKind, owner: str) -> str:
    keys, now = scene.house.keys, scene.clock()
    return create_key(keys, kind=kind, owner=owner, secret_key=SECRET, by=COMMAND, now=now)[1]


@pytest.mark.skipif(not shutil.which("curl"), reason="the examples are for curl, which is not on this machine")
def test_examples_answer_what_the_page_says(variables: dict[str, str], tmp_path: Path) -> None:
    """In an answer, … stands for anything, and fields may be left out."""
    printed: object = None
    ran = 0
    for language, text in _EXAMPLE.findall(doc("api.md")):
        if language == "sh":
            printed = _run(text, variables, tmp_path)
            variables.setdefault("CHECK", printed.get("uuid", "") if isinstance(printed, dict) else "")
            ran += 1
        else:
            _expect(json.loads(_VARIABLE.sub(lambda name: json.dumps(variables[name[1]]), text)), printed, "answer")
    assert ran >= 15


def _run(script: str, variables: dict[str, str], folder: Path) -> object:
    """What the lines print, as JSON; None if they print nothing. None of them may fail. What they set stays set."""
    names = _SETS.findall(script)
    keep = "".join(f'printf %s "${name}" > {name}\n' for name in names)
    result = subprocess.run(
        ["bash", "-euc", script + keep],
        env={"PATH": os.environ["PATH"], **variables},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, (script, result.stderr)
    variables |= {name: (folder / name).read_text() for name in names}
    return json.loads(result.stdout) if result.stdout else None


def _expect(shown: object, got: object, place: str) -> None:
    if isinstance(shown, dict):
        assert isinstance(got, dict), place
        for name, value in shown.items():
            assert name in got, f"{place}.{name}"
            _expect(value, got[name], f"{place}.{name}")
    elif isinstance(shown, list):
        assert isinstance(got, list), place
        assert len(shown) == len(got), (place, got)
        for number, (one, other) in enumerate(zip(shown, got, strict=True)):
            _expect(one, other, f"{place}[{number}]")
    elif shown == "…":
        assert got not in (None, ""), place
    else:
        assert got == shown, place

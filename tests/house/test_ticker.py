"""Which process ticks by itself: `flask run`, and a server that is told to; never another command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fakes import ROOT, own_environ

_LIST = "import threading; print(sorted(thread.name for thread in threading.enumerate()))"


@pytest.mark.parametrize(
    ("command", "seconds", "ticks"),
    [
        (["-m", "flask", "shell"], "1", False),
        (["-c", f"from app import app; {_LIST}"], "1", True),
        (["-c", f"from app import app; {_LIST}"], "", False),
    ],
)
def test_who_ticks(tmp_path: Path, command: list[str], seconds: str, ticks: bool) -> None:
    """TOCSIN_TICK_SECONDS is meant for servers; a command that shares their settings must not deliver alerts."""
    environ = own_environ(tmp_path, TICK_SECONDS=seconds)
    told = subprocess.run(
        [sys.executable, *command], cwd=ROOT, env=environ, input=_LIST, capture_output=True, text=True, check=True
    )
    assert ("ticker" in told.stdout) is ticks, told.stdout + told.stderr

"""Tocsin's own commands, on the data of a stage."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from deploy.checks import UNKNOWN_ADDRESS
from deploy.stage import Stage


def run_flask(stage: Stage, arguments: Sequence[str]) -> int:
    """Run `flask …` with the variables that the stage's function has; returns its exit status."""
    environ = os.environ | {"TOCSIN_SITE_ROOT": UNKNOWN_ADDRESS} | stage.variables_there() | stage.variables
    return subprocess.run([sys.executable, "-m", "flask", *arguments], env=environ, check=False).returncode

"""What commands print, and how they end."""

from __future__ import annotations

import json
from typing import Any

from click.testing import Result


def answer(result: Result) -> dict[str, Any]:
    """The one object on standard output, where all went well."""
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    told: dict[str, Any] = json.loads(result.stdout)
    return told


def refusal(result: Result, status: int = 1) -> str:
    """The sentence on standard error, where nothing was done."""
    assert (result.exit_code, result.stdout) == (status, "")
    return str(result.stderr)

"""The pages of docs/, as tests read them."""

from __future__ import annotations

import re

from tests.fakes import ROOT


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, their heads included."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]

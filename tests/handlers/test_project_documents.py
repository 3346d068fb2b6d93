"""`flask project export`, `plan` and `apply`: what scripts and repositories rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.documents import MAX_DOCUMENT
from tests.handlers.commands import answer, refusal

WISHED = """\
tocsin: 1
project:
  name: Backups
channels:
  - name: ops mail
    kind: email
    config:
      address: ops@example.org
checks:
  - name: nightly dump
    slug: nightly-dump
    tags: [prod, db]
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "backups.yaml"
    path.write_text(WISHED)
    return path


def test_a_file_is_planned_then_applied(flask: Any, project: str, file: Path) -> None:
    """The plan says beforehand what the apply says afterwards; then there is nothing left to do."""
    plan = answer(flask("project", "plan", project, str(file)))
    assert plan["empty"] is False
    assert plan["checks"]["created"] == [{"name": "nightly dump", "slug": "nightly-dump"}]
    assert answer(flask("project", "apply", project, str(file))) == plan
    assert answer(flask("project", "plan", project, str(file)))["empty"] is True


def test_export_is_what_was_applied(flask: Any, project: str, file: Path) -> None:
    """As JSON, and with --yaml as people write it."""
    answer(flask("project", "apply", project, str(file)))
    told = answer(flask("project", "export", project))
    assert told["checks"] == [{"name": "nightly dump", "slug": "nightly-dump", "tags": ["prod", "db"]}]
    shown = flask("project", "export", project, "--yaml")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert [line for line in shown.stdout.splitlines() if line] == WISHED.splitlines()


@pytest.mark.parametrize("option", [[], ["--yaml"]])
def test_an_export_is_read_from_standard_input(flask: Any, project: str, file: Path, option: list[str]) -> None:
    """Which form it has shows."""
    answer(flask("project", "apply", project, str(file)))
    shown = flask("project", "export", project, *option).stdout
    other = answer(flask("project", "create", "Other", "--owner", "alice@example.org"))["uuid"]
    answer(flask("project", "apply", other, "-", stdin=shown))
    assert flask("project", "export", other, *option).stdout == shown
    assert refusal(flask("project", "plan", other, "-", stdin="[")).startswith("standard input: line 2")


@pytest.mark.parametrize("verb", ["plan", "apply"])
def test_all_that_is_wrong_is_said_one_a_line(flask: Any, project: str, tmp_path: Path, verb: str) -> None:
    """With the file and the line; nothing is written."""
    path = tmp_path / "backups.yaml"
    path.write_text("tocsin: 1\nchecks:\n  - name: 5\n    timeout: 7\n  - desc: x\n")
    assert refusal(flask("project", verb, project, str(path))).splitlines() == [
        f"{path}: line 3: checks[0].name: must be text, not a number: put it in quotes",
        f"{path}: line 4: checks[0].timeout: must be at least 60",
    ]
    path.write_text("tocsin: 1\nchecks:\n  - desc: x\n  - name: x\n    schedule: 61 * * * *\n")
    complaints = refusal(flask("project", verb, project, str(path))).splitlines()
    assert complaints[0] == f"{path}: line 3: checks[0]: must have a name or a slug to be known by"
    assert complaints[1].startswith(f'{path}: line 5: checks[1].schedule: "61 * * * *" is not a cron schedule')
    path.write_text("a: yes\nb: [\n")
    assert refusal(flask("project", verb, project, str(path))).startswith(f"{path}: line 3, column 1: this is not YAML")
    assert answer(flask("project", "export", project))["checks"] == []


def test_the_ending_of_its_name_tells_the_form_of_a_file(flask: Any, project: str, tmp_path: Path) -> None:
    """YAML that looks like JSON, and a file that says that it is JSON and is not."""
    yaml, wrong = tmp_path / "flow.yml", tmp_path / "wrong.json"
    yaml.write_text("{tocsin: 1, checks: [{name: x}]}")
    wrong.write_text("tocsin: 1")
    answer(flask("project", "apply", project, str(yaml)))
    assert "this is not JSON" in refusal(flask("project", "apply", project, str(wrong)))


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"#" * (MAX_DOCUMENT + 1), "this is longer than 5 MB"),
        (b"\x7fELF\x02\x01\x01\x00\xff", "this is not text in UTF-8"),
        (b"", "there is nothing in it"),
        (json.dumps({"tocsin": 7}).encode(), "the form of a newer Tocsin"),
    ],
)
def test_what_is_no_document_is_refused(
    flask: Any, project: str, tmp_path: Path, content: bytes, complaint: str
) -> None:
    """In a sentence, whatever it is."""
    path = tmp_path / "what"
    path.write_bytes(content)
    assert complaint in refusal(flask("project", "apply", project, str(path)))


def test_a_project_and_a_file_are_needed(flask: Any, project: str, file: Path, tmp_path: Path) -> None:
    """A typing error in either makes nothing."""
    for verb in ("plan", "apply"):
        assert "There is no project nobody's" in refusal(flask("project", verb, "nobody's", str(file)))
        assert "does not exist" in refusal(flask("project", verb, project, str(tmp_path / "none")), 2)
    assert "There is no project nobody's" in refusal(flask("project", "export", "nobody's"))

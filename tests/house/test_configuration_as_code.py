"""docs/configuration-as-code.md is under test: its documents, what they lead to, and its tables of fields."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import Engine
from tests.fakes import ROOT
from tests.handlers.commands import answer
from tests.house.pages import doc, rows
from tocsin.services import project_document

PAGE = "configuration-as-code.md"
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def example(words: str) -> str:
    """The fenced block that is marked so."""
    (found,) = re.findall(rf"^```{words}\n(.*?)^```", doc(PAGE), re.DOTALL | re.MULTILINE)
    return str(found)


@pytest.fixture
def engine() -> Engine:
    """One is enough: what the page tells is the same on both."""
    return "sqlite"


@pytest.fixture
def flask(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `flask …` in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    runner = app.test_cli_runner()
    return lambda *args: runner.invoke(args=args)


@pytest.fixture
def project(flask: Any) -> str:
    """A project that is what the page's first document says."""
    answer(flask("user", "create", "alice@example.org"))
    made: str = answer(flask("project", "create", "Anything", "--owner", "alice@example.org"))["uuid"]
    Path("backups.yaml").write_text(example("yaml first"))
    answer(flask("project", "apply", made, "backups.yaml"))
    return made


def test_the_first_document_is_what_an_export_looks_like(flask: Any, project: str) -> None:
    """To the letter."""
    assert flask("project", "export", project, "--yaml").stdout == example("yaml first")


def test_the_plan_is_that_of_the_second_document(flask: Any, project: str) -> None:
    """But for the ids, which are made up."""
    Path("backups.yaml").write_text(example("yaml second"))
    for verb in ("plan", "apply"):
        told = answer(flask("project", verb, project, "backups.yaml"))
        assert UUID.sub("", json.dumps(told)) == UUID.sub("", json.dumps(json.loads(example("json plan"))))
    assert '"empty": true' in flask("project", "plan", project, "backups.yaml").stdout


def test_a_changed_channel_is_told_like_that(flask: Any, project: str) -> None:
    """With the key that changes, and nothing of what it says."""
    Path("backups.yaml").write_text(example("yaml first").replace("0123456789", "9876543210"))
    (told,) = answer(flask("project", "plan", project, "backups.yaml"))["channels"]["changed"]
    assert UUID.sub("", json.dumps(told)) == UUID.sub("", json.dumps(json.loads(example("json channel"))))


@pytest.mark.parametrize("words", ["wrong", "unknown", "strict"])
def test_faults_are_told_like_that(flask: Any, project: str, words: str) -> None:
    """Word for word."""
    Path("backups.yaml").write_text(example(f"yaml {words}"))
    told = flask("project", "apply", project, "backups.yaml")
    assert (told.exit_code, told.stdout, told.stderr) == (1, "", example(f"text {words}"))


def test_calls_of_the_api_do_what_the_commands_do(client: FlaskClient, flask: Any, project: str) -> None:
    """The URLs that the page shows, called as curl calls them: with no word on what the file is."""
    key = answer(flask("project", "key", "create", project))["key"]
    urls = re.findall(r"^curl .*https://tocsin\.example\.org(/api/[^\s\"]+)", doc(PAGE), re.MULTILINE)
    exported = client.get(urls[0], headers={"X-Api-Key": key})
    assert exported.text == example("yaml first")
    for url in urls[1:]:
        answered = client.put(url, headers={"X-Api-Key": key}, data=example("yaml second"))
        told = json.loads(answered.text)["checks"]["created"]
        assert (answered.status_code, told) == (200, [{"name": "Certificates", "slug": "certificates"}])
    assert len(urls) == 3


@pytest.mark.parametrize(
    ("part", "entry"),
    [
        ("project", project_document.ProjectEntry),
        ("channels", project_document.ChannelEntry),
        ("checks", project_document.CheckEntry),
    ],
)
def test_fields_are_documented(part: str, entry: type[msgspec.Struct]) -> None:
    """Each has a row, in the order of the form but for those that share one."""
    section = doc(PAGE).partition(f"### `{part}`\n")[2].partition("\n#")[0]
    told = [name for row in rows(section)[2:] for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(told) == sorted(field.name for field in msgspec.structs.fields(entry))


def test_the_page_is_in_the_list_of_pages() -> None:
    """Where people look for it."""
    assert f"](docs/{PAGE})" in (ROOT / "README.md").read_text().partition("## Read on")[2]

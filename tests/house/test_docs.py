"""The docs are under test: what they name is there, what is there is named, and what they show works."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import click
import pytest
from blinker import NamedSignal
from flask import Flask
from flask.testing import FlaskClient

from tests.channels.notices import failing, make_notice
from tests.conftest import Engine
from tests.fakes import ROOT, SECRET, Scene
from tests.house.pages import doc, rows
from tocsin import signals
from tocsin.channels.placeholders import body_facts, expand, facts, mentioned
from tocsin.channels.registry import Registry
from tocsin.domain.ping import Kind
from tocsin.house import House

DOCS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))


def examples(name: str, language: str) -> list[str]:
    """The fenced blocks of a page that are marked with this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", doc(name), re.DOTALL | re.MULTILINE)


@pytest.fixture
def engine() -> Engine:
    """One is enough: what the docs tell is the same on both."""
    return "sqlite"


def read_settings() -> set[str]:
    """The names that settings.py asks the environment for."""
    calls = [node for node in ast.walk(ast.parse((ROOT / "tocsin/settings.py").read_text())) if type(node) is ast.Call]
    asked = [call for call in calls if type(call.func) is ast.Attribute and call.func.attr in ("read", "demand")]
    return {f"TOCSIN_{ast.literal_eval(call.args[0])}" for call in asked if call.args}


def test_settings_are_documented() -> None:
    """Each has a section of its own with its default, and no section tells of one that is not there."""
    sections = doc("configuration.md").split("\n### ")[1:]
    assert {section.partition("\n")[0].strip("`") for section in sections} == read_settings()
    assert [section.partition("\n")[0] for section in sections if "\nDefault: " not in section] == []


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_settings_that_a_page_names_are_there(path: Path) -> None:
    """No page sends its reader after a setting that was renamed."""
    assert set(re.findall(r"TOCSIN_[A-Z_]+", path.read_text())) <= read_settings()


def commands(group: click.Group, prefix: str = "flask") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {}
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = commands(command, f"{prefix} {name}") if isinstance(command, click.Group) else None
        found |= inner if inner is not None else {f"{prefix} {name}": command}
    return found


def test_commands_are_documented(app: Flask) -> None:
    """Each has a section that names its options, and no section tells of one that is not there."""
    sections = re.findall(r"^### `(flask [a-z -]+[a-z]).*?(?=^#)", doc("operating.md"), re.MULTILINE | re.DOTALL)
    assert set(sections) == set(commands(app.cli))
    for name, command in commands(app.cli).items():
        section = doc("operating.md").partition(f"### `{name}")[2].partition("\n### ")[0]
        options = [word for option in command.params for word in option.opts if word.startswith("--")]
        assert [word for word in options if word not in section] == [], name


def test_channel_kinds_are_documented(house: House) -> None:
    """Each that comes with the house has a section."""
    assert set(re.findall(r"^## `(\w+)`$", doc("channels.md"), re.MULTILINE)) == {kind.kind for kind in house.kinds}


def test_webhook_words_are_documented() -> None:
    """Those in the table of words are those that are replaced."""
    told = set(re.findall(r"\$([A-Z_]+[1-9]?)", " ".join(row[0] for row in rows(doc("channels.md")))))
    notice = make_notice(tags=("prod", "db"))
    assert told == set(facts(notice) | body_facts(notice))
    assert all(mentioned(f"${word}") for word in told)


@pytest.mark.parametrize("kind", ["email", "webhook"])
def test_channel_values_are_valid(house: House, kind: str) -> None:
    """The examples are what `--value` takes, and a JSON body is JSON once its words are replaced."""
    values = [json.loads(example) for example in examples("channels.md", f"json {kind}")]
    values += [
        json.loads(value)
        for path in DOCS
        for value in re.findall(rf"flask channel create \S+ {kind} .*--value '(.*)'", path.read_text())
    ]
    assert len(values) >= 2
    notice = make_notice(name='the "new" one')
    for value in values:
        for key, text in house.kinds.get(kind).validate(value).items():
            if key.startswith("body_") and text:
                json.loads(expand(text, facts(notice) | body_facts(notice)))


def test_signals_are_documented_with_what_they_send(scene: Scene) -> None:
    """Every argument that a receiver gets is in the table, and the other way round."""
    told = {
        row[0].strip("`"): set(re.findall(r"`(\w+)`", row[2])) for row in rows(doc("extending.md")) if "`" in row[0]
    }
    sent: dict[str, set[str]] = {}

    def listen(name: str, signal: NamedSignal) -> Any:
        return signal.connected_to(lambda _, **arguments: sent.update({name: set(arguments)}))

    named = {name: signal for name, signal in vars(signals).items() if isinstance(signal, NamedSignal)}
    listening = [listen(name, signal) for name, signal in named.items()]
    for one in listening:
        one.__enter__()
    scene.ping(scene.check(), Kind.FAIL)
    scene.house.tick()
    for one in listening:
        one.__exit__(None, None, None)
    assert sent.keys() == named.keys()
    assert told == sent


def run_example(language: str) -> dict[str, Any]:
    (source,) = examples("extending.md", language)
    names: dict[str, Any] = {"__name__": "example"}
    exec(compile(source, "docs/extending.md", "exec"), names)  # noqa: S102 (our own page)
    return names


def test_example_receiver_hears_flips(scene: Scene) -> None:
    """The lines in extending.md do what they seem to do."""
    names = run_example("python signals")
    scene.ping(scene.check(), Kind.FAIL)
    signals.check_flipped.disconnect(names["remember"])
    assert names["flips"] == ["new -> down fail"]


def test_example_channel_delivers(tmp_path: Path) -> None:
    """The channel in extending.md can be registered, configured and rung, and knows what is permanent."""
    registry = Registry([run_example("python channel")["LineChannel"]()])
    (value,) = re.findall(r"flask channel create \S+ line --value '(.*)'", doc("extending.md"))
    channel = registry.get("line")
    assert channel.summary(channel.validate(json.loads(value))) == json.loads(value)["path"]
    assert channel.wants({}, up=True)
    channel.send({"path": f"{tmp_path}/alerts"}, make_notice())
    assert (tmp_path / "alerts").read_text().endswith(" down Nightly backup\n")
    with failing("This is a folder.", permanent=True):
        channel.send({"path": str(tmp_path)}, make_notice())


def test_example_app_serves_its_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An extension in extending.md gets the app, and its page stands beside the house's."""
    settings = {"STORE": f"sqlite://{tmp_path}/x.sqlite3", "SECRET_KEY": SECRET, "MAIL": f"file://{tmp_path}/mail"}
    for name, value in settings.items():
        monkeypatch.setenv(f"TOCSIN_{name}", value)
    app = run_example("python extension")["app"]
    client = app.test_client()
    assert client.get("/status").text == "Tocsin is here.\n"
    assert client.get("/login").status_code == 302
    app.extensions["tocsin"].table.close()


def anchors(path: Path) -> set[str]:
    """The names that headings get: as on the sites that show Markdown."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_links_lead_somewhere(path: Path) -> None:
    """To a file of the project, and to a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", path.read_text()):
        if not target.startswith(("http://", "https://")):
            name, _, anchor = target.partition("#")
            found = (path.parent / name).resolve() if name else path
            assert found.exists(), target
            assert not anchor or anchor in anchors(found), target


@pytest.mark.parametrize("page", ["README.md", "docs/ping.md"])
def test_ping_urls_in_examples_are_answered(scene: Scene, client: FlaskClient, page: str) -> None:
    """Copied with the id or the key filled in, each one is a ping."""
    meant = {"PING_KEY": scene.ping_key, "UUID": scene.check(slug="nightly-backup"), "$rid": str(uuid4())}
    text = re.sub(r"\$(\?|status)", "0", (ROOT / page).read_text())
    urls = set(re.findall(r"https?://(?:tocsin\.example\.org|127\.0\.0\.1:5000)(/ping/[^\s`\";]+)", text))
    assert len(urls) >= 4
    for url in urls:
        path = re.sub("|".join(map(re.escape, meant)), lambda word: meant[word[0]], url)
        assert client.get(path).text == "OK", url

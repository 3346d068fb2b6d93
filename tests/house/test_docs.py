"""The docs are under test: what they name is there, what is there is named, and what they show works."""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import botocore.session
import click
import pytest
from blinker import NamedSignal
from botocore.client import BaseClient
from flask import Flask
from flask.testing import FlaskClient
from moto import mock_aws

from app import create_app
from tests.channels.notices import failing, make_notice
from tests.conftest import Engine
from tests.fakes import ROOT, SECRET, Clock, Scene, settings_for
from tocsin import signals
from tocsin.channels.placeholders import body_facts, expand, facts, mentioned
from tocsin.channels.port import DeliveryFailed
from tocsin.channels.registry import Registry
from tocsin.domain.ping import Keywords, Kind, Rules
from tocsin.house import House
from tocsin.services import accounts, checks, projects
from tocsin.services.checks import Wishes
from tocsin.stores.check_items import Info
from tocsin.stores.table import INDEXES

DOCS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
TABLE = "tocsin-test"
Attributes: TypeAlias = dict[str, dict[str, Any]]
"""An item on the wire: its attributes by name, each with its type."""


def doc(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def examples(name: str, language: str) -> list[str]:
    """The fenced blocks of a page that are marked with this language."""
    return re.findall(rf"^```{language}\n(.*?)^```", doc(name), re.DOTALL | re.MULTILINE)


def rows(text: str) -> list[list[str]]:
    """The cells of all tables, their heads included."""
    lines = re.findall(r"^\|(.*)\|$", text, re.MULTILINE)
    return [[cell.strip() for cell in line.split("|")] for line in lines]


@pytest.fixture
def engine() -> Engine:
    """One is enough: what the docs tell is the same on both."""
    return "sqlite"


@pytest.fixture
def scene(house: House, clock: Clock) -> Scene:
    return Scene.set(house, clock)


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
    for name, command in group.commands.items():
        inner = commands(command, f"{prefix} {name}") if isinstance(command, click.Group) else None
        found |= inner if inner is not None else {f"{prefix} {name}": command}
    return found


def test_commands_are_documented(app: Flask) -> None:
    """Each has a section that names its options, and no section tells of one that is not there."""
    sections = re.findall(r"^### `(flask [a-z ]+[a-z]).*?(?=^#)", doc("operating.md"), re.MULTILINE | re.DOTALL)
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
    client = run_example("python extension")["app"].test_client()
    assert client.get("/status").text == "Tocsin is here.\n"
    assert client.get("/login").status_code == 302


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


class Meter:
    """Counts units by the rules that access-patterns.md states, from the items before and after each request."""

    def __init__(self) -> None:
        self.read, self.written = 0.0, 0
        self._send = BaseClient._make_api_call  # type: ignore[attr-defined]  # noqa: SLF001 (where all calls pass)

    def take(self) -> tuple[float, int]:
        """What was counted since the last time."""
        units = self.read, self.written
        self.read, self.written = 0.0, 0
        return units

    def call(self, client: BaseClient, operation: str, request: dict[str, Any]) -> Any:
        writes = _writes(operation, request)
        before = [self._item(client, write) for write, _ in writes]
        try:
            answer = self._send(client, operation, request)
            share = 1.0 if request.get("ConsistentRead") else 0.5
            self.read += sum(share * blocks(lot, 4096) for lot in _lots_read(operation, answer))
            return answer
        finally:
            for (write, times), old in zip(writes, before, strict=True):
                new = self._item(client, write)
                self.written += times * max(blocks([old], 1024), blocks([new], 1024)) + _entries(old, new)

    def _item(self, client: BaseClient, write: Any) -> Attributes:
        key = write.get("Key") or {name: write["Item"][name] for name in ("pk", "sk")}
        item: Attributes = self._send(client, "GetItem", {"TableName": TABLE, "Key": key}).get("Item", {})
        return item


def _lots_read(operation: str, answer: Any) -> list[list[Attributes]]:
    """What was read, in the portions that are rounded up by themselves."""
    match operation:
        case "GetItem":
            return [[answer.get("Item", {})]]
        case "Query":
            return [answer["Items"]]
        case "BatchGetItem":
            return [[item] for item in answer["Responses"].get(TABLE, ())]
    return []


def _writes(operation: str, request: Any) -> list[tuple[Any, int]]:
    if operation == "TransactWriteItems":
        return [(write, 2) for action in request["TransactItems"] for write in action.values()]
    return [(request, 1)] if operation in ("PutItem", "UpdateItem", "DeleteItem") else []


def _entries(old: Attributes, new: Attributes) -> int:
    """Entries of indexes that go and that come."""
    sides = [[(item.get(index.pk), item.get(index.sk)) for item in (old, new)] for index in INDEXES]
    return sum(int(None not in was) + int(None not in now) for was, now in sides if was != now)


def blocks(items: list[Attributes], length: int) -> int:
    """So many blocks are begun. Names and texts count as they are, two digits as a byte, a set as its texts."""
    cells = [(name, *next(iter(cell.items()))) for item in items for name, cell in item.items()]
    total = sum(
        len(name) + (len(value) // (2 if kind == "N" else 1) if kind != "BOOL" else 1) for name, kind, value in cells
    )
    return max(1, math.ceil(total / length))


@contextmanager
def on_dynamodb(folder: Path) -> Iterator[tuple[Scene, FlaskClient]]:
    """A scene of its own, and a browser that its owner is signed in with."""
    with mock_aws():
        clock = Clock()
        app = create_app(settings_for(f"dynamodb://{TABLE}", folder), clock=clock)
        app.extensions["tocsin"].table.create()
        scene = Scene.set(app.extensions["tocsin"], clock)
        client = app.test_client()
        with client.session_transaction() as session:
            session["user"] = scene.owner
        yield scene, client


def pings(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """Does one thing after another, each with its name in the page; nameless ones set the scene."""
    check = scene.check(slug="nightly")
    yield "make a check with a slug"
    scene.ping(check)
    yield "first success of a check"
    scene.ping(check)
    yield "success on a healthy check without rules"
    scene.ping(check, body=b"x" * 5000)
    yield "the same with a body of 5,000 bytes"
    client.get(f"/ping/{scene.ping_key}/nightly")
    yield "the same by slug"
    for kind, name in (
        (Kind.LOG, "log"),
        (Kind.START, "start"),
        (Kind.SUCCESS, "success that ends a run"),
        (Kind.FAIL, "failure that turns it down"),
        (Kind.FAIL, "failure while it is down"),
        (Kind.SUCCESS, "success that brings it back"),
    ):
        scene.ping(check, kind)
        yield name


def ticks(scene: Scene, client: FlaskClient) -> Iterator[str]:
    check = scene.check()
    yield ""
    scene.house.tick()
    yield "tick with nothing due"
    scene.ping(check)
    scene.clock.advance(minutes=30)
    scene.ping(check)
    scene.clock.advance(minutes=40)
    yield ""
    scene.house.tick()
    yield "a check met that had called in time"
    scene.clock.advance(minutes=40)
    scene.house.tick()
    yield "a check met that fell silent, its alert delivered"
    scene.ping(check)
    yield ""
    scene.house.tick()
    yield "an alert met, and delivered"


def upkeep(scene: Scene, client: FlaskClient) -> Iterator[str]:
    house, now, check = scene.house, scene.clock(), scene.check(slug="nightly")
    yield ""
    checks.edit_check(house.checks, check_id=check, wishes=Wishes(Info(name="x", slug="nightly")), now=now)
    yield "edit its name"
    checks.pause_check(house.checks, check_id=check, now=now)
    yield "pause it"
    checks.resume_check(house.checks, check_id=check, now=now)
    yield "resume it"
    checks.read_log(house.checks, check_id=check, now=now, limit=30)
    yield "a page of a check's log"
    scene.hang_up()
    yield "hang up a channel, one check"
    checks.delete_check(house.checks, check_id=check)
    yield "delete it"
    accounts.create_user(house.accounts, email="bob@example.org", password=None, now=now)
    yield "`flask user create`"
    house.accounts.by_email("bob@example.org")
    yield "find somebody by address (sign-in, `flask project create`)"
    projects.create_project(
        house.projects,
        name="x",
        owner=scene.owner,
        secret_key=SECRET,
        now=now,
        api_key="w" * 32,
        api_key_readonly="r" * 32,
    )
    yield "`flask project create`, owner found"


def pages(scene: Scene, client: FlaskClient) -> Iterator[str]:
    ids = [scene.check(name="Nightly backup of the shop", tags="prod db") for _ in range(99)]
    ids.append(scene.check(slug="nightly"))
    scene.ping(ids[-1])
    yield ""
    scene.house.checks.listing(scene.project)
    yield "list 100 checks"
    client.get(f"/projects/{scene.project}/checks/")
    yield "list of 100 checks"
    client.get(f"/projects/{scene.project}/checks/live")
    yield "the same, asked anew"
    client.get(f"/checks/{ids[-1]}")
    yield "a check"


STORIES = (pings, ticks, upkeep, pages)


def test_access_patterns_cost_what_their_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row of its tables of costs is done, and its units counted."""
    told = {row[0]: (float(row[2]), int(row[3])) for row in rows(doc("access-patterns.md")) if row[-1].isdigit()}
    counted: dict[str, tuple[float, int]] = {}
    meter = Meter()
    for story in STORIES:
        with on_dynamodb(tmp_path) as (scene, client), monkeypatch.context() as patch:
            # A function, so that it becomes a method of each client.
            patch.setattr(BaseClient, "_make_api_call", lambda *call: meter.call(*call))  # noqa: PLW0108
            counted |= {name: meter.take() for name in story(scene, client)}
    del counted[""]
    assert counted == told


def oddities(scene: Scene, client: FlaskClient) -> Iterator[str]:
    """What the other stories leave out, so that every attribute there is gets written."""
    rules = Rules(post_only=True, filter_http_body=True, keywords=Keywords("a", "b", "c", default_fail=True))
    check, rid = scene.check(slug="odd"), str(uuid4())
    scene.ping(check)
    scene.ping(check, Kind.START, rid=rid)
    scene.ping(check, Kind.SUCCESS, rid=rid, exit_status=0, body=b"done")
    scene.ping(check, Kind.START, rid=rid)
    scene.channel.failures.append(DeliveryFailed("Gone", permanent=True))
    scene.ping(scene.check(), Kind.FAIL)
    scene.house.tick()
    wishes = Wishes(Info(rules=rules), manual_resume=True)
    checks.edit_check(scene.house.checks, check_id=check, wishes=wishes, now=scene.clock())
    accounts.create_user(scene.house.accounts, email="eve@example.org", password="correct horse", now=scene.clock())
    yield ""


def test_items_are_documented_with_their_attributes(tmp_path: Path) -> None:
    """The table of items tells of every kind that is ever written, with all its attributes, and of no other."""
    items = next(text for text in doc("access-patterns.md").split("\n## ") if text.startswith("Items"))
    told = {row[1].strip("`").partition("#")[0]: set(re.findall(r"`(\w+)`", row[3])) for row in rows(items)[2:]}
    found: dict[str, set[str]] = {}
    for story in (pings, ticks, upkeep, oddities):
        with on_dynamodb(tmp_path) as (scene, client):
            list(story(scene, client))
            sdk: Any = botocore.session.get_session().create_client("dynamodb")
            for item in sdk.scan(TableName=TABLE)["Items"]:
                found.setdefault(item["sk"]["S"].partition("#")[0], set()).update(item.keys() - {"pk", "sk"})
    assert found == told

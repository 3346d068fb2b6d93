"""The built-in documentation: what it names is there, and what it shows works."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import pytest
from flask import Flask

from handlers.web.docs.library import CONTENTS, Page, library
from tests.conftest import Engine
from tests.fakes import ROOT
from tests.house.test_docs import read_settings
from tests.web.browser import Browser
from tests.web.conftest import Site
from tocsin.domain.schedule import parse_schedule
from tocsin.services.keys import new_key_text
from tocsin.stores.keys import KeyKind

FOLDER = ROOT / "templates/docs"
PAGES = library(FOLDER)
NAMES = [name for _, names in CONTENTS for name in names]
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.name)


@pytest.fixture
def engine() -> Engine:
    """Pages are not kept in a store."""
    return "sqlite"


def source(page: Page) -> str:
    return (FOLDER / f"{page.name}.md").read_text()


def first_cells(name: str) -> list[str]:
    """Of the page's tables, those that are code."""
    return re.findall(r"^\| `([^`]+)` \|", source(PAGES[name]), re.MULTILINE)


def test_contents_name_every_page() -> None:
    """A file that nobody leads to is not read."""
    assert sorted(NAMES) == sorted(path.stem for path in FOLDER.iterdir())


def test_pages_are_read_once_a_process() -> None:
    """Whoever asks next gets what is there."""
    assert library(FOLDER) is PAGES


@each_page
def test_page_can_be_read_by_anybody(anonymous: Browser, page: Page) -> None:
    """Signed in or not, with its title, its sections and a way on."""
    shown = anonymous.get(f"/docs/{page.name}")
    assert shown.status == 200
    assert all(unescape(section.title) in shown.text for section in page.sections)
    assert shown.html.count("<h1") == 1


@each_page
def test_links_lead_somewhere(anonymous: Browser, page: Page) -> None:
    """To a page of the site, and to a heading that it has."""
    for link in anonymous.get(f"/docs/{page.name}").links:
        target = urlsplit(urljoin(f"http://localhost/docs/{page.name}", link))
        answer = anonymous.client.get(target.path, follow_redirects=True)
        assert answer.status_code == 200, link
        assert not target.fragment or f'id="{target.fragment}"' in answer.text, link


@each_page
def test_settings_that_a_page_names_are_there(page: Page) -> None:
    """No operator is sent after a setting that was renamed."""
    assert set(re.findall(r"TOCSIN_[A-Z_]+", source(page))) <= read_settings()


@each_page
def test_ping_urls_in_examples_are_answered(site: Site, page: Page) -> None:
    """Copied with the id or the key filled in, each one is a ping."""
    project = site.house.projects.get(site.project)
    assert project
    meant = {"PING_KEY": project.ping_key, "UUID": site.check(slug="nightly-backup"), "$rid": str(uuid4())}
    for path in re.findall(r"https://tocsin\.example\.org(/ping/[^\s`\";]+)", source(page)):
        asked = re.sub(r"\$(\?|status)", "0", path)
        asked = re.sub("|".join(map(re.escape, meant)), lambda word: meant[word[0]], asked)
        assert site.browser.client.get(asked).text in ("OK", "Created"), path


def test_addresses_in_examples_are_those_of_the_site(anonymous: Browser) -> None:
    """What is copied works where it was read."""
    shown = anonymous.get("/docs/pinging").html
    assert "http://localhost/ping/UUID/start" in shown
    assert "tocsin.example.org" not in shown


@pytest.mark.parametrize("name", ["cron", "oncalendar"])
def test_expressions_in_cheat_sheets_are_schedules(name: str) -> None:
    """Each has a next date; marks of cron are no expressions."""
    expressions = [cell for cell in first_cells(name) if len(cell) > 1]
    assert len(expressions) >= 11
    for expression in expressions:
        assert parse_schedule(expression, "UTC").next_after(datetime.now(UTC)), expression


def test_kinds_of_keys_are_those_that_are_made() -> None:
    """By what they begin with."""
    made = {new_key_text(kind)[:4] for kind in KeyKind if kind is not KeyKind.PING}
    assert set(first_cells("api")) == made


def test_unknown_page_is_not_there(anonymous: Browser) -> None:
    """Nor is a file of another folder."""
    for name in ("nothing", "cron.md", "..%2flayout.html", "%00"):
        assert anonymous.get(f"/docs/{name}").status == 404


def test_search_leads_to_the_section(anonymous: Browser) -> None:
    """Without JavaScript; what was typed stays in the box."""
    shown = anonymous.get("/docs/?q=time+zones")
    assert "/docs/schedules#time-zones" in shown.links
    assert 'value="time zones"' in shown.html


def test_search_that_finds_nothing_says_so(anonymous: Browser) -> None:
    """And what was typed is text, in the page and in its title."""
    shown = anonymous.get("/docs/?q=<script>unicorn")
    assert "Nothing tells of “<script>unicorn”" in shown.text
    assert "<script>unicorn" not in shown.html


def test_reading_imports_its_parser_when_asked(app: Flask, anonymous: Browser) -> None:
    """Pages that need no Markdown don't wait for it: nothing but this room imports it."""
    importers = [path for path in (ROOT / "handlers").rglob("*.py") if "markdown_it" in path.read_text()]
    assert [path.name for path in importers] == ["markdown.py"]

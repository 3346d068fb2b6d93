"""The page of badges: what is to be copied is what shows."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask

from tests.web.conftest import Site
from tocsin.domain.ping import Kind

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def page(site: Site, query: str = "") -> str:
    return site.browser.get(f"/projects/{site.project}/badges/{query}").html


def to_copy(site: Site, query: str = "") -> list[str]:
    """Of the project, its tags, and its checks, in this order."""
    return [unescape(text) for text in re.findall(r"<code id=[^>]*>(.*?)</code>", page(site, query))]


@pytest.fixture
def tagged(site: Site) -> Site:
    """With a check that is down, and one that is late."""
    site.ping(site.check(name="Dump [old]", tags="prod"), Kind.FAIL)
    site.ping(site.check(name="Mirror", tags="home"))
    site.clock.advance(minutes=62)
    return site


def test_every_badge_is_a_picture_of_its_own_site(tagged: Site) -> None:
    """Of the project, of each tag, of each check; and each picture is there."""
    pictures = re.findall(r'<img src="([^"]+)"', page(tagged))
    told = [tagged.browser.client.get(picture).text for picture in pictures]
    labels = [re.search(r"<title>(.*?)</title>", picture)[1] for picture in told]  # type: ignore[index]
    assert labels == ["Tocsin: down", "home: up", "prod: down", "Dump [old]: down", "Mirror: up"]


def test_late_shows_if_it_is_to(tagged: Site) -> None:
    """In the picture and in what is copied."""
    assert to_copy(tagged, "?as=json&states=3")[-1] == to_copy(tagged, "?as=json")[-1].replace("/b/2/", "/b/3/")
    answer = tagged.browser.client.get(urlsplit(to_copy(tagged, "?as=json&states=3")[-1]).path)
    assert answer.get_json()["status"] == "late"


def test_markdown_and_html_keep_names_as_they_are(tagged: Site) -> None:
    """A bracket in a name ends no link, and a quote ends no attribute."""
    assert to_copy(tagged)[3].startswith(r"![Dump \[old\]](http://localhost/b/2/")
    tagged.check(name='A "quoted" one')
    assert any(text.endswith('alt="A &quot;quoted&quot; one">') for text in to_copy(tagged, "?as=html"))


def test_shields_is_asked_for_what_it_reads(tagged: Site) -> None:
    """Their address holds ours, and ours answers as theirs wants it."""
    asked = urlsplit(to_copy(tagged, "?as=shields")[0])
    assert asked.netloc == "img.shields.io"
    ours = urlsplit(parse_qs(asked.query)["url"][0])
    assert tagged.browser.client.get(ours.path).get_json()["schemaVersion"] == 1


@pytest.mark.parametrize("query", ["?as=poem", "?states=9", "?as=&states="])
def test_odd_choice_is_no_choice(tagged: Site, query: str) -> None:
    """Nobody types these; links may be cut."""
    assert to_copy(tagged, query) == to_copy(tagged)


def test_empty_project_has_one_badge(site: Site) -> None:
    """Its own; of checks the page says nothing yet."""
    assert len(to_copy(site)) == 1
    assert "by-check" not in page(site)


def test_pictures_stay_below_the_stage_of_an_api(app: Flask, tagged: Site) -> None:
    """Behind a gateway all paths begin with the stage's name."""
    answer = tagged.browser.client.get(f"/projects/{tagged.project}/badges/", base_url="http://localhost/dev")
    assert re.findall(r'<img src="(/[^/]+/)', answer.text) == ["/dev/"] * 5

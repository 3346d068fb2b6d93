"""Search in the documentation: what is found, in which order, and how it is shown."""

from __future__ import annotations

import pytest

from handlers.web.docs.library import Page, Section
from handlers.web.docs.search import MOST, Hit, search


def page(title: str, text: str = "", *parts: tuple[str, str]) -> Page:
    sections = [Section(title, title, 1, text), *(Section(name, name, 2, words) for name, words in parts)]
    return Page(title, "Group", title, "", "", tuple(sections))


def names(hits: list[Hit]) -> list[str]:
    return [hit.section.title for hit in hits]


def test_title_goes_before_heading_and_heading_before_text() -> None:
    """However often a text has the word."""
    text = page("Pinging", "grace " * 50)
    heading = page("Schedules", "", ("Grace time", "So much later."))
    title = page("Grace", "How late a ping may be.")
    assert names(search([text, heading, title], "grace")) == ["Grace", "Grace time", "Pinging"]


def test_every_word_has_to_be_there() -> None:
    """In any order, in a text or in the headings above it."""
    pages = [page("Cron", "Five fields.", ("Time zones", "By the clock of a zone.")), page("Zones", "Nothing else.")]
    assert names(search(pages, "zone cron")) == ["Time zones"]
    assert search(pages, "zone unicorn") == []


def test_section_is_not_found_by_its_pages_title_alone() -> None:
    """Or each of them would be, and say nothing of it."""
    found = search([page("Webhooks", "Requests.", ("Discord", "A URL."), ("Words", "Facts."))], "webhooks")
    assert names(found) == ["Webhooks"]


def test_beginning_of_a_word_finds_it_and_the_whole_word_first() -> None:
    """Not its middle."""
    pages = [page("One", "The timeout."), page("Two", "The time."), page("Three", "A lifetime.")]
    assert names(search(pages, "TIME")) == ["Two", "One"]


@pytest.mark.parametrize("asked", ["", "   ", "?!", "(", "\\", "***("])
def test_nothing_asked_finds_nothing_and_breaks_nothing(asked: str) -> None:
    """Marks that mean something to patterns are text."""
    assert all(hit.section for hit in search([page("Cron", "Stars (such as *) and more.")], asked))


def test_signs_that_belong_to_a_word_are_looked_for() -> None:
    """As they stand in URLs and commands."""
    pages = [page("Ping", "Call /start first."), page("Start", "Begin here.")]
    assert names(search(pages, "/start")) == ["Ping"]


def test_excerpt_shows_the_word_and_what_is_around_it() -> None:
    """Cut between words, on either side."""
    text = "before " * 40 + "the needle is here " + "after " * 60
    [hit] = search([page("Hay", text)], "needle")
    assert "the <mark>needle</mark> is" in hit.excerpt
    assert hit.excerpt.startswith("… before ")
    assert hit.excerpt.endswith("after …")
    assert len(hit.excerpt) < 320


def test_excerpt_is_text_whatever_it_says() -> None:
    """What looks like HTML is none, inside the marks and outside."""
    [hit] = search([page("Page", "a <b>bold</b> & <i>word</i>")], "bold")
    assert hit.excerpt == "a &lt;b&gt;<mark>bold</mark>&lt;/b&gt; &amp; &lt;i&gt;word&lt;/i&gt;"


def test_many_hits_are_cut() -> None:
    """Who has more than these to choose from asks again."""
    assert len(search([page(f"Page {n}", "word") for n in range(50)], "word")) == MOST

"""How badges are drawn."""

from __future__ import annotations

from xml.dom import minidom

import pytest

from handlers.badge_svg import MAX_LABEL, draw
from tests.handlers.badges import Picture


def width(label: str, status: str = "up") -> int:
    return Picture(draw(label, status)).width


@pytest.mark.parametrize(("status", "color"), [("up", "#4c1"), ("late", "#fe7d37"), ("down", "#e05d44")])
def test_status_has_its_colour(status: str, color: str) -> None:
    """The protocol's: the label on grey, and what is the matter."""
    svg = draw("Nightly", status)
    assert svg.count('fill="#555"') == svg.count(f'fill="{color}"') == 1
    assert Picture(svg).root["aria-label"] == f"Nightly: {status}"


def test_width_follows_the_characters() -> None:
    """Ten pixels around each text, and as many for a character as Verdana takes."""
    assert width("Tocsin") == 35 + 10 + 14 + 10  # T 6.8, o 6.7, c 5.7, s 5.7, i 3.0, n 7.0; u 7.0, p 6.9 are 14
    assert width("WWWW") > width("iiii")
    assert width("備份") - width("ж備") == 4


def test_marks_take_no_room() -> None:
    """An accent stands on its letter, however it is encoded, and a joiner between two is not seen."""
    assert width("Ärger") == width("A\u0308rger") == width("Arger")
    assert width("a\u200db") == width("ab")


def test_long_label_is_cut_where_it_is_drawn() -> None:
    """A badge stays one, and still says in full what it is for to those who point at it or listen."""
    label = "W" * 500
    picture = Picture(draw(label, "down"))
    assert picture.texts[0] == "W" * (MAX_LABEL - 1) + "…"
    assert picture.title == picture.root["aria-label"] == f"{label}: down"
    assert picture.width < MAX_LABEL * 11 + 60


@pytest.mark.parametrize(
    "label",
    ["", " ", "<script>alert(1)</script>", "&amp; \"'", "]]>", "\x00\x1b[31m\x7f", "\ufffe\uffff", "{0}{x}", "نسخة"],
)
def test_any_label_makes_well_formed_xml(label: str) -> None:
    """Markup is text, and what XML can't hold is a question mark in a box."""
    title = minidom.parseString(draw(label, "up")).getElementsByTagName("title")[0].firstChild  # noqa: S318 (our own)
    assert title is not None
    legal = "".join("\ufffd" if char in "\x00\x1b\ufffe\uffff" else char for char in label)
    assert title.nodeValue == f"{legal}: up"

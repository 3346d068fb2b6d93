"""The text that an HTML page shows."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.html_text import text_of_html


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("", ""),
        ("no tags", "no tags"),
        ("<p>one</p><p>two</p>", "one two"),
        ("<td>a</td><td>b<br/>c</td>", "a b c"),
        ("FAI<b>LE</b><span class='x'>D</span>", "FAILED"),
        ("<B>x</B>y<BR>z", "xy z"),
        ("a \n\t b\N{NO-BREAK SPACE}c&nbsp;d", "a b c d"),
        ("<script>if (a < b) { '</p>' }</script>x<STYLE type=a>p {}</STYLE >y", "xy"),
        ("<style>a</style\n>b", "b"),
        ("<script src=x></script><scripted>kept</scripted>", "kept"),
        ("a<script>never closed </scripts> b", "a"),
        ("a<!-- <p>b</p> -->c<!--> d <!---> e <!-- x --!> f", "ac d e f"),
        ("a<!-- never closed", "a"),
        ("<!DOCTYPE html><?xml x?><![if !mso]>a<![endif]>", "a"),
        ("""<a title="1 > 0" href='x>y'>link</a>""", "link"),
        ("<a title=it's>a</a> it's <b>b</b>", "a it's b"),
        ("1 < 2, 3 <4> 5 <-", "1 < 2, 3 <4> 5 <-"),
        ("a <b", "a"),
        ("1 <b and 2 < 3", "1 < 3"),
        ("<p title='never closed>a", ""),
        ("<p <b>x</b>", "x"),
        ("&lt;b&gt; &amp;amp; &auml;&#228;&#xE4;&#x1F600; &copy", "<b> &amp; äää\N{GRINNING FACE} ©"),
        ("&#" + "9" * 5000, "\ufffd" + "9" * 4992),
        ("&nonsense; & &; &#; &#x; &#55296; &#99999999;", "&nonsense; & &; &#; &#x; \ufffd \ufffd"),
    ],
)
def test_page_is_read_as_people_see_it(page: str, text: str) -> None:
    """Without what is not shown; words stay whole, and blocks stay apart."""
    assert text_of_html(page) == text


@pytest.mark.parametrize(
    "piece",
    [
        "<",
        "<a",
        "<a'='",
        '<a ="',
        "<!--",
        "<script ",
        "</script",
        "<style></style ",
        "&",
        "&#1",
        "&aaaaaaaaaa",
        "<b =",
        "= ",
    ],
)
@pytest.mark.parametrize("begin", ["", "<a", "<script>"])
def test_page_that_is_made_to_hurt_is_read(begin: str, piece: str) -> None:
    """A million of what looks like a beginning: an expression that tries again from each would not come back."""
    assert isinstance(text_of_html(begin + piece * 300_000), str)


TAGS = st.sampled_from(
    ["<p>", "</b>", "<script>", "</script>", "<!--", "-->", "<a x='", '="', "&amp;", "&#1", "<", ">"]
)


@given(st.lists(TAGS | st.text(max_size=10), max_size=30).map("".join))
def test_nonsense_is_one_line(page: str) -> None:
    """Never an error, and never two spaces."""
    text = text_of_html(page)
    assert text == " ".join(text.split())


@given(st.text(st.characters(codec="utf-8", exclude_characters="<>&"), max_size=100))
def test_text_without_tags_stays(text: str) -> None:
    """Only its white space is collapsed."""
    assert text_of_html(text) == re.sub(r"\s+", " ", text).strip()

"""Project documents as text: what is written is read back, and what can't be read is said with its place."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.documents import MAX_COMPLAINTS, Format, Unreadable, format_of, read_text, write_text
from tocsin.services.declared import Invalid
from tocsin.services.project_document import read_project_document

_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=60),
    st.text(st.sampled_from(" \n\n- \t\r-:#'\"{}[],&*!|>%@`?\\xyz0123.~é\x85\u2028😀"), max_size=40),
    st.from_regex(r"[-+]?[0-9_.:oxeE]{1,12}", fullmatch=True),
    st.sampled_from(
        ["yes", "No", "NULL", "~", "", "<<", "=", "2024-01-01", "1:30", "y", "N", ".inf", "- x", "...", "---"]
    ),
)
_VALUES = st.recursive(
    _TEXTS | st.integers(-(2**70), 2**70) | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4),
    max_leaves=12,
)


def read(text: str | bytes, form: Format = Format.YAML) -> Any:
    return read_text(text.encode() if isinstance(text, str) else text, form).data


def refusal(text: str | bytes, form: Format = Format.YAML) -> list[str]:
    with pytest.raises(Unreadable) as caught:
        read(text, form)
    return caught.value.complaints


@settings(max_examples=500)
@given(data=st.dictionaries(_TEXTS, _VALUES, min_size=1, max_size=4))
def test_what_is_written_is_read(data: dict[str, Any]) -> None:
    """By us, and the YAML by others, whatever a text looks like."""
    for form in Format:
        assert read(write_text(data, form), form) == data
    assert yaml.safe_load(write_text(data, Format.YAML)) == data


def test_yaml_is_written_to_be_read() -> None:
    """Lists are indented, entries set apart, texts as they are; what looks like something else is in quotes."""
    data = {
        "tocsin": 1,
        "project": {"name": "yes"},
        "channels": [],
        "checks": [
            {
                "name": "dump",
                "tags": ["prod", "db"],
                "timeout": 3600,
                "desc": "One line.\nAnother: one.\n",
                "track_runs": True,
            },
            {"name": "1_000", "desc": "x " * 100 + "x"},
        ],
    }
    assert (
        write_text(data, Format.YAML)
        == f"""\
tocsin: 1

project:
  name: 'yes'

channels: []

checks:
  - name: dump
    tags: [prod, db]
    timeout: 3600
    desc: |
      One line.
      Another: one.
    track_runs: true

  - name: '1_000'
    desc: {"x " * 100}x
"""
    )


def test_empty_lines_at_the_end_of_a_text_are_its_own() -> None:
    """They are not told from those between two entries unless somebody sees to it."""
    data = {"checks": [{"desc": f"one\n{'two' * 20}{ending}"} for ending in ("", "\n", "\n\n", "\n\n\n", "\n \n")]}
    assert read(write_text(data, Format.YAML)) == data


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("60", 60),
        ("-7", -7),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'60'", "60"),
        ('"yes"', "yes"),
        ("0 3 * * *", "0 3 * * *"),
        ("[a, 'b']", ["a", "b"]),
        ("|\n  yes\n", "yes\n"),
    ],
)
def test_words_without_quotes_mean_what_all_programs_take_them_for(word: str, value: object) -> None:
    """Numbers in plain digits, true, false, null, and text."""
    assert read(f"a: {word}\n") == {"a": value}


@pytest.mark.parametrize(
    ("word", "complaint"),
    [
        ("yes", "yes is true or false to some programs: write true or false, or put it in quotes"),
        ("Off", "Off is true or false to some programs: write true or false, or put it in quotes"),
        ("n", "n is true or false to some programs: write true or false, or put it in quotes"),
        ("1_000", "1_000 is a number to some programs: write it in plain digits, or put it in quotes"),
        ("0o17", "0o17 is a number to some programs: write it in plain digits, or put it in quotes"),
        ("017", "017 is a number to some programs: write it in plain digits, or put it in quotes"),
        ("12:30:00", "12:30:00 is a number to some programs: write it in plain digits, or put it in quotes"),
        (".inf", ".inf is a number to some programs: write it in plain digits, or put it in quotes"),
        ("2024-01-01", "2024-01-01 is a date to some programs: put it in quotes"),
        ("<<", "<< is something else to some programs: put it in quotes"),
    ],
)
def test_words_that_programs_read_differently_are_refused(word: str, complaint: str) -> None:
    """All of them at once, with line and column."""
    assert refusal(f"a: 1\nb: [{word},\n  {word}]\n") == [
        f"line 2, column 5: {complaint}",
        f"line 3, column 3: {complaint}",
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: &x 1\nb: *x\n", "line 1, column 4: anchors (&) and tags (!) have no place here: leave it out"),
        ("- *x\n", "line 1, column 3: *x can't stand for something else here: write it out"),
        ("a: !!python/object:os.system x\n", "line 1, column 4: anchors (&) and tags (!)"),
        ("a: 1\na: 2\n", 'line 2, column 1: "a" stands twice here: one of them must go'),
        ("? [a]\n: 1\n", "line 1, column 3: a name must be plain text"),
        ("&x a: 1\n", "line 1, column 1: a name must be plain text"),
        ("a: 1\n---\nb: 2\n", "line 2, column 1: a second document begins here: one is all that is read"),
        ("a: 'x\n\n", "line 3, column 1: this is not YAML: while scanning a quoted scalar from line 1, found unexp"),
        (
            "a:\n\t- 1\n",
            "line 2, column 1: this is not YAML: while scanning for the next token from line 2, found char",
        ),
        ("a: b: c\n", "line 1, column 5: this is not YAML: mapping values are not allowed in this context"),
        ("[" * 100_000, "line 1, column 22: this is nested too deeply"),
        ("a: \x07\n", "line 1: the character U+0007 can't stand here: write an escape"),
        ('a: "\\ud800"\n', "line 1, column 7: this is not YAML: while parsing a quoted scalar from line 1, found inva"),
        ("\n \n", "there is nothing in it: a project document begins with tocsin: 1"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 1: this is not text in UTF-8"),
        ("a: 1\n".encode("utf-16"), "line 1: this is not text in UTF-8"),
        (
            "{a: " + "9" * 9999 + "}",
            "line 1, column 5: 9999999999999999999999999999999999999999… is a number to some pro",
        ),
    ],
)
def test_what_is_no_yaml_for_us_is_said_with_its_place(text: str | bytes, complaint: str) -> None:
    """However long, deep or odd."""
    assert refusal(text)[0].startswith(complaint)


def test_aliases_cost_nothing() -> None:
    """The few bytes that would become gigabytes are never looked at twice."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join(9 * [f'*{before}'])}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    complaints = refusal(bomb)
    assert len(complaints) == 1 + 8 * 10


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"a": 1, "a": 2}', 'this is not JSON: "a" stands twice in one object'),
        ('{"a": 1,\n "b": }', "line 2, column 7: this is not JSON: expecting value"),
        ('{"a": NaN}', "this is not JSON: NaN is no number"),
        ('{"a": "\\ud800"}', "\\ud800 to \\udfff are halves of characters: write the whole character"),
        ('{"a":' * 100_000, "this is nested too deeply"),
        ('{"a": ' + "9" * 9999 + "}", "this is not JSON: a number has more than 300 digits"),
        ("", "there is nothing in it"),
        (b'{"a": "\n\xff"}', "line 2: this is not text in UTF-8"),
    ],
)
def test_what_is_no_json_is_said(text: str | bytes, complaint: str) -> None:
    """In the same way."""
    assert refusal(text, Format.JSON)[0].startswith(complaint)


@settings(max_examples=200)
@given(
    raw=st.binary(max_size=200) | st.text(st.sampled_from("ab:-[]{}&*!|>'\"%@#,? \n\t1~"), max_size=60).map(str.encode)
)
def test_any_bytes_are_a_document_or_refused(raw: bytes) -> None:
    """Nothing else happens."""
    for form in Format:
        with suppress(Unreadable):
            read_text(raw, form)


def test_complaints_end_somewhere() -> None:
    """A file that is all wrong is told of for a hundred lines."""
    assert len(refusal("- yes\n" * 5000)) == MAX_COMPLAINTS


@pytest.mark.parametrize(
    ("raw", "form"),
    [
        (b'{"tocsin": 1}', Format.JSON),
        (b'\xef\xbb\xbf\n {"tocsin": 1}', Format.JSON),
        (b"tocsin: 1\n", Format.YAML),
        (b"# {\ntocsin: 1\n", Format.YAML),
    ],
)
def test_the_form_shows_at_the_beginning(raw: bytes, form: Format) -> None:
    """A byte order mark is no part of it."""
    assert format_of(raw) is form
    assert read_text(raw, form).data == {"tocsin": 1}


def test_problems_of_a_document_are_told_with_their_lines() -> None:
    """Of YAML; what is missing is told with the line of what it is missing in."""
    text = """\
tocsin: 1
channels:
  - name: ops
    config:
      address: x
checks:
  - name: true
    timeout: 5
    tags: [a,
      2]
    desc:
    slug: no slug
"""
    parsed = read_text(text.encode(), Format.YAML)
    with pytest.raises(Invalid) as caught:
        read_project_document(parsed.data)
    assert parsed.complaints(caught.value.problems) == [
        "line 3: channels[0].kind: is missing",
        "line 7: checks[0].name: must be text, not true or false: put it in quotes",
        "line 12: checks[0].slug: must match ^[a-z0-9_-]*$",
        "line 10: checks[0].tags[1]: must be text, not a number: put it in quotes",
        "line 11: checks[0].desc: must be text, not null",
        "line 8: checks[0].timeout: must be at least 60",
    ]
    with pytest.raises(Invalid) as caught:
        read_project_document(read(b"[]", Format.JSON))
    assert parsed.complaints(caught.value.problems) == ["line 1: must be an object, not a list"]

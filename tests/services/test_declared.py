"""Reading input by its declaration: every fault is found, named by its place, and told in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Struct, UnsetType

from tocsin.services.check_fields import Name, RunLimit, Slug, Tag, Timeout, Tolerance
from tocsin.services.declared import Invalid, problems, read


class Inner(Struct, forbid_unknown_fields=True):
    address: Name
    kind: Literal["mail", "web", ""] = ""


class Wish(Struct, forbid_unknown_fields=True):
    name: Name
    slug: Slug | UnsetType = UNSET
    timeout: Timeout | UnsetType = UNSET
    max_duration: RunLimit | UnsetType | None = UNSET
    tolerance: Tolerance = 0
    tags: list[Tag] = []
    quiet: bool = False
    inner: list[Inner] = []
    config: dict[str, str] = {}
    rings: list[Name] | Literal["*"] | UnsetType = UNSET
    seen: Any = None
    """Ignored, whatever it is."""


# Without line feeds: msgspec lets a pattern's $ match before one, which is what `read` is stricter about.
texts = st.text(st.characters(exclude_characters="\n"), max_size=3)
scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts
near_values = scalars | st.sampled_from(["a" * 101, "A", "ok", 60, 59, 31536000, 31536001, 100, "mail", "*"])
json_values = st.recursive(
    near_values, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3)
)
inners = st.dictionaries(st.sampled_from(["address", "kind", "kid"]), near_values, max_size=3)
wishes = st.dictionaries(
    st.sampled_from([*(field.name for field in msgspec.structs.fields(Wish)), "nmae"]),
    json_values | st.lists(inners, max_size=2) | st.dictionaries(texts, texts, max_size=2),
)


@given(data=wishes | json_values)
def test_what_has_no_fault_can_be_converted_and_only_that(data: object) -> None:
    """Our walk through a declaration and msgspec's own agree about every input."""
    try:
        converted = msgspec.convert(data, Wish)
    except msgspec.ValidationError:
        assert problems(Wish, data) != []
        with pytest.raises(Invalid):
            read(Wish, data)
    else:
        assert problems(Wish, data) == []
        assert read(Wish, data) == converted


@given(data=wishes)
def test_every_fault_is_told_at_once(data: dict[str, object]) -> None:
    """Without the fields that were named as wrong, or with what was missing, the rest is right."""
    wrong = {problem.path.partition("[")[0].partition(".")[0] for problem in problems(Wish, data)}
    rest = {name: value for name, value in data.items() if name not in wrong}
    assert problems(Wish, {"name": ""} | rest) == []


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ([], ["must be an object, not a list"]),
        ({}, ["name: is missing"]),
        ({"name": None}, ["name: must be text, not null"]),
        ({"name": "n" * 101}, ["name: must have at most 100 characters, not 101"]),
        ({"name": "", "slug": "a\n"}, ["slug: must match ^[a-z0-9_-]*$"]),
        ({"name": "", "timeout": True}, ["timeout: must be at least 60"]),
        ({"name": "", "timeout": 60.0}, ["timeout: must be a whole number, not a number with a fraction"]),
        ({"name": "", "timeout": 10**400}, ["timeout: must be at most 31536000"]),
        ({"name": "", "tolerance": True}, ["tolerance: must be a whole number, not true or false"]),
        ({"name": "", "max_duration": "1"}, ["max_duration: must be a whole number, not text"]),
        ({"name": "", "quiet": 1}, ["quiet: must be true or false, not a number"]),
        ({"name": "", "tags": "a b"}, ["tags: must be a list, not text"]),
        ({"name": "", "tags": ["a b", 3]}, [r"tags[0]: must match ^\S+$", "tags[1]: must be text, not a number"]),
        ({"name": "", "config": {"url": 1}}, ["config.url: must be text, not a number"]),
        ({"name": "", "config": []}, ["config: must be an object, not a list"]),
        (
            {"name": "", "inner": [{"kind": "fax"}]},
            ["inner[0].address: is missing", 'inner[0].kind: must be one of "", "mail", "web"'],
        ),
        ({"name": "", "rings": "all"}, ['rings: must be a list, not text, or must be one of "*"']),
        ({"name": "", "rings": [1]}, ["rings[0]: must be text, not a number"]),
        ({"name": "", "rings": "*", "seen": [{}]}, []),
        ({"nmae": "x", "name": "x"}, ["nmae: is not known here: did you mean name?"]),
    ],
)
def test_faults_say_where_and_what_it_must_be(sent: object, told: list[str]) -> None:
    assert [str(problem) for problem in problems(Wish, sent)] == told


def test_field_that_is_ignored_is_proposed_to_nobody() -> None:
    (told,) = problems(Wish, {"name": "", "sean": 1})
    assert told.sentence.startswith("is not known here: the fields are name, slug")
    assert "seen" not in told.sentence


def test_unknown_field_without_a_likeness_is_answered_with_the_fields_there_are() -> None:
    with pytest.raises(Invalid, match="zzz: is not known here: the fields are address, kind"):
        read(Inner, {"address": "", "zzz": 1})


def test_declaration_that_cannot_be_read_is_a_fault_of_the_programmer() -> None:
    """Not one of the caller's: it must never become an answer with status 400."""

    class Odd(Struct):
        ratio: float

    with pytest.raises(TypeError, match="FloatType"), suppress(Invalid):
        read(Odd, {"ratio": 1.5})

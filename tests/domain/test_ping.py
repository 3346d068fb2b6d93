"""What a ping says, and how a check's rules read it (protocol 1.6 to 1.8)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes import START
from tocsin.domain.ping import (
    InvalidExitStatus,
    InvalidRid,
    Keywords,
    Kind,
    Ping,
    Rules,
    durations,
    parse_exit_status,
    parse_rid,
    url_kind,
)

MINUTE = timedelta(minutes=1)
WORDS = Keywords(start="begin", success="done, finished", failure="error,panic")


@pytest.mark.parametrize(("digits", "status"), [("0", 0), ("00", 0), ("007", 7), ("255", 255), ("0000255", 255)])
def test_exit_status_reads_decimal_digits(digits: str, status: int) -> None:
    """Leading zeros are allowed."""
    assert parse_exit_status(digits) == status


@pytest.mark.parametrize("digits", ["256", "999", "1000", "9" * 5000])
def test_exit_status_over_255_is_refused(digits: str) -> None:
    """However many digits there are."""
    with pytest.raises(InvalidExitStatus):
        parse_exit_status(digits)


def test_rid_is_kept_in_lower_case() -> None:
    """Either case is accepted."""
    assert parse_rid("ABCDEF00-0000-4000-8000-00000000000A") == "abcdef00-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    "text", ["", "1", "abcdef00000040008000000000000000", "abcdef00-0000-4000-8000-00000000000g", "{}", "é" * 36]
)
def test_rid_must_be_canonical(text: str) -> None:
    """Anything but 8-4-4-4-12 hexadecimal digits is refused."""
    with pytest.raises(InvalidRid):
        parse_rid(text)


@pytest.mark.parametrize(
    ("kind", "status", "counts_as"),
    [
        (Kind.SUCCESS, None, Kind.SUCCESS),
        (Kind.SUCCESS, 0, Kind.SUCCESS),
        (Kind.SUCCESS, 1, Kind.FAIL),
        (Kind.START, None, Kind.START),
    ],
)
def test_exit_status_decides_the_kind(kind: Kind, status: int | None, counts_as: Kind) -> None:
    """Not zero is a failure."""
    assert url_kind(kind, status) is counts_as


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("begin", Kind.START),
        ("done", Kind.SUCCESS),
        ("begin, finished", Kind.SUCCESS),
        ("done but: error", Kind.FAIL),
        ("DONE", Kind.IGN),
        ("", Kind.IGN),
    ],
)
def test_keywords_in_order(text: str, kind: Kind) -> None:
    """Failure beats success beats start; case matters; no match is ignored."""
    assert WORDS.judge(text) is kind


def test_keywords_default_to_failure_if_asked() -> None:
    """A text without any word can be a failure."""
    assert Keywords(default_fail=True).judge("hello") is Kind.FAIL


@pytest.mark.parametrize("csv", ["", " ", ",", " , ,"])
def test_keywords_that_are_empty_never_match(csv: str) -> None:
    """An empty word is no word, or every text would hold it."""
    assert Keywords(csv, csv, csv).judge("anything at all") is Kind.IGN


def test_rules_by_default_change_nothing() -> None:
    """A check without rules takes every ping as it is."""
    assert all(Rules().judge(kind, method="GET", body=b"error") is kind for kind in Kind)


@pytest.mark.parametrize(("method", "kind"), [("POST", Kind.FAIL), ("GET", Kind.IGN), ("HEAD", Kind.IGN)])
def test_rules_post_only(method: str, kind: Kind) -> None:
    """Anything but a POST is ignored, before any keyword is looked at."""
    rules = Rules(post_only=True, filter_http_body=True, keywords=WORDS)
    assert rules.judge(Kind.SUCCESS, method=method, body=b"panic") is kind


@pytest.mark.parametrize("kind", list(Kind))
def test_rules_on_bodies_replace_what_the_url_said(kind: Kind) -> None:
    """Even /fail counts as what the body says."""
    rules = Rules(filter_http_body=True, keywords=WORDS)
    assert rules.judge(kind, method="GET", body=b"done") is Kind.SUCCESS


@given(st.binary())
def test_rules_never_fail_on_bytes(body: bytes) -> None:
    """A body that is no UTF-8 is matched as well as it can be."""
    rules = Rules(filter_http_body=True, keywords=WORDS)
    assert rules.judge(Kind.SUCCESS, method="POST", body=body + b" error") is Kind.FAIL


def _pings(*steps: tuple[Kind, int, str | None]) -> list[Ping]:
    return [Ping(n, START + minute * MINUTE, kind, rid=rid) for n, (kind, minute, rid) in enumerate(steps, start=1)]


@pytest.mark.parametrize(
    ("steps", "minutes"),
    [
        ([(Kind.START, 0, None), (Kind.SUCCESS, 3, None)], {2: 3}),
        ([(Kind.START, 0, None), (Kind.LOG, 1, None), (Kind.IGN, 2, None), (Kind.FAIL, 3, None)], {4: 3}),
        ([(Kind.START, 0, None), (Kind.START, 1, None), (Kind.SUCCESS, 3, None)], {3: 2}),
        ([(Kind.START, 0, None), (Kind.SUCCESS, 3, None), (Kind.SUCCESS, 4, None)], {2: 3}),
        ([(Kind.START, 0, "a"), (Kind.START, 1, "b"), (Kind.SUCCESS, 3, "a"), (Kind.FAIL, 9, "b")], {3: 3, 4: 8}),
        ([(Kind.START, 0, "a"), (Kind.SUCCESS, 3, None)], {}),
        ([(Kind.SUCCESS, 3, None)], {}),
        ([(Kind.START, 0, None), (Kind.SUCCESS, 72 * 60, None)], {2: 72 * 60}),
        ([(Kind.START, 0, None), (Kind.SUCCESS, 72 * 60 + 1, None)], {}),
    ],
)
def test_durations(steps: list[tuple[Kind, int, str | None]], minutes: dict[int, int]) -> None:
    """Each finish is paired with the latest start of its run id, at most 72 hours back."""
    found = durations(reversed(_pings(*steps)))
    assert found == {n: amount * MINUTE for n, amount in minutes.items()}


def test_ping_is_shown_without_its_body() -> None:
    """A body is long, and the job's own affair."""
    assert (
        repr(Ping(1, START, Kind.LOG, body=b"secret", size=6))
        == f"Ping(n=1, at={START.isoformat()}, kind='log', size=6)"
    )

"""Any project documents at all."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

_NAMES = ["", "dump", "nightly dump", "yes", "1_000", "Ünïcode: {#}", " - two\nlines\n"]
_WORDS = st.sampled_from(["", "ok", "started, begun", "fehler, ✗"])
_TEXTS = st.one_of(st.sampled_from(_NAMES), st.text(st.characters(exclude_categories=["Cs"]), max_size=40))


def _fields(**values: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=values)


_TIMES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"timeout": st.integers(60, 31_536_000)}),
    st.fixed_dictionaries(
        {"schedule": st.sampled_from(["0 3 * * *", " */5  * * * 1-5", "Mon..Fri 04:30", "*-*-1 00:00\n*-*-15 00:00"])},
        optional={"tz": st.sampled_from(["UTC", "Europe/Vienna", "Europe/Kiev"])},
    ),
)
_REST = _fields(
    tags=st.lists(st.sampled_from(["prod", "db", "yes", "2024-01-01"]), max_size=3),
    desc=_TEXTS,
    grace=st.integers(3600, 31_536_000),
    max_duration=st.integers(3600, 31_536_000) | st.none(),
    min_duration=st.integers(1, 3600) | st.none(),
    failure_tolerance=st.integers(0, 100),
    track_runs=st.booleans(),
    manual_resume=st.booleans(),
    methods=st.sampled_from(["", "POST"]),
    filter_subject=st.booleans(),
    filter_body=st.booleans(),
    filter_http_body=st.booleans(),
    filter_default_fail=st.booleans(),
    start_kw=_WORDS,
    success_kw=_WORDS,
    failure_kw=_WORDS,
)
_CHECKS = st.builds(
    lambda identity, times, rest: {**identity, **times, **rest},
    st.fixed_dictionaries({"name": st.sampled_from(_NAMES), "slug": st.sampled_from(["", "s-1", "s_2", "3"])}).filter(
        lambda identity: identity["name"] or identity["slug"]
    ),
    _TIMES,
    _REST,
)
_CHANNELS: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["ops mail", "Pager", "yes", " spaced ", "a, b"]),
        "kind": st.just("fake"),
        "config": st.fixed_dictionaries({"address": _TEXTS, "token": _TEXTS, "body": _TEXTS}),
    }
)


def _slug(check: dict[str, Any]) -> str:
    return str(check["slug"] or check["name"] + "\0")


def _name(check: dict[str, Any]) -> str:
    """Not told apart by slugs alone: a later document may name a check by nothing else."""
    return str(check["name"] or check["slug"] + "\0")


@st.composite
def any_parts(draw: st.DrawFn) -> dict[str, Any]:
    """The parts of a document whose checks all can be told apart."""
    channels = draw(st.lists(_CHANNELS, max_size=4, unique_by=lambda channel: channel["name"].strip()))
    checks = draw(st.lists(_CHECKS, max_size=5, unique_by=(_slug, _name)))
    names = [channel["name"].strip() for channel in channels]
    for check in checks:
        named = draw(st.booleans())
        if names and named:
            check["channels"] = draw(st.lists(st.sampled_from(names), unique=True, max_size=len(names)))
    keeps = draw(_fields(log_days=st.integers(1, 3650), log_count=st.integers(1, 1_000_000)))
    return {"project": {"name": "Backups", **keeps}, "channels": channels, "checks": checks}

"""What the machine draws from: few values of each kind, so that they meet often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from hypothesis import strategies as st

from tests.model.plans import CRON, ON_CALENDAR, Plan
from tests.model.rules import Rules, Said

Changes: TypeAlias = dict[str, object]
Pools: TypeAlias = Mapping[str, st.SearchStrategy[object]]
Nonsense: TypeAlias = tuple[Said, dict[str, str], str]
"""A ping with parameters of its URL, and the answer to it."""

RIDS = [f"{letter * 8}-0000-4000-8000-00000000000{letter}" for letter in "abcde"]

ACTIONS = ("success", "start", "fail", "log", "exit")

NONSENSE: Sequence[Nonsense] = (
    (Said(exit_status=256), {}, "invalid url format"),
    (Said(exit_status=3000000000), {"create": "1"}, "invalid url format"),
    (Said(rid="1"), {}, "invalid uuid format"),
    (Said("start", rid=RIDS[0].replace("-", "")), {}, "invalid uuid format"),
    (Said("log", rid=RIDS[0] + "\n"), {}, "invalid uuid format"),
)

BODIES = (b"", b"all well", b"ERROR: disk full", b"begin", b"well, an ERROR", b"\xff\xfe well \x00", b"\xc3")
LONG_BODIES = (b"x" * 301, bytes(range(256)) * 8)


def pings(*actions: str, rids: int = 3) -> st.SearchStrategy[Said]:
    """Pings by HTTP that say one of these, of so many runs; `exit` is an exit status, 0 or not."""
    signals: list[tuple[str, int | None]] = [("success", status) for status in (0, 7, 255) if "exit" in actions]
    signals += [(action, None) for action in actions if action != "exit"]

    def said(signal: tuple[str, int | None], rid: str | None, method: str, body: bytes) -> Said:
        return Said(signal[0], rid, signal[1], method, body)

    methods = st.sampled_from(("GET", "POST", "HEAD", "PUT", "OPTIONS"))
    ids = st.sampled_from([None, *RIDS[-rids:]])
    return st.builds(said, st.sampled_from(signals), ids, methods, st.sampled_from(BODIES + LONG_BODIES))


def mail(message: bytes, subject: str, text: str) -> Said:
    """A ping by mail, and what people see of it."""
    return Said(method="", body=message, scheme="email", subject=subject, text=text)


mails = st.sampled_from(
    [
        mail(b"Subject: Backup\r\n\r\nall well\r\n", "Backup", "all well"),
        mail(b"Subject: ERROR, but well\r\n\r\nbegin", "ERROR, but well", "begin"),
        mail(b"Subject: =?utf-8?q?w=65ll?=\r\n\r\n", "well", ""),
        mail(b"Content-Type: text/html\n\n<p title='begin'>ERROR &amp; more</p>" + b" " * 400, "", "ERROR & more"),
        mail(b"\xff", "", ""),
    ]
)


def some(*pools: Pools) -> st.SearchStrategy[Changes]:
    """A few settings, with values."""
    return st.fixed_dictionaries({}, optional={name: pool[name] for pool in pools for name in pool})


def every(*pools: Pools) -> st.SearchStrategy[Changes]:
    """All of these settings, with values."""
    return st.fixed_dictionaries({name: pool[name] for pool in pools for name in pool})


periods = [timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1), timedelta(days=1), timedelta(days=7)]
in_a_day = datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC)
plans = [
    *[Plan(every=period) for period in periods],
    *CRON,
    *ON_CALENDAR,
    Plan(f"{in_a_day:%Y-%m-%d %H:%M:%S}", once=in_a_day),
]
words = st.sampled_from(("", "ERROR", "well", "begin", " , well ,,", "disk,begin", "\ufffd", "error"))

PROTOCOL: Pools = {
    "plan": st.sampled_from(plans),
    "grace": st.sampled_from(periods[:4]),
    "manual_resume": st.booleans(),
}
RULES: Pools = {
    "rules": st.builds(
        Rules,
        *[st.booleans()] * 5,
        *[words] * 3,
    )
}
LIMITS: Pools = {
    "max_duration": st.sampled_from([None, timedelta(seconds=30), timedelta(minutes=2), timedelta(hours=3)]),
    "min_duration": st.sampled_from([None, timedelta(seconds=1), timedelta(seconds=30)]),
    "tolerance": st.integers(0, 3),
}
TRACKED: Pools = {"tracked": st.sampled_from((True, True, False))}

steps = st.one_of(
    st.sampled_from([timedelta(microseconds=1), timedelta(seconds=1), timedelta(seconds=30), *periods]),
    st.timedeltas(timedelta(0), timedelta(hours=2)),
    st.sampled_from([timedelta(days=3), timedelta(days=21)]),
)
LONGEST_BACK = timedelta(seconds=2)
steps_back = st.sampled_from([*[timedelta(0)] * 4, timedelta(microseconds=1), timedelta(seconds=1), LONGEST_BACK])
pauses = st.sampled_from([timedelta(seconds=seconds) for seconds in (0, 0, 1, 29, 30, 119, 3600)])

"""What there is to know of a check, once as the model has it and once as a world tells it, in the same words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tests.model.model import Check
from tests.model.runs import duration
from tests.model.world import World
from tocsin.domain.ping import Ping
from tocsin.services.read_log import LogEntry, read_entry, read_flips, read_log
from tocsin.stores.check_items import Stored

Facts = Mapping[str, object]
ALL = 1000
"""More than an example can fill."""


def expected(check: Check, now: datetime) -> Facts:
    """The state of a check, by the model."""
    return {
        "displayed": check.displayed(now),
        "status": check.status,
        "started": bool(check.runs),
        "runs": [(run.at, run.rid) for run in check.runs],
        "n_pings": check.n_pings,
        "last_ping": check.last_ping,
        "next_ping": check.next_ping,
        "deadline": check.deadline,
        "last_duration": check.last_duration,
        "failures": check.failures,
    }


def found(world: World, name: str) -> Facts:
    """The state of a check, by a world."""
    check = world.read(name).check
    return {
        "displayed": check.displayed(world.clock()).value,
        "status": check.status.value,
        "started": check.started,
        "runs": [(run.began, run.rid) for run in check.runs],
        "n_pings": check.n_pings,
        "last_ping": check.last_ping,
        "next_ping": check.next_ping,
        "deadline": check.deadline,
        "last_duration": check.last_duration,
        "failures": check.failures,
    }


def expected_story(check: Check, log: int) -> Facts:
    """What the check went through, by the model: all flips, and so much of its log."""
    flips = [(flip.at, flip.old, flip.new, flip.reason) for flip in check.flips]
    return {"flips": flips, "log": expected_log(check, log)}


def found_story(world: World, name: str, log: int) -> Facts:
    """What the check went through, by a world."""
    stored = world.read(name)
    newest_first = read_flips(world.checks, stored=stored, now=world.clock(), limit=ALL)
    flips = [(flip.at, flip.old.value, flip.new.value, flip.reason.value) for flip in reversed(newest_first)]
    return {"flips": flips, "log": found_log(world, stored, log)}


def expected_log(check: Check, limit: int) -> list[object]:
    """Newest first: what was said, then what came along, then how long the run took.

    No time at all is like not known: the protocol does not say what becomes of a run if a clock is set back.
    """
    return [
        (
            (entry.n, entry.at, entry.kind, entry.rid, entry.exit_status),
            (entry.scheme, entry.method, entry.body),
            duration(check.log, entry) or None if entry.rid or limit == ALL else None,
        )
        for entry in check.log[::-1][:limit]
    ]


def found_log(world: World, stored: Stored, limit: int) -> list[object]:
    """Newest first, with whole bodies.

    A short page may not know the durations of runs without an id: these are looked at in the whole log only.
    """
    entries = read_log(world.checks, stored=stored, now=world.clock(), limit=limit)
    return [line(entry, body(world, stored, entry.ping), whole=limit == ALL) for entry in entries]


def line(entry: LogEntry, sent: bytes, *, whole: bool) -> object:
    ping = entry.ping
    return (
        (ping.n, ping.at, ping.kind.value, ping.rid, ping.exit_status),
        (ping.scheme, ping.method, sent),
        entry.duration or None if ping.rid or whole else None,
    )


def body(world: World, stored: Stored, ping: Ping) -> bytes:
    """The whole of it: a list may leave long ones out."""
    if len(ping.body) == ping.size:
        return ping.body
    whole = read_entry(world.checks, stored=stored, n=ping.n, now=world.clock())
    return whole.ping.body if whole else b"lost"


def differences(found: Facts, expected: Facts) -> Sequence[str]:
    """A line for each fact that is not as it should be."""
    return [f"{name}: {found[name]}, not {value}" for name, value in expected.items() if found[name] != value]

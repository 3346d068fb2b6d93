"""More that can happen: rules of pings, limits on runs and failures, runs that are tracked one by one."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.model import pools
from tests.model.machine import Protocol, some_check, which
from tests.model.rules import Said

limited = pools.every(pools.PROTOCOL, pools.LIMITS)
tracked = pools.every(pools.PROTOCOL, pools.LIMITS, pools.TRACKED)

overlapping = st.tuples(pools.pauses, pools.pings("start", "start", "keepalive", rids=len(pools.RIDS)))


class Filters(Protocol):
    """Rules that make a ping what its URL does not say, and pings by mail."""

    @initialize(changes=pools.every(pools.PROTOCOL, pools.RULES))
    def begin(self, changes: pools.Changes) -> None:
        self.new_check(changes)

    @precondition(some_check)
    @rule(which=which, changes=pools.some(pools.RULES))
    def rewrite_rules(self, which: int, changes: pools.Changes) -> None:
        self.change(which, changes)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.mails, by_slug=st.booleans())
    def mail(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)


class Limits(Protocol):
    """Time limits of runs, tolerated failures, and runs that say that they are alive."""

    @initialize(changes=limited)
    def begin(self, changes: pools.Changes) -> None:
        self.new_check(changes)

    @precondition(some_check)
    @rule(which=which, changes=pools.some(pools.LIMITS))
    def limit(self, which: int, changes: pools.Changes) -> None:
        self.change(which, changes)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings("keepalive"), by_slug=st.booleans())
    def keep_alive(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)


class Tracked(Limits):
    """Several runs at once, each with a time of its own."""

    @initialize(changes=tracked)
    def begin(self, changes: pools.Changes) -> None:
        self.new_check(changes | {"tracked": True})

    @precondition(some_check)
    @rule(which=which, changes=pools.some(pools.LIMITS, pools.TRACKED))
    def track(self, which: int, changes: pools.Changes) -> None:
        self.change(which, changes)

    @precondition(some_check)
    @rule(which=which, burst=st.lists(overlapping, max_size=4))
    def overlap(self, which: int, burst: list[tuple[timedelta, Said]]) -> None:
        for after, said in burst:
            self.go_on(after)
            self.say(which, said, by_slug=False)

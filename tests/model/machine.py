"""What can happen to checks, as far as the protocol knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from tests.model import pools
from tests.model.model import Check
from tests.model.rules import Said
from tests.model.stage import NAMES, Stage

which = st.sampled_from((0, 0, 0, 0, 1, 2))


def paused(check: Check) -> bool:
    return check.status == "paused"


def watched(check: Check) -> bool:
    return check.deadline is not None


def some_check(machine: Stage) -> bool:
    return bool(machine.checks)


def some_paused(machine: Stage) -> bool:
    return any(map(paused, machine.checks.values()))


def some_watched(machine: Stage) -> bool:
    return any(map(watched, machine.checks.values()))


def some_room(machine: Stage) -> bool:
    return len(machine.checks) < len(NAMES)


class Protocol(Stage):
    """Jobs, people and time."""

    @initialize(changes=pools.every(pools.PROTOCOL))
    def begin(self, changes: pools.Changes) -> None:
        self.new_check(changes)

    # What jobs do: several rules, so that hardly an example goes without. Each takes its time first.

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings("start"), by_slug=st.booleans())
    def start(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings("success"), by_slug=st.booleans())
    def succeed(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings("fail", "exit"), by_slug=st.booleans())
    def fail(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings(*pools.ACTIONS), by_slug=st.booleans())
    def ping(self, which: int, after: timedelta, said: Said, by_slug: bool) -> None:
        self.go_on(after)
        self.say(which, said, by_slug=by_slug)

    @precondition(some_check)
    @rule(which=which, after=pools.pauses, said=pools.pings("success", "fail", "exit"), took=pools.pauses)
    def run(self, which: int, after: timedelta, said: Said, took: timedelta) -> None:
        """A whole run: its start and its end, with one id."""
        self.go_on(after)
        self.say(which, replace(said, action="start", exit_status=None), by_slug=False)
        self.go_on(took)
        self.say(which, said, by_slug=True)

    @precondition(some_check)
    @rule(which=which, by_slug=st.booleans(), wrong=st.sampled_from(pools.NONSENSE))
    def nonsense(self, which: int, by_slug: bool, wrong: pools.Nonsense) -> None:
        """A request that is refused changes nothing."""
        name, _ = self.pick(which)
        said, query, answer = wrong
        self.everywhere(name, lambda world: world.refuse(name, said, answer, by_slug=by_slug, **query))

    # What people do

    @precondition(some_room)
    @rule(changes=st.one_of(pools.some(pools.PROTOCOL), pools.pings(*pools.ACTIONS)))
    def make(self, changes: pools.Changes | Said) -> None:
        """On a page, or by the first ping."""
        if isinstance(changes, Said):
            self.provision(changes)
        else:
            self.new_check(changes)

    @precondition(some_check)
    @rule(which=which, changes=pools.some(pools.PROTOCOL))
    def edit(self, which: int, changes: pools.Changes) -> None:
        self.change(which, changes)

    @precondition(some_check)
    @rule(which=which, act=st.sampled_from(("pause", "pause", "pause", "clear", "delete")))
    def meddle(self, which: int, act: str) -> None:
        name, _ = self.pick(which)
        if act == "pause":
            self.change_state(name, act)
        else:
            self.wipe(name, act)

    @precondition(some_paused)
    @rule(which=which)
    def resume(self, which: int) -> None:
        name, _ = self.pick(which, paused)
        self.change_state(name, "resume")

    # What time does

    @rule(by=pools.steps, tick=st.booleans())
    def wait(self, by: timedelta, tick: bool) -> None:
        self.go_on(by)
        self.look(ticks=int(tick))

    @precondition(some_check)
    @rule(which=which, nth=st.integers(0, 5), off=st.integers(-1, 1), ticks=st.integers(0, 2))
    def wait_until(self, which: int, nth: int, off: int, ticks: int) -> None:
        """Go to where something changes by itself, or a microsecond to either side of it."""
        _, check = self.pick(which)
        moments = check.moments(self.clock())
        if moments:
            self.go_to(moments[nth % len(moments)] + timedelta(microseconds=off))
            self.look(ticks=ticks)

    @precondition(some_watched)
    @rule(which=which, later=pools.pauses, ticks=st.integers(1, 2))
    def fall_due(self, which: int, later: timedelta, ticks: int) -> None:
        """Go to where the check goes down, or some time past it."""
        _, check = self.pick(which, watched)
        assert check.deadline
        self.go_to(check.deadline + later)
        self.look(ticks=ticks)

    @rule(times=st.integers(1, 2), back=pools.steps_back)
    def tick(self, times: int, back: timedelta) -> None:
        """Look for silence, at times with a clock that was set back."""
        self.set_back(back)
        self.look(ticks=times)

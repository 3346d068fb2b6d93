"""Where random work happens: the same checks in two houses, one on each engine, and in the model."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from hypothesis.stateful import RuleBasedStateMachine

from tests.fakes import START, Clock
from tests.model import facts, pools
from tests.model.model import Check, Flip, Settings, altered
from tests.model.rules import Said
from tests.model.world import World

NAMES = ("a", "b", "c")
LONGEST = timedelta(days=390)
"""The clock goes no further: flips are kept for 400 days."""
RECENT = 5
"""So much of the log is looked at now and then, and all of it at the end."""
UNSTEADY = timedelta(seconds=10)
"""For so long after a clock was set back alerts may wait, in their order."""


class Stage(RuleBasedStateMachine):
    """Does to each world what was done to the model, and holds one against the other."""

    def __init__(self, worlds: Sequence[World], clock: Clock) -> None:
        super().__init__()
        self.worlds, self.clock = worlds, clock
        self.checks: dict[str, Check] = {}
        self.clock.now = self.steady = START
        for world in worlds:
            world.begin()

    def pick(self, which: int, wanted: Callable[[Check], bool] = lambda _: True) -> tuple[str, Check]:
        names = [name for name, check in self.checks.items() if wanted(check)]
        name = names[which % len(names)]
        return name, self.checks[name]

    def change_state(self, name: str, act: str) -> None:
        """Pause it, resume it or clear it."""
        getattr(self.checks[name], act)(self.clock())
        self.everywhere(name, lambda world: getattr(world, act)(name))

    def free_name(self) -> str:
        return next(name for name in NAMES if name not in self.checks)

    def new_check(self, changes: pools.Changes) -> None:
        name = self.free_name()
        check = self.checks[name] = Check(altered(Settings(), changes))
        self.everywhere(name, lambda world: world.make(name, check.settings))

    def change(self, which: int, changes: pools.Changes) -> None:
        name, check = self.pick(which)
        check.edit(self.clock(), altered(check.settings, changes))
        self.everywhere(name, lambda world: world.edit(name, check.settings))

    def say(self, which: int, said: Said, *, by_slug: bool) -> None:
        name, check = self.pick(which)
        check.ping(self.clock(), said)
        self.everywhere(name, lambda world: world.say(name, said, by_slug=by_slug))

    def everywhere(self, name: str, act: Callable[[World], object]) -> None:
        """Do to the check in each world what was done to it in the model."""
        for world in self.worlds:
            act(world)
        self.compare(name)

    def provision(self, said: Said) -> None:
        """A ping makes the check that it names."""
        name = self.free_name()
        check = self.checks[name] = Check()
        check.ping(self.clock(), said)
        self.everywhere(name, lambda world: world.provision(name, said))

    def wipe(self, name: str, act: str) -> None:
        """Clear the check or delete it, after a last look at what goes."""
        self.compare_story(name, log=facts.ALL)
        if act == "clear":
            self.change_state(name, act)
        else:
            self.delete(name)

    def delete(self, name: str) -> None:
        del self.checks[name]
        for world in self.worlds:
            world.delete(name)
            assert world.ping(name, Said(), by_slug=True) == (404, "not found")

    def go_on(self, by: timedelta) -> None:
        if self.clock() + by < START + LONGEST:
            self.clock.now += by

    def go_to(self, there: datetime) -> None:
        self.go_on(max(there - self.clock(), timedelta(0)))

    def set_back(self, by: timedelta) -> None:
        """The clock was wrong; a moment later it may be again."""
        if by and self.clock() - by >= START:
            self.steady = max(self.steady, self.clock() + UNSTEADY)
            self.clock.now -= by

    def look(self, *, ticks: int) -> None:
        """Ticks, and what they made of everything."""
        for _ in range(ticks):
            self.tick_once()
        for name in self.checks:
            self.compare(name)
            if ticks:
                self.compare_story(name)

    def tick_once(self) -> None:
        """What is late goes down, and what is news is told."""
        for check in self.checks.values():
            check.tick(self.clock())
        told = [world.tick() for world in self.worlds]
        assert all(one == told[0] for one in told), f"The engines told of different things: {told}"
        for name, check in self.checks.items():
            self.compare_told(name, check, told[0].pop(name, []))
        assert not told[0], f"Told of a check that is gone: {told[0]}"

    def compare_told(self, name: str, check: Check, told: list[Flip]) -> None:
        """All that waited was told, in order; just after a clock was set back some may still wait."""
        waiting = check.alerts if self.clock() >= self.steady else check.alerts[: len(told)]
        expected = [Flip(flip.at, "", flip.new, flip.reason) for flip in waiting]
        assert told == expected, f"check {name}\ntold: {told}, not {expected}"
        del check.alerts[: len(told)]

    def compare(self, name: str) -> None:
        """The state of a check."""
        expected = facts.expected(self.checks[name], self.clock())
        for world in self.worlds:
            agree(world, name, facts.found(world, name), expected)

    def compare_story(self, name: str, *, log: int = RECENT) -> None:
        """What it went through."""
        expected = facts.expected_story(self.checks[name], log)
        for world in self.worlds:
            agree(world, name, facts.found_story(world, name, log), expected)

    def teardown(self) -> None:
        """At the end, if all went well so far: tick once more, and look through everything."""
        try:
            if sys.exc_info()[0] is None:
                self.clock.now += UNSTEADY + pools.LONGEST_BACK
                self.tick_once()
                for name in self.checks:
                    self.compare(name)
                    self.compare_story(name, log=facts.ALL)
        finally:
            for world in self.worlds:
                world.end()


def agree(world: World, name: str, found: facts.Facts, expected: facts.Facts) -> None:
    wrong = facts.differences(found, expected)
    assert not wrong, "\n".join([f"{world.engine}, check {name}", *wrong])

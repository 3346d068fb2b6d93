"""One check as the protocol tells of it, kept as its log and its flips; all else is worked out from these when asked.

Written from the protocol and the documentation alone, and in another shape than the product: the state machine of
machine.py holds the two against each other. Times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from tests.model.plans import Plan
from tests.model.rules import Rules, Said, judge
from tests.model.runs import LOOK_BACK, Entry, open_runs

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Settings:
    """What people set."""

    plan: Plan = field(default_factory=lambda: Plan(every=DAY))
    grace: timedelta = HOUR
    manual_resume: bool = False
    rules: Rules = field(default_factory=Rules)
    max_duration: timedelta | None = None
    min_duration: timedelta | None = None
    tolerance: int = 0
    tracked: bool = False


@dataclass(frozen=True)
class Flip:
    """A change of status."""

    at: datetime
    old: str
    new: str
    reason: str = ""


@dataclass
class Check:
    """A check. `alerts` are the flips that people are to be told of, in order."""

    most_runs: ClassVar = 100
    settings: Settings = field(default_factory=Settings)
    log: list[Entry] = field(default_factory=list)
    flips: list[Flip] = field(default_factory=list)
    alerts: list[Flip] = field(default_factory=list)
    n_pings: int = 0
    alive: dict[int, datetime] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)
    fresh_since: int = 0
    last_duration: timedelta | None = None

    # What is known of it

    @property
    def status(self) -> str:
        """The status as stored: where the last flip led."""
        return self.flips[-1].new if self.flips else "new"

    @property
    def runs(self) -> list[Entry]:
        """The runs under way, oldest first."""
        return open_runs([entry for entry in self.log if entry.n not in self.over], self.settings.tracked)

    @property
    def ends(self) -> list[Entry]:
        """The successes and failures since the check was new, oldest first."""
        return [entry for entry in self.log if entry.n > self.fresh_since and entry.kind in ("success", "fail")]

    @property
    def last_ping(self) -> datetime | None:
        """When the last success or failure came."""
        return self.ends[-1].at if self.ends else None

    @property
    def failures(self) -> int:
        """How many failures came in a row."""
        kinds = [entry.kind for entry in self.ends]
        return len(kinds) - max((at + 1 for at, kind in enumerate(kinds) if kind == "success"), default=0)

    @property
    def expected(self) -> datetime | None:
        """When the next ping is due, whatever runs: asked of checks that are up only."""
        return self.settings.plan.next_after(self.last_ping) if self.status == "up" and self.last_ping else None

    @property
    def next_ping(self) -> datetime | None:
        """The start of the grace time, the start of a run included (protocol 2.2)."""
        dates = [self.expected] + [run.at for run in self.runs[-1:]]
        return None if self.status == "down" else min((date for date in dates if date), default=None)

    # Deadlines

    @property
    def deadline(self) -> datetime | None:
        """When the check goes down if nothing more is heard; None for never."""
        dates = [self.silence, *map(self.own_deadline, self.runs)]
        return None if self.status == "down" else min((date for date in dates if date), default=None)

    def own_deadline(self, run: Entry) -> datetime:
        """When this run has taken too long."""
        return max(run.at, self.alive.get(run.n, run.at)) + (self.settings.max_duration or self.settings.grace)

    @property
    def silence(self) -> datetime | None:
        """When the silence between two ends has lasted too long."""
        if self.expected is None:
            return None
        latest = self.expected + self.settings.grace
        alive = [self.alive[run.n] for run in self.runs if run.n in self.alive]
        if self.runs and self.settings.max_duration:
            return max([latest, *alive]) + self.settings.max_duration
        return max([self.expected, *alive]) + self.settings.grace

    def displayed(self, now: datetime) -> str:
        """The status that people see at a moment."""
        if any(now >= self.own_deadline(run) for run in self.runs):
            return "down"
        if self.silence and now >= self.silence:
            return "down"
        return "grace" if self.expected and now >= self.expected else self.status

    def moments(self, now: datetime) -> list[datetime]:
        """When something about it may change by itself, or is about to be judged otherwise; the next one first."""
        dates = [self.expected, self.silence, self.deadline, *map(self.own_deadline, self.runs)]
        dates += [run.at + LOOK_BACK for run in self.runs]
        dates += [run.at + self.settings.min_duration for run in self.runs if self.settings.min_duration]
        return sorted({date for date in dates if date and date > now})

    # What happens to it

    def ping(self, now: datetime, said: Said) -> None:
        """Take a ping."""
        kind = judge(said, self.settings.rules)
        if self.status == "paused" and self.settings.manual_resume:
            kind = "ign"
        took = self.took(now, kind, said.rid)
        # A run that ended before it began, by a clock that was set back, tells nothing.
        least = self.settings.min_duration or timedelta(0)
        fast = kind == "success" and took is not None and timedelta(0) <= took < least
        entry = self.note(now, "fail" if fast else kind, said)
        if entry.kind in ("success", "fail"):
            self.last_duration = took if took is None else max(took, timedelta(0))
        if entry.kind == "success" or (entry.kind == "fail" and self.failures <= self.settings.tolerance):
            self.well(now, entry.kind)
        elif entry.kind == "fail":
            self.flip(now, "down", "fast" if fast else "fail")
        elif entry.kind == "start":
            self.make_room(now)
        elif entry.kind == "keepalive":
            self.keep_alive(now, said.rid)

    def took(self, now: datetime, kind: str, rid: str | None) -> timedelta | None:
        """How long the run took that this end, by its rid, belongs to."""
        began = [run.at for run in self.runs if run.rid == rid and kind in ("success", "fail")]
        return now - began[0] if began else None

    def note(self, now: datetime, kind: str, said: Said) -> Entry:
        """Write a line of the log."""
        self.n_pings += 1
        entry = Entry(self.n_pings, now, kind, said.rid, said.exit_status, said.method, said.body, said.scheme)
        self.log.append(entry)
        return entry

    def well(self, now: datetime, kind: str) -> None:
        """A success, or a failure that is tolerated, which leaves a check down that is down."""
        if self.status == "up" or (self.status == "down" and kind == "fail"):
            return
        self.flip(now, "up", alert=self.status == "down")

    def make_room(self, now: datetime) -> None:
        """One run too many: the oldest is given up as an overrun."""
        if len(self.runs) > self.most_runs:
            self.give_up(self.runs[0])
            self.flip(now, "down", "overrun")

    def keep_alive(self, now: datetime, rid: str | None) -> None:
        """The run of this rid is alive; without a rid the one that has none either, or else the newest."""
        same = [run for run in self.runs if run.rid == rid]
        for run in same or (self.runs[-1:] if rid is None else []):
            self.alive[run.n] = now

    def late(self, now: datetime) -> bool:
        """Whether the time is up, and nobody has noticed."""
        return self.deadline is not None and self.deadline <= now

    def tick(self, now: datetime) -> None:
        """Notice that the time is up."""
        deadline = self.deadline
        if deadline and deadline <= now:
            overran = self.give_up_overran(deadline)
            named = overran and (self.settings.tracked or self.settings.max_duration)
            self.flip(deadline, "down", "overrun" if named else "timeout")

    def edit(self, now: datetime, settings: Settings) -> None:
        """Other settings. A check that is up and is late because of them goes down without an alert (protocol 2.4)."""
        was_late, runs = self.late(now), self.runs
        self.forget([entry for entry in self.log if entry not in runs])
        self.settings = settings
        if self.status == "up" and self.deadline and self.late(now) and not was_late:
            self.give_up_overran(self.deadline)
            self.flip(now, "down", alert=False)

    def pause(self, now: datetime) -> None:
        """Stop watching."""
        self.forget(self.log)
        self.flip(now, "paused", alert=False)

    def resume(self, now: datetime) -> None:
        """Watch again as if new."""
        self.forget(self.log)
        self.fresh_since = self.n_pings
        self.flip(now, "new", alert=False)

    def clear(self, now: datetime) -> None:
        """Forget all that happened by now, and keep the settings."""
        self.log, self.flips, self.last_duration = [], [], None
        self.fresh_since = self.n_pings

    def give_up_overran(self, deadline: datetime) -> bool:
        """Whether runs end the wait of the check; where runs are tracked, these have had their turn then."""
        overran = [run for run in self.runs if self.own_deadline(run) == deadline]
        for run in overran if self.settings.tracked else []:
            self.give_up(run)
        return bool(overran)

    def give_up(self, run: Entry) -> None:
        """This run is over, and with it those of its id that it came after."""
        self.forget([entry for entry in self.log if entry.n <= run.n and entry.rid == run.rid])

    def forget(self, entries: list[Entry]) -> None:
        """These starts open no run any more."""
        self.over.update(entry.n for entry in entries)

    def flip(self, at: datetime, new: str, reason: str = "", *, alert: bool = True) -> None:
        """Change the status, unless it is that already. No flip is dated before the one before it."""
        if new == self.status:
            return
        at = max([at] + [flip.at for flip in self.flips[-1:]])
        self.flips.append(flip := Flip(at, self.status, new, reason))
        if alert:
            self.alerts.append(flip)


def altered(settings: Settings, changes: Mapping[str, object]) -> Settings:
    """The settings with some of them changed."""
    return replace(settings, **changes)  # type: ignore[arg-type]

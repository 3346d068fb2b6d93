"""A whole house on one engine, driven through its front doors by the names of its checks."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask import Flask

from tests.fakes import Clock, Scene
from tests.model.model import Flip, Settings
from tests.model.plans import CRON, Plan
from tests.model.pools import RIDS
from tests.model.rules import Said
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.run import Limits
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple
from tocsin.house import House
from tocsin.services import checks
from tocsin.services.checks import Wishes
from tocsin.services.mail_pings import take_mail
from tocsin.stores.audit import COMMAND
from tocsin.stores.check_items import Info, Stored
from tocsin.stores.checks import Checks

Answer = tuple[int, str]
DOMAIN = "ping.example.org"


@dataclass
class World:
    """One engine. A check is called by its slug; `ids` has the ids of those that are there."""

    engine: str
    app: Flask
    clock: Clock
    ids: dict[str, str] = field(default_factory=dict)

    def begin(self) -> None:
        """Forget everything: an empty table, and one project with one channel in it."""
        house: House = self.app.extensions["tocsin"]
        house.table.drop()
        house.table.create()
        self.ids.clear()
        self.scene = Scene.set(house, self.clock)
        self.client = self.app.test_client()

    def end(self) -> None:
        self.scene.house.courier.close()

    @property
    def checks(self) -> Checks:
        return self.scene.house.checks

    def read(self, name: str) -> Stored:
        return self.scene.read(self.ids[name])

    def make(self, name: str, settings: Settings) -> None:
        wishes = self._wishes(name, settings)
        project = self.scene.project
        self.ids[name] = checks.create_check(self.checks, project=project, wishes=wishes, by=COMMAND, now=self.clock())

    def edit(self, name: str, settings: Settings) -> None:
        wishes = self._wishes(name, settings)
        checks.edit_check(self.checks, check_id=self.ids[name], wishes=wishes, by=COMMAND, now=self.clock())

    def pause(self, name: str) -> None:
        checks.pause_check(self.checks, check_id=self.ids[name], by=COMMAND, now=self.clock())

    def resume(self, name: str) -> None:
        checks.resume_check(self.checks, check_id=self.ids[name], by=COMMAND, now=self.clock())

    def clear(self, name: str) -> None:
        checks.clear_events(self.checks, check_id=self.ids[name], by=COMMAND, now=self.clock())

    def delete(self, name: str) -> None:
        checks.delete_check(self.checks, check_id=self.ids.pop(name), by=COMMAND, now=self.clock())

    def tick(self) -> dict[str, list[Flip]]:
        """Returns what the channel was told, by check. What a check was before is no part of a notice."""
        assert self.scene.house.tick().complete
        names = {check_id: name for name, check_id in self.ids.items()}
        told: dict[str, list[Flip]] = {}
        for notice in self.scene.channel.told:
            name = names.get(notice.check_id, "a check that is gone")
            told.setdefault(name, []).append(Flip(notice.at, "", notice.status, notice.reason.value))
        self.scene.channel.told.clear()
        return told

    def say(self, name: str, said: Said, *, by_slug: bool) -> None:
        if said.scheme == "email":
            assert self.mail(name, said, by_slug=by_slug) == 1
            return
        assert self.ping(name, said, by_slug=by_slug) == _answer(200, "OK", said)

    def provision(self, name: str, said: Said) -> None:
        assert self.ping(name, said, by_slug=True, create="1") == _answer(201, "Created", said)
        (self.ids[name],) = self.checks.with_slug(self.scene.project, name)

    def refuse(self, name: str, said: Said, answer: str, *, by_slug: bool, **query: str) -> None:
        assert self.ping(name, said, by_slug=by_slug, **query) == (400, answer)

    def ping(self, name: str, said: Said, *, by_slug: bool, **query: str) -> Answer:
        """Send one by HTTP. One run id is always sent in capital letters."""
        place = f"{self.scene.ping_key}/{name}" if by_slug else self.ids[name]
        signal = said.action if said.exit_status is None else str(said.exit_status)
        path = f"/ping/{place}" + ("" if signal == "success" else f"/{signal}")
        rid = {"rid": said.rid.upper() if said.rid == RIDS[-1] else said.rid} if said.rid else {}
        response = self.client.open(path, method=said.method, query_string=query | rid, data=said.body)
        return response.status_code, response.text

    def mail(self, name: str, said: Said, *, by_slug: bool) -> int:
        """Send one by mail; returns how many checks it pinged."""
        mailbox = f"{self.scene.ping_key}+{name}" if by_slug else self.ids[name]
        return take_mail(
            self.checks,
            self.scene.house.projects,
            domain=DOMAIN,
            recipients=[f"{mailbox}@{DOMAIN}"],
            sender="job@example.org",
            message=said.body,
            now=self.clock(),
        )

    def _wishes(self, name: str, settings: Settings) -> Wishes:
        info = Info(name=name, slug=name, rules=_rules(settings), channels=frozenset({self.scene.channel_id}))
        return Wishes(info, _schedule(settings.plan), settings.grace, _limits(settings), settings.manual_resume)


def _answer(status: int, text: str, said: Said) -> Answer:
    return status, "" if said.method == "HEAD" else text


def _schedule(plan: Plan) -> Schedule:
    if plan.every:
        return Simple(plan.every)
    return Cron(plan.text) if plan in CRON else OnCalendar(plan.text)


def _limits(settings: Settings) -> Limits:
    return Limits(settings.max_duration, settings.min_duration, settings.tolerance, settings.tracked)


def _rules(settings: Settings) -> Rules:
    rules = settings.rules
    keywords = Keywords(rules.start_kw, rules.success_kw, rules.failure_kw, rules.default_fail)
    return Rules(rules.post_only, rules.filter_http_body, rules.filter_subject, rules.filter_body, keywords)

"""The wall display: all checks at a glance, for a screen across the room. Nothing on it needs a hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.check_rows import Row, list_fingerprint, ordered
from handlers.web.session import the_user
from handlers.web.words import STATUS_WORDS
from tocsin.domain.check import Status
from tocsin.stores.check_items import Stored
from tocsin.stores.projects import Project


class Wall(Struct, frozen=True):
    title: str
    rows: Sequence[Row]
    """What is down first, then by name."""
    projects: Mapping[str, str]
    """Names by id, where there are several."""
    of_row: Mapping[str, str]
    """The project of each check, by id."""
    counts: Mapping[Status, int]
    url: str
    seen: str

    @property
    def loud(self) -> Sequence[Row]:
        """What somebody should look at."""
        return [row for row in self.rows if row.status in (Status.DOWN, Status.GRACE)]

    @property
    def calm(self) -> Sequence[Row]:
        return [row for row in self.rows if row.status not in (Status.DOWN, Status.GRACE)]


def of_project(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    return _show([project], project.name, url_for("web.project_wall", project_id=project_id))


def of_all() -> ResponseReturnValue:
    return _show(house().projects.of_user(the_user().id), "All projects", url_for("web.wall"))


def _show(projects: Sequence[Project], title: str, url: str) -> ResponseReturnValue:
    """The page, or what moves of it: nothing, with 204, if it is as it was `seen`."""
    found = house().checks.states_by_project(project.id for project in projects)
    states = [stored for each in found.values() for stored in each]
    seen = list_fingerprint(states, house().clock())
    if request.args.get("seen") == seen:
        return "", 204
    wall = _wall(projects, states, title=title, url=url, seen=seen)
    return render_template("wall_live.html" if "seen" in request.args else "wall.html", wall=wall)


def _wall(projects: Sequence[Project], states: Sequence[Stored], *, title: str, url: str, seen: str) -> Wall:
    now = house().clock()
    rows = [Row.of(stored, info, now) for stored, info in house().checks.described(states)]
    return Wall(
        title=title,
        rows=ordered(rows, ""),
        projects={project.id: project.name for project in projects} if len(projects) > 1 else {},
        of_row={stored.check.id: stored.project for stored in states},
        counts={known: sum(row.status is known for row in rows) for known in STATUS_WORDS},
        url=url,
        seen=seen,
    )

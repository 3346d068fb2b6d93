"""The audit log of a project: who changed what, and when."""

from __future__ import annotations

from flask import abort, render_template, request
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.audit_words import ACT_WORDS, ACTOR_WORDS, KIND_WORDS, field_words
from tocsin.services.read_audit import Sieve, read_audit
from tocsin.services.team import people_of
from tocsin.stores.audit import AUDIT_AGE, AuditEntry
from tocsin.stores.projects import Project
from tocsin.stores.table import BadCursor


def page(project_id: str) -> ResponseReturnValue:
    """Entries of one `kind`, or of one person (`who`), if so asked for."""
    project, asked = project_or_404(project_id), request.args
    kind = asked.get("kind", "")
    sieve = Sieve(kind if kind in KIND_WORDS else "", asked.get("who", ""))
    entries, older = _read(project, sieve, asked.get("cursor"))
    return render_template(
        "audit.html",
        project=project,
        entries=entries,
        older=older,
        sieve=sieve,
        people=_people(project, entries, sieve),
        act_words=ACT_WORDS,
        actor_words=ACTOR_WORDS,
        kind_words=KIND_WORDS,
        field_words=field_words,
        days=AUDIT_AGE.days,
    )


def _read(project: Project, sieve: Sieve, cursor: str | None) -> tuple[list[AuditEntry], str | None]:
    try:
        return read_audit(house().audit, project=project.id, sieve=sieve, now=house().clock(), cursor=cursor)
    except BadCursor:
        abort(404)


def _people(project: Project, entries: list[AuditEntry], sieve: Sieve) -> list[str]:
    """Whom one can choose: the team, whoever else is on the page, and who is chosen."""
    team = [person.email for person in people_of(house().members, house().accounts, project=project.id)]
    others = sorted({entry.actor.name for entry in entries} | ({sieve.who} if sieve.who else set()))
    return list(dict.fromkeys([*team, *others]))

"""The team of a project: who is in it, in which role, and the way out."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web.access import my_role, project_or_404
from handlers.web.handing_over import notary
from handlers.web.role_words import GIVEN, ROLE_WORDS
from handlers.web.session import actor, the_user
from tocsin.services import team as service
from tocsin.services.handing_over import proposal_of
from tocsin.stores.projects import Role


def page(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    now, role = house().clock(), my_role()
    return render_template(
        "team.html",
        project=project,
        people=service.people_of(house().members, house().accounts, project=project.id),
        given=GIVEN,
        me=the_user().id,
        invitations=house().invitations.of_project(project.id, now=now) if role and role.reaches(Role.MANAGER) else [],
        waiting=proposal_of(notary(), project=project.id, now=now),
    )


def change_role(project_id: str, user_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    person = _person_or_404(project_id, user_id)
    role = next((role for role in GIVEN if role == request.form.get("role")), None)
    if role is None or person.role is Role.OWNER:
        abort(400)
    people = (house().members, house().accounts)
    service.change_role(*people, project=project.id, user=person.id, role=role, by=actor(), now=house().clock())
    flash(f"{person.email} is now: {ROLE_WORDS[role].lower()}.")
    return _back(project_id)


def remove(project_id: str, user_id: str) -> ResponseReturnValue:
    """GET asks, POST does."""
    project = project_or_404(project_id)
    person = _person_or_404(project_id, user_id)
    if person.role is Role.OWNER:
        abort(400)
    if request.method != "POST":
        return render_template("team_remove.html", project=project, person=person)
    people = (house().members, house().accounts)
    service.remove_member(*people, project=project.id, user=person.id, by=actor(), now=house().clock())
    flash(f"{person.email} is off the team.")
    return _back(project_id)


def leave(project_id: str) -> ResponseReturnValue:
    """GET asks, POST does; the owner is told how to."""
    project, user = project_or_404(project_id), the_user()
    owner = my_role() is Role.OWNER
    if request.method != "POST" or owner:
        return render_template(
            "team_leave.html", project=project, owner=owner
        ), 200 if request.method != "POST" else 409
    people = (house().members, house().accounts)
    service.leave_project(*people, project=project.id, user=user.id, by=actor(), now=house().clock())
    flash(f"You have left “{project.name}”.")
    return redirect(url_for("web.projects"))


def _person_or_404(project_id: str, user_id: str) -> service.Person:
    try:
        return service.person_of(house().members, house().accounts, project=project_id, user=user_id)
    except service.UnknownMember:
        abort(404)


def _back(project_id: str) -> Response:
    return redirect(url_for("web.team", project_id=project_id))

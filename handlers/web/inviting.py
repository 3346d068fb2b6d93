"""Asking people into a team: the form, and what becomes of invitations that wait."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.invitation_desk import desk
from handlers.web.access import project_or_404
from handlers.web.invitation_forms import InvitationForm
from handlers.web.sending import sent
from handlers.web.session import actor, the_user
from tocsin.services import invitations as service
from tocsin.services.rate_limits import TooMany
from tocsin.stores.invitations import Invitation
from tocsin.stores.projects import Project, Role


def invite(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    form = InvitationForm(sent())
    if request.method == "POST" and form.validate() and _invite(project, form):
        flash(f"The invitation is on its way to {form.email.data}.")
        return _back(project)
    page = render_template("team_invite.html", project=project, form=form)
    return page, 422 if form.errors else 200


def send_again(project_id: str, invitation_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    found = _invitation_or_404(project, invitation_id)
    try:
        service.send_again(desk(), project=project, invitation=found, inviter=the_user(), now=house().clock())
        flash(f"The invitation is on its way to {found.email} again; the link in the earlier mail is void.")
    except (service.NotSent, TooMany) as refusal:
        flash(_words(refusal), "error")
    return _back(project)


def revoke(project_id: str, invitation_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    found = _invitation_or_404(project, invitation_id)
    service.revoke(desk(), invitation=found, by=actor(), now=house().clock())
    flash(f"The invitation of {found.email} is void.")
    return _back(project)


def _invite(project: Project, form: InvitationForm) -> bool:
    email, role = form.email.data or "", Role(str(form.role.data))
    try:
        service.invite(desk(), project=project, email=email, role=role, inviter=the_user(), now=house().clock())
    except service.InvalidInvitation as refusal:
        form.take(refusal.errors)
    except (service.NotSent, TooMany) as refusal:
        form.take({"email": _words(refusal)})
    return not form.errors


def _words(refusal: Exception) -> str:
    if not isinstance(refusal, TooMany):
        return str(refusal)
    hours = max(1, round(refusal.retry_after.total_seconds() / 3600))
    return f"That were many invitations for a day. Try again in {hours} hour{'' if hours == 1 else 's'}."


def _invitation_or_404(project: Project, invitation_id: str) -> Invitation:
    found = house().invitations.get(project.id, invitation_id, now=house().clock())
    if found is None:
        abort(404)
    return found


def _back(project: Project) -> Response:
    return redirect(url_for("web.team", project_id=project.id))

"""What the link in an invitation leads to. Looking at it uses nothing up: mail scanners look too."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.invitation_desk import desk
from handlers.web.admission import admit
from handlers.web.role_words import ROLE_WORDS
from handlers.web.session import current_user
from tocsin.services import invitations as service
from tocsin.stores.accounts import EmailTaken
from tocsin.stores.projects import Project


def page(token: str) -> ResponseReturnValue:
    """GET asks, POST joins; somebody without an account gets one with that, since the mail has reached them."""
    try:
        found = service.behind(desk(), token=token, now=house().clock())
        return _join(token, found) if request.method == "POST" else _ask(token, found)
    except service.NotInvited:
        return render_template("invitation_void.html"), 404


def _ask(token: str, found: service.Invited) -> ResponseReturnValue:
    user = current_user()
    if user and house().members.get(found.project.id, user.id):
        return _in_already(found.project)
    known = house().accounts.by_email(found.invitation.email) is not None
    return render_template("invitation.html", token=token, found=found, user=user, known=known)


def _join(token: str, found: service.Invited) -> ResponseReturnValue:
    user = current_user()
    if user is None:
        return _join_as_new(token, found)
    try:
        project = service.accept(desk(), token=token, user=user, now=house().clock())
    except service.AlreadyIn:
        return _in_already(found.project)
    _welcome(found)
    return redirect(url_for("web.checks", project_id=project.id))


def _join_as_new(token: str, found: service.Invited) -> ResponseReturnValue:
    """Whoever has an account signs in to it first: the link lets nobody in to what is there already."""
    back = url_for("web.invitation", token=token)
    try:
        user = service.accept_as_new(desk(), token=token, now=house().clock())
    except EmailTaken:
        return redirect(url_for("web.login", next=back))
    answer = admit(user, by="link", next=url_for("web.checks", project_id=found.project.id))
    _welcome(found)
    return answer


def _welcome(found: service.Invited) -> None:
    flash(f"Welcome to “{found.project.name}”. Your role: {ROLE_WORDS[found.invitation.role].lower()}.")


def _in_already(project: Project) -> ResponseReturnValue:
    flash(
        f"You belong to “{project.name}” already. Show nobody the link: it stands for the mailbox that it was sent to."
    )
    return redirect(url_for("web.checks", project_id=project.id))

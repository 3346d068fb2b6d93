"""Handing a project over: the owner's proposal, and the answer of whoever it is made to."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from handlers.current import house
from handlers.web.access import project_or_404
from handlers.web.invitation_forms import TransferForm
from handlers.web.mail_links import mailed_url
from handlers.web.sending import sent
from handlers.web.session import actor, the_user
from tocsin.services import handing_over as service
from tocsin.services.team import people_of
from tocsin.stores.projects import Project, Role


def notary() -> service.Notary:
    return service.Notary(house().accounts, house().members, house().transfers)


def page(project_id: str) -> ResponseReturnValue:
    """Whom to hand it over to, or who has been asked."""
    project = project_or_404(project_id)
    people = people_of(house().members, house().accounts, project=project.id)
    form = TransferForm(sent(), people=[person for person in people if person.role is not Role.OWNER])
    if request.method == "POST" and form.validate() and _propose(project, form):
        return _back(project)
    waiting = service.proposal_of(notary(), project=project.id, now=house().clock())
    shown = render_template("transfer.html", project=project, form=form, waiting=waiting)
    return shown, 422 if form.errors else 200


def withdraw(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    waiting = service.proposal_of(notary(), project=project.id, now=house().clock())
    try:
        if waiting:
            service.withdraw(notary(), proposal=waiting, by=actor(), now=house().clock())
            flash("The project stays yours.")
    except service.NoTransfer:
        flash("It was answered at the same moment.", "error")
    return _back(project)


def answer(project_id: str) -> ResponseReturnValue:
    """GET asks, POST accepts or declines. To all but the one who was asked there is nothing here."""
    project = project_or_404(project_id)
    waiting = service.proposal_of(notary(), project=project.id, now=house().clock())
    if waiting is None or waiting.heir.id != the_user().id:
        abort(404)
    if request.method != "POST":
        return render_template("transfer_answer.html", project=project, waiting=waiting)
    try:
        _answer(project, waiting, accepted=request.form.get("answer") == "accept")
    except service.NoTransfer:
        flash("The offer was taken back at the same moment, or your role changed.", "error")
    return _back(project)


def _answer(project: Project, waiting: service.Proposal, *, accepted: bool) -> None:
    decide = service.accept if accepted else service.decline
    decide(notary(), proposal=waiting, by=actor(), now=house().clock())
    flash(f"“{project.name}” is yours now." if accepted else "You have declined.")
    house().post.tell(
        "transfer_answer",
        to=waiting.owner.email,
        project=project.name,
        heir=waiting.heir.email,
        answer="has accepted" if accepted else "has declined",
        now="They own it from now on, and you are a manager." if accepted else "It stays yours.",
        link=mailed_url("web.team", project_id=project.id),
    )


def _propose(project: Project, form: TransferForm) -> bool:
    heir, now = str(form.heir.data), house().clock()
    try:
        made = service.propose(notary(), project=project.id, owner=the_user().id, heir=heir, by=actor(), now=now)
    except service.NoHeir as refusal:
        form.take({"heir": str(refusal)})
        return False
    house().post.tell(
        "transfer",
        to=made.heir.email,
        project=project.name,
        owner=made.owner.email,
        link=mailed_url("web.answer_transfer", project_id=project.id),
    )
    flash(f"{made.heir.email} is asked. The project stays yours until they accept.")
    return True


def _back(project: Project) -> Response:
    return redirect(url_for("web.team", project_id=project.id))

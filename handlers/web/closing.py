"""Closing one's account."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.entrance_forms import CloseForm
from handlers.web.letters import origin
from handlers.web.sending import sent
from handlers.web.session import end, the_user, the_visit
from tocsin.services.closing import Estate, StillOwns, close_account, owned


def page() -> ResponseReturnValue:
    user, estate = the_user(), _estate()
    projects = owned(estate, user=user)
    form = CloseForm(sent())
    form.expected = user.email
    if request.method == "POST" and form.validate():
        may_go = request.form.getlist("shown") if form.projects.data else []
        try:
            close_account(estate, visit=the_visit(), may_go=may_go, now=house().clock())
        except StillOwns:
            projects = owned(estate, user=user)
            form.projects.errors = ["These projects are yours: hand them over first, or say that they may go."]
        else:
            return _farewell(len(may_go))
    return render_template("close_account.html", form=form, projects=projects, user=user), 422 if form.errors else 200


def closed() -> ResponseReturnValue:
    return render_template("account_closed.html")


def _farewell(gone: int) -> ResponseReturnValue:
    words = {0: "", 1: "One project went with it."}.get(gone, f"{gone} projects went with it.")
    house().post.tell("farewell", to=the_user().email, projects=words, **origin())
    end()
    return redirect(url_for("web.account_closed"))


def _estate() -> Estate:
    here = house()
    return Estate(
        here.accounts,
        here.members,
        here.projects,
        here.checks,
        here.channels,
        here.keys,
        here.identities,
        here.sessions,
    )

"""The way in and out: the first visit, signing in, signing out."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.admission import admit
from handlers.web.entrance_forms import LoginForm, SetupForm
from handlers.web.limiting import count_by_both, count_network, uncount_by_both
from handlers.web.sending import sent
from handlers.web.session import begin, current_user, end, safe_next
from tocsin.services import accounts
from tocsin.services.founding import found_project
from tocsin.services.rate_limits import ALL_PASSWORDS, ENTRIES, PASSWORDS
from tocsin.stores.accounts import EmailTaken, NotFirst, User

FIRST_PROJECT = "My project"


def home() -> ResponseReturnValue:
    """Leads to where one probably wants to be; says what this is to those who are not in."""
    user = current_user()
    if user is None:
        return render_template("landing.html") if house().accounts.any() else redirect(url_for("web.setup"))
    projects = house().projects.of_user(user.id)
    if len(projects) == 1:
        return redirect(url_for("web.checks", project_id=projects[0].id))
    return redirect(url_for("web.projects"))


def setup() -> ResponseReturnValue:
    """Make the first account. One of two who do so at once is told that it was too late."""
    if house().accounts.any():
        return redirect(url_for("web.login")) if request.method != "POST" else _too_late()
    if not house().settings.first_visit:
        return render_template("not_ready.html"), 503
    form = SetupForm(sent())
    if request.method != "POST" or not form.validate():
        return render_template("setup.html", form=form), 422 if form.errors else 200
    return _settle(form)


def login() -> ResponseReturnValue:
    """A refusal does not tell whether the account exists."""
    if current_user():
        return redirect(url_for("web.home"))
    if not house().accounts.any():
        return redirect(url_for("web.setup"))
    form = LoginForm(sent())
    target = request.values.get("next", "")
    if request.method == "POST" and (user := _recognised(form)):
        return admit(user, by="password", next=target)
    return render_template("login.html", form=form, target=safe_next(target)), 422 if form.errors else 200


def logout() -> ResponseReturnValue:
    end()
    flash("You are signed out.")
    return redirect(url_for("web.login"))


def _recognised(form: LoginForm) -> User | None:
    if not form.validate():
        return None
    email = (form.email.data or "").strip().lower()
    count_network(ENTRIES)
    count_by_both(PASSWORDS, ALL_PASSWORDS, email)
    user = accounts.sign_in(house().accounts, email=email, password=form.password.data or "")
    if user is None:
        form.password.errors = ["The e-mail address or the password is wrong."]
    else:
        uncount_by_both(PASSWORDS, ALL_PASSWORDS, email)
    return user


def _settle(form: SetupForm) -> ResponseReturnValue:
    email, password, now = form.email.data or "", form.password.data or "", house().clock()
    try:
        user = accounts.create_user(house().accounts, email=email, password=password, now=now, first=True)
    except accounts.InvalidAccount as refusal:
        form.take(refusal.errors)
        return render_template("setup.html", form=form), 422
    except (NotFirst, EmailTaken):
        return _too_late()
    project_id = open_project(user, FIRST_PROJECT)
    begin(user, by="setup")
    return redirect(url_for("web.checks", project_id=project_id))


def open_project(user: User, name: str) -> str:
    """Make a project whose checks mail the user. Raises services.projects.InvalidProject."""
    return found_project(
        house().projects,
        house().checks,
        house().kinds,
        owner=user,
        name=name,
        secret_key=house().settings.secret_key,
        now=house().clock(),
    )


def _too_late() -> ResponseReturnValue:
    return render_template("too_late.html"), 409

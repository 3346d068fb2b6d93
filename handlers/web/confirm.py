"""Confirming who one is, before something sensitive: a session left open must not be enough for it."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.entrance_forms import ConfirmForm
from handlers.web.factor_forms import CodeForm, RecoveryForm
from handlers.web.limiting import count
from handlers.web.mail_links import mailed_url
from handlers.web.sending import sent
from handlers.web.session import safe_next, the_user, the_visit
from tocsin.services import proving
from tocsin.services.rate_limits import CODES, GUESSES
from tocsin.stores.factors import Held


def page() -> ResponseReturnValue:
    """Ask for the password, or for a code that was mailed; of somebody with a second factor, for that."""
    if the_user().two_step:
        return _factor_asked()
    form = ConfirmForm(sent())
    if request.method == "POST" and form.validate() and _proved(form):
        return redirect(target() or url_for("web.profile"))
    return shown(form), 422 if form.errors else 200


def mail_code() -> ResponseReturnValue:
    if the_user().two_step:
        return redirect(url_for("web.confirm", next=target()))
    count(CODES, the_user().id)
    proving.mail_code(
        house().sessions,
        house().post,
        visit=the_visit(),
        secret_key=house().settings.secret_key,
        link=mailed_url("web.sessions"),
        now=house().clock(),
    )
    flash(f"A code of six digits is on its way to {the_user().email}.")
    return redirect(url_for("web.confirm", next=target()))


def demand() -> ResponseReturnValue:
    """Lead to the page, and from there to where the request was going; what a form had in it must be sent again."""
    back = request.full_path.rstrip("?") if request.method != "POST" else _page_of_form()
    wanted = safe_next(request.script_root + back) if back else None
    url = url_for("web.confirm", next=wanted)
    if "HX-Request" in request.headers:
        return "", 204, {"HX-Redirect": url}
    if request.method == "POST":
        flash("Nothing was changed yet: confirm who you are, and send it again.")
    return redirect(url)


def _factor_asked() -> ResponseReturnValue:
    """Else a password or a mailbox alone, which did not get anybody in, would take the second step away."""
    if request.method != "POST":
        return shown()
    return shown(error="This takes your authenticator app, a passkey or a recovery code."), 422


def _page_of_form() -> str | None:
    """Where the form stood that was sent, within this site."""
    before, root, path = (request.referrer or "").partition(request.host_url.rstrip("/"))
    return path.removeprefix(request.script_root) if root and not before else None


def _proved(form: ConfirmForm) -> bool:
    count(GUESSES, the_user().id)
    now, sessions, visit = house().clock(), house().sessions, the_visit()
    if form.code.data:
        secret_key = house().settings.secret_key
        if proving.prove_by_code(sessions, visit=visit, code=form.code.data, secret_key=secret_key, now=now):
            return True
        form.code.errors = ["This is not the code, or it has expired. Look for the latest mail, or have another sent."]
        return False
    if proving.prove_by_password(sessions, visit=visit, password=form.password.data or "", now=now):
        return True
    form.password.errors = ["The password is wrong."]
    return False


def shown(
    form: ConfirmForm | None = None,
    *,
    app_form: CodeForm | None = None,
    recovery_form: RecoveryForm | None = None,
    error: str = "",
) -> str:
    """The page, with what was refused on it."""
    visit, now = the_visit(), house().clock()
    until = visit.session.code_until
    return render_template(
        "confirm.html",
        form=form or ConfirmForm(),
        app_form=app_form or CodeForm(prefix="app-"),
        recovery_form=recovery_form or RecoveryForm(prefix="recovery-"),
        held=house().factors.held(visit.user.id) if visit.user.two_step else Held(),
        error=error,
        target=target(),
        code_sent=bool(until and until > now),
    )


def target() -> str | None:
    return safe_next(request.values.get("next", ""))

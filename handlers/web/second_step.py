"""The second step of signing in: a passkey, a code of an app, or a recovery code."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.admission import Half, finish, halfway
from handlers.web.factor_forms import CodeForm, RecoveryForm
from handlers.web.letters import tell_owner
from handlers.web.limiting import count
from handlers.web.passkey_questions import answered, asked, party, tell_of_copy
from handlers.web.sending import sent
from tocsin.services import factors, passkeys
from tocsin.services.factors import WrongCode
from tocsin.services.passkeys import NotProven
from tocsin.services.rate_limits import STEPS


def page() -> ResponseReturnValue:
    """Asks for what the user has, and takes the code of their app."""
    half = halfway()
    if half is None or not half.user.two_step:
        return _no_step(half)
    form = CodeForm(sent())
    if request.method == "POST" and form.validate():
        count(STEPS, half.user.id)
        try:
            _take_code(half, form.code.data or "")
            return finish(half)
        except WrongCode as refusal:
            form.take({"code": str(refusal)})
    return _shown(half, form)


def options() -> ResponseReturnValue:
    """What to ask the user's passkeys."""
    half = halfway()
    if half is None:
        return {"error": "signing in took too long"}, 400
    known = house().factors.held(half.user.id).passkeys
    return asked("second", *passkeys.ask(party(), user=half.user, known=known, now=house().clock()))


def passkey() -> ResponseReturnValue:
    half = halfway()
    if half is None or not half.user.two_step:
        return _no_step(half)
    try:
        answered("second", user=half.user)
    except NotProven as refusal:
        tell_of_copy(refusal)
        return _shown(half, CodeForm(), error=str(refusal))
    return finish(half)


def recovery() -> ResponseReturnValue:
    half = halfway()
    if half is None or not half.user.two_step:
        return _no_step(half)
    form = RecoveryForm(sent())
    if request.method == "POST" and form.validate():
        count(STEPS, half.user.id)
        try:
            left = factors.use_recovery_code(house().factors, user=half.user, code=form.code.data or "")
        except WrongCode as refusal:
            form.take({"code": str(refusal)})
        else:
            tell_owner("A recovery code was used to sign in", to=half.user.email)
            answer = finish(half)
            flash(codes_left(left))  # into the session that has just begun
            return answer
    return render_template("second_step_recovery.html", form=form), 422 if form.errors else 200


def _take_code(half: Half, code: str) -> None:
    secret_key, now = house().settings.secret_key, house().clock()
    factors.use_totp(house().factors, user=half.user, code=code, secret_key=secret_key, now=now)


def _shown(half: Half, form: CodeForm, error: str = "") -> ResponseReturnValue:
    held = house().factors.held(half.user.id)
    page = render_template("second_step.html", form=form, held=held, email=half.user.email, error=error)
    return page, 422 if error or form.errors else 200


def _no_step(half: Half | None) -> ResponseReturnValue:
    """Too late, or their factors were taken away meanwhile: then the first step was enough."""
    if half:
        return finish(half)
    flash("Signing in took too long, or was begun in another browser. Start again.", "error")
    return redirect(url_for("web.login"))


def codes_left(count: int) -> str:
    if count == 0:
        return "That was your last recovery code. Make new ones on the page Security of your account."
    return (
        f"That recovery code is used up; you have {count} left."
        if count > 1
        else ("That recovery code is used up; you have one left. Make new ones on the page Security of your account.")
    )

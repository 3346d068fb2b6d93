"""Confirming who one is by a second factor, instead of the password or a mailed code."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.confirm import shown, target
from handlers.web.factor_forms import CodeForm, RecoveryForm
from handlers.web.letters import tell_owner
from handlers.web.limiting import count
from handlers.web.passkey_questions import answered, asked, party
from handlers.web.second_step import codes_left
from handlers.web.sending import sent
from handlers.web.session import the_user, the_visit
from tocsin.services import factors, passkeys
from tocsin.services.factors import WrongCode
from tocsin.services.passkeys import NotProven
from tocsin.services.rate_limits import GUESSES
from tocsin.services.sessions import prove


def app() -> ResponseReturnValue:
    """By a code of the authenticator app."""
    form = CodeForm(sent(), prefix="app-")  # beside the code that was mailed
    count(GUESSES, the_user().id)
    try:
        secret_key, now = house().settings.secret_key, house().clock()
        factors.use_totp(house().factors, user=the_user(), code=form.code.data or "", secret_key=secret_key, now=now)
    except WrongCode as refusal:
        form.take({"code": str(refusal)})
        return shown(app_form=form), 422
    return _proved()


def passkey_options() -> ResponseReturnValue:
    user = the_user()
    known = house().factors.held(user.id).passkeys
    return asked("confirm", *passkeys.ask(party(), user=user, known=known, now=house().clock()))


def passkey() -> ResponseReturnValue:
    try:
        answered("confirm", user=the_user())
    except NotProven as refusal:
        return shown(error=str(refusal)), 422
    return _proved()


def recovery() -> ResponseReturnValue:
    """By a recovery code, for somebody whose phone is gone: the way to take that away and add another."""
    form = RecoveryForm(sent(), prefix="recovery-")
    count(GUESSES, the_user().id)
    try:
        left = factors.use_recovery_code(house().factors, user=the_user(), code=form.code.data or "")
    except WrongCode as refusal:
        form.take({"code": str(refusal)})
        return shown(recovery_form=form), 422
    tell_owner("A recovery code was used to confirm who you are")
    flash(codes_left(left))
    return _proved()


def _proved() -> ResponseReturnValue:
    prove(house().sessions, visit=the_visit(), now=house().clock())
    return redirect(target() or url_for("web.profile"))

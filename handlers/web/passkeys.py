"""Passkeys: sign in by one, add one, name it, remove it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.admission import admit
from handlers.web.factor_forms import NameForm, PasskeyForm
from handlers.web.factors import others_out, show_codes
from handlers.web.letters import tell_owner
from handlers.web.limiting import count_network
from handlers.web.passkey_questions import answered, asked, asked_before, party, tell_of_copy
from handlers.web.sending import sent
from handlers.web.session import caller, the_user, the_visit
from tocsin.services import factors, passkeys
from tocsin.services.factors import InvalidFactor
from tocsin.services.passkeys import NotProven
from tocsin.services.rate_limits import ENTRIES
from tocsin.stores.factors import Passkey, PasskeyGone


def sign_in_options() -> ResponseReturnValue:
    """What to ask: any passkey that says itself whose it is."""
    return asked("sign-in", *passkeys.ask(party(), now=house().clock()))


def sign_in() -> ResponseReturnValue:
    target = request.form.get("next")
    count_network(ENTRIES)
    try:
        user = house().accounts.get(answered("sign-in").user)
    except NotProven as refusal:
        tell_of_copy(refusal)
        flash(str(refusal), "error")
        return redirect(url_for("web.login", next=target))
    if user is None:
        abort(404)
    return admit(user, by="passkey", next=target)


def add_options() -> ResponseReturnValue:
    user = the_user()
    known = house().factors.held(user.id).passkeys
    return asked("add", *passkeys.ask_for_new(party(), user=user, known=known, now=house().clock()))


def add() -> ResponseReturnValue:
    form = PasskeyForm(sent())
    if request.method == "POST" and form.validate():
        try:
            made = _made(form)
            added = factors.add_passkey(
                house().accounts,
                user=the_user(),
                passkey=made,
                caller=caller(),
                now=house().clock(),
                kept=the_visit().session,
            )
        except (NotProven, InvalidFactor) as refusal:
            form.form_errors.append(str(refusal))
        else:
            tell_owner("A passkey was added")
            flash("Your passkey was added." + others_out(added.codes))
            return show_codes(added.codes)
    return render_template("passkey_add.html", form=form, party=party()), 422 if form.errors else 200


def rename(passkey_id: str) -> ResponseReturnValue:
    passkey = _passkey_or_404(passkey_id)
    form = NameForm(sent(), name=passkey.name)
    if request.method == "POST" and form.validate():
        try:
            factors.rename_passkey(house().factors, user=the_user(), passkey_id=passkey_id, name=form.name.data or "")
            return redirect(url_for("web.security"))
        except InvalidFactor as refusal:
            form.take({"name": str(refusal)})
        except PasskeyGone:
            abort(404)
    return render_template("passkey_rename.html", form=form, passkey=passkey), 422 if form.errors else 200


def remove(passkey_id: str) -> ResponseReturnValue:
    passkey = _passkey_or_404(passkey_id)
    if request.method != "POST":
        last = the_user().factors == 1
        return render_template("factor_remove.html", what=passkey.name, last=last)
    try:
        factors.remove_passkey(
            house().accounts, user=the_user(), passkey_id=passkey_id, caller=caller(), now=house().clock()
        )
    except PasskeyGone:
        abort(404)
    tell_owner(f"The passkey {passkey.name} was removed")
    flash(f"The passkey {passkey.name} was removed.")
    return redirect(url_for("web.security"))


def _made(form: PasskeyForm) -> Passkey:
    return passkeys.read_new(
        house().factors,
        party(),
        question=asked_before("add"),
        answer=form.answer.data or "",
        name=form.name.data or "",
        now=house().clock(),
    )


def _passkey_or_404(passkey_id: str) -> Passkey:
    found = house().factors.passkey(the_user().id, passkey_id)
    if found is None:
        abort(404)
    return found

"""One's account: the address, the password, and what happened to it."""

from __future__ import annotations

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from handlers.current import house
from handlers.web.entrance_forms import MoveForm, PasswordForm
from handlers.web.letters import origin, tell_owner
from handlers.web.limiting import count, count_by_both
from handlers.web.mail_links import mailed_url
from handlers.web.mailed import bad_link, door
from handlers.web.sending import sent
from handlers.web.session import caller, the_user, the_visit
from tocsin.services import accounts, way_in
from tocsin.services.rate_limits import ALL_LINKS, LETTERS, LINKS, mailbox_of
from tocsin.services.tokens import BadToken
from tocsin.stores.accounts import EmailTaken
from tocsin.stores.table import BadCursor

_KEYS_GO_ON = Markup('Your API keys go on working. <a href="{}">Revoke those that you don’t know</a>.')


def page() -> ResponseReturnValue:
    return render_template("profile.html", user=the_user())


def password() -> ResponseReturnValue:
    """Set or change it. That ends all other sessions."""
    form = PasswordForm(sent())
    if request.method != "POST" or not form.validate():
        return render_template("password.html", form=form, user=the_user()), 422 if form.errors else 200
    had_one = the_user().password is not None
    accounts.set_password(
        house().accounts,
        house().sessions,
        visit=the_visit(),
        password=form.password.data or "",
        caller=caller(),
        now=house().clock(),
    )
    with_keys = bool(house().keys.of_user(the_user().id))
    what = "Your password was changed" if had_one else "A password was set"
    tell_owner(what, keys=mailed_url("web.account_keys") if with_keys else "")
    flash("Your new password holds from now on. Other browsers are signed out.")
    if with_keys:
        flash(_KEYS_GO_ON.format(url_for("web.account_keys")))
    return redirect(url_for("web.profile"))


def email() -> ResponseReturnValue:
    """Ask for another address: it must be confirmed there."""
    form = MoveForm(sent())
    if request.method != "POST" or not form.validate():
        return render_template("move_email.html", form=form, user=the_user()), 422 if form.errors else 200
    wanted = (form.email.data or "").strip().lower()
    count(LETTERS, the_user().id)
    count_by_both(LINKS, ALL_LINKS, mailbox_of(wanted))
    now = house().clock()
    way_in.ask_to_move(door(), user=the_user(), email=wanted, link=_move_link, caller=caller(), now=now)
    house().post.tell("moving", to=the_user().email, wanted=wanted, link=mailed_url("web.password"), **origin())
    flash(f"Look into the mail of {wanted}: your account moves there when you press the button in it.")
    return redirect(url_for("web.profile"))


def move(token: str) -> ResponseReturnValue:
    """Move the account to the address that the link was mailed to.

    Only whoever is signed in to it can: if the address was mistyped, a stranger reads that mailbox.
    """
    store, before, now = house().tokens, the_user().email, house().clock()
    try:
        if request.method != "POST":
            wanted = way_in.asked_move(store, user=the_user(), text=token, now=now)
            return render_template("move_here.html", before=before, after=wanted)
        wanted = way_in.move(house().accounts, store, visit=the_visit(), text=token, caller=caller(), now=now)
    except (BadToken, EmailTaken):
        return bad_link()
    tell_owner(f"Your account has moved to {wanted}", to=before)
    flash(f"You sign in as {wanted} from now on. Other browsers are signed out.")
    return redirect(url_for("web.profile"))


def activity() -> ResponseReturnValue:
    now, cursor = house().clock(), request.args.get("cursor")
    try:
        entries, more = house().activity.page(the_user().id, now=now, limit=50, cursor=cursor)
    except BadCursor:
        abort(404)
    return render_template("activity.html", entries=entries, more=more)


def _move_link(token: str) -> str:
    return mailed_url("web.move_email", token=token)

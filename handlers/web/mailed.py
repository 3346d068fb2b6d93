"""The ways in through a mailbox: a link to sign in by, and signing up. Pages do not tell who has an account."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from handlers.current import house
from handlers.web.admission import admit
from handlers.web.entrance import FIRST_PROJECT, open_project
from handlers.web.entrance_forms import AccountForm, MailboxForm
from handlers.web.limiting import count_by_both, count_network
from handlers.web.mail_links import mailed_url
from handlers.web.sending import sent
from handlers.web.session import current_user, safe_next
from tocsin.services import way_in
from tocsin.services.rate_limits import ALL_LINKS, ENTRIES, LINKS, mailbox_of
from tocsin.services.tokens import BadToken
from tocsin.services.way_in import Door, Wish
from tocsin.stores.accounts import EmailTaken

_PAGES = {"sign-in": "web.enter", "sign-up": "web.make_account"}


def ask() -> ResponseReturnValue:
    """Have a link mailed, to sign in by."""
    return redirect(url_for("web.home")) if current_user() else _asked("sign-in", "mail_link.html")


def sign_up() -> ResponseReturnValue:
    if current_user():
        return redirect(url_for("web.home"))
    if not house().settings.sign_up:
        return render_template("sign_up_closed.html"), 403
    return _asked("sign-up", "sign_up.html")


def sent_page() -> ResponseReturnValue:
    """Where to look now. The same whatever was sent."""
    return render_template("mail_sent.html", email=session.get("mailed", ""))


def enter(token: str) -> ResponseReturnValue:
    """Sign in by a link. Following it does nothing yet: mail scanners do that too."""
    store, people, now = house().tokens, house().accounts, house().clock()
    try:
        if request.method != "POST":
            user, _ = way_in.linked_user(people, store, text=token, now=now)
            return render_template("enter.html", email=user.email)
        count_network(ENTRIES)
        user, target = way_in.use_link(people, store, text=token, now=now)
    except BadToken:
        return bad_link()
    return admit(user, by="link", next=target)


def make_account(token: str) -> ResponseReturnValue:
    if not house().settings.sign_up:
        return render_template("sign_up_closed.html"), 403
    try:
        email = way_in.promised_address(house().tokens, text=token, now=house().clock())
        form = AccountForm(sent())
        if request.method != "POST" or not form.validate():
            return render_template("make_account.html", form=form, email=email), 422 if form.errors else 200
        count_network(ENTRIES)
        return _made(token, form.password.data or None)
    except BadToken:
        return bad_link()
    except EmailTaken:
        flash("You have an account already: sign in.")
        return redirect(url_for("web.login"))


def bad_link() -> ResponseReturnValue:
    return render_template("bad_link.html"), 410


def door() -> Door:
    return Door(house().accounts, house().tokens, house().post, house().settings.sign_up, _link)


def _link(wish: Wish, token: str) -> str:
    return mailed_url(_PAGES[wish], token=token)


def _asked(wish: Wish, template: str) -> ResponseReturnValue:
    form = MailboxForm(sent())
    target = safe_next(request.values.get("next", ""))
    if request.method != "POST" or not form.validate():
        return render_template(template, form=form, target=target), 422 if form.errors else 200
    email = (form.email.data or "").strip().lower()
    count_network(ENTRIES)
    count_by_both(LINKS, ALL_LINKS, mailbox_of(email))
    way_in.mail_way_in(
        door(), email=email, wish=wish, next=target or "", addr=request.remote_addr or "", now=house().clock()
    )
    session["mailed"] = email
    return redirect(url_for("web.mail_sent"))


def _made(token: str, password: str | None) -> ResponseReturnValue:
    now = house().clock()
    user = way_in.make_account(house().accounts, house().tokens, text=token, password=password, now=now)
    project_id = open_project(user, FIRST_PROJECT)
    return admit(user, by="link", next=url_for("web.checks", project_id=project_id))

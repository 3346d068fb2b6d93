"""Signing in by an identity provider, and connecting an account to one."""

from __future__ import annotations

import logging

from flask import Response, abort, flash, make_response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from msgspec import ValidationError, convert, to_builtins

from handlers.current import house, site_root
from handlers.web.admission import admit
from handlers.web.entrance import FIRST_PROJECT, open_project
from handlers.web.letters import tell_owner
from handlers.web.limiting import count_network
from handlers.web.session import caller, current_user, safe_next, the_user
from tocsin.services import oidc
from tocsin.services.oidc import Declined, Errand, Known, NoAccount, Strayed
from tocsin.services.oidc_provider import Provider, ProviderFailed
from tocsin.services.rate_limits import ENTRIES
from tocsin.stores.accounts import User
from tocsin.stores.identities import IdentityGone, IdentityTaken

_log = logging.getLogger(__name__)


def begin() -> ResponseReturnValue:
    """Off to the provider, to sign in. By a form of ours alone: no foreign page may sign a visitor in."""
    _provider()
    if current_user():
        return redirect(url_for("web.home"))
    return _onward(next=safe_next(request.form.get("next", "")) or "")


def begin_connecting() -> ResponseReturnValue:
    """Off to the provider, to connect an account."""
    return _onward(user=the_user().id)


def come_back() -> ResponseReturnValue:
    """Where the provider sends the browser."""
    provider, errand = _provider(), _remembered()
    count_network(ENTRIES)
    try:
        known = oidc.finish(
            provider, errand=errand, answer=request.args, redirect_uri=_redirect_uri(), now=house().clock()
        )
        assert errand is not None
        return _connect(errand, known) if errand.user else _sign_in(errand, known)
    except Strayed:
        return _trouble("That took too long, or was begun in another browser.", "Start again.", 400)
    except Declined as refusal:
        return _trouble("You were not let through.", f"It said: {refusal}" if str(refusal) else "", 403)
    except NoAccount as refusal:
        return _trouble("You are known there, but not here.", str(refusal), 403)
    except ProviderFailed as failure:
        return _failed(failure)


def disconnect(identity_id: str) -> ResponseReturnValue:
    mine = {identity.id: identity for identity in house().identities.of_user(the_user().id)}
    if identity_id not in mine:
        abort(404)
    if request.method != "POST":
        return render_template("oidc_disconnect.html", identity=mine[identity_id])
    try:
        oidc.disconnect(house().identities, identity=mine[identity_id], caller=caller(), now=house().clock())
    except IdentityGone:
        abort(404)
    tell_owner("Your account was disconnected from an identity provider")
    flash("Your account is disconnected from the identity provider.")
    return redirect(url_for("web.security"))


def _sign_in(errand: Errand, known: Known) -> ResponseReturnValue:
    user = oidc.find_user(house().accounts, house().identities, known)
    if user is None:
        user = _new_user(known)
    return admit(user, by="oidc", next=errand.next)


def _new_user(known: Known) -> User:
    welcome = _provider().settings.sign_up or house().settings.sign_up
    user = oidc.make_user(house().accounts, known=known, open=welcome, now=house().clock())
    open_project(user, FIRST_PROJECT)
    return user


def _connect(errand: Errand, known: Known) -> ResponseReturnValue:
    user = current_user()
    if user is None or user.id != errand.user:
        raise Strayed
    try:
        oidc.connect(house().identities, user=user, known=known, caller=caller(), now=house().clock())
        tell_owner(f"{_provider().settings.name} was connected: you can sign in by it")
        flash("Your account is connected: you can sign in by the identity provider from now on.")
    except IdentityTaken:
        flash("This identity is connected to an account already, which may be this one.", "error")
    return redirect(url_for("web.security"))


def _onward(*, user: str = "", next: str = "") -> ResponseReturnValue:
    """To the provider. Forms may not lead there, so a page does: see decision 35."""
    try:
        address = _errand(user=user, next=next)
    except ProviderFailed as failure:
        return _failed(failure)
    answer = make_response(render_template("oidc_onward.html", address=address, provider=_provider().settings))
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def _errand(*, user: str = "", next: str = "") -> str:
    """The provider's address to go to. Raises ProviderFailed."""
    address, errand = oidc.begin(_provider(), redirect_uri=_redirect_uri(), user=user, next=next, now=house().clock())
    session["oidc"] = to_builtins(errand)
    return address


def _remembered() -> Errand | None:
    try:
        return convert(session.pop("oidc", None), Errand)
    except ValidationError:
        return None


def _provider() -> Provider:
    provider = house().provider
    if provider is None:
        abort(404)
    return provider


def _redirect_uri() -> str:
    return site_root() + url_for("web.oidc_callback").removeprefix(request.script_root)


def _failed(failure: ProviderFailed) -> ResponseReturnValue:
    _log.warning("The identity provider can't be signed in by: %s", failure)
    words = "The fault is not yours, and it is in the log. Try again in a moment, or sign in another way."
    return _trouble("The identity provider does not answer as it should.", words, 502)


def _trouble(title: str, words: str, status: int) -> ResponseReturnValue:
    name = _provider().settings.name
    return Response(render_template("oidc_trouble.html", title=title, words=words, name=name), status)

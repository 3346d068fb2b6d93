"""The page Security: what somebody shows who they are by. The authenticator app, and recovery codes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from handlers.current import house
from handlers.web.factor_forms import CodeForm
from handlers.web.letters import tell_owner
from handlers.web.passkey_questions import party
from handlers.web.sending import sent
from handlers.web.session import caller, the_user, the_visit
from tocsin.services import factors, totp
from tocsin.services.factors import InvalidFactor, WrongCode
from tocsin.services.sealing import Unreadable, seal, unseal

_PENDING = "totp"
"""Where the cookie keeps a secret that no code has shown to be known yet; sealed, as cookies are only signed."""


def page() -> ResponseReturnValue:
    user = the_user()
    return render_template(
        "security.html",
        user=user,
        held=house().factors.held(user.id),
        party=party(),
        identities=house().identities.of_user(user.id),
        provider=house().settings.oidc,
    )


def add_app() -> ResponseReturnValue:
    """Show a secret, and take the code that shows that an app knows it."""
    form = CodeForm(sent())
    secret = _pending_secret()
    if request.method == "POST" and form.validate():
        try:
            codes = _add(secret, form.code.data or "")
        except WrongCode as refusal:
            form.take({"code": str(refusal)})
        except InvalidFactor as refusal:
            form.form_errors.append(str(refusal))
        else:
            session.pop(_PENDING)
            tell_owner("An authenticator app was added")
            flash("Your authenticator app was added." + others_out(codes))
            return show_codes(codes)
    uri = totp.enrolment_uri(secret, email=the_user().email, site=house().settings.site_name)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    answer = render_template("app_add.html", form=form, picture=_qr(uri), uri=uri, secret=spaced)
    return answer, 422 if form.errors else 200


def remove_app() -> ResponseReturnValue:
    user = the_user()
    if house().factors.held(user.id).totp is None:
        abort(404)
    if request.method != "POST":
        return render_template("factor_remove.html", what="your authenticator app", last=user.factors == 1)
    factors.remove_totp(house().accounts, user=user, caller=caller(), now=house().clock())
    tell_owner("Your authenticator app was removed")
    flash("Your authenticator app was removed.")
    return redirect(url_for("web.security"))


def renew_codes() -> ResponseReturnValue:
    user = the_user()
    if not user.two_step:
        abort(404)
    if request.method != "POST":
        return render_template("codes_renew.html", held=house().factors.held(user.id))
    codes = factors.renew_codes(house().accounts, user=user, caller=caller(), now=house().clock())
    tell_owner("New recovery codes were made")
    return show_codes(codes)


def show_codes(codes: Sequence[str]) -> ResponseReturnValue:
    """Recovery codes, where some were made: on this page once and never again."""
    if not codes:
        return redirect(url_for("web.security"))
    return render_template("codes.html", codes=codes)


def others_out(codes: Sequence[str]) -> str:
    """What the first factor has done, with which come codes."""
    return " Other browsers are signed out." if codes else ""


def _add(secret: str, code: str) -> Sequence[str]:
    added = factors.add_totp(
        house().accounts,
        user=the_user(),
        secret=secret,
        code=code,
        secret_key=house().settings.secret_key,
        caller=caller(),
        now=house().clock(),
        kept=the_visit().session,
    )
    return added.codes


def _pending_secret() -> str:
    """The same one on every attempt: the app has read it."""
    secret_key, purpose = house().settings.secret_key, f"pending totp of {the_user().id}"
    try:
        return unseal(bytes.fromhex(str(session.get(_PENDING, ""))), purpose=purpose, secret_key=secret_key)
    except (Unreadable, ValueError):
        secret = totp.new_secret()
        session[_PENDING] = seal(secret, purpose=purpose, secret_key=secret_key).hex()
        return secret


def _qr(text: str) -> Markup:
    """A drawing in one path, without styles: dark on light in the dark as well, as cameras want it."""
    import segno

    drawing = segno.make(text, error="m", micro=False)
    looks = {"dark": "#1c1917", "light": "#fff", "svgclass": "qr", "lineclass": None, "title": "QR code"}
    return Markup(drawing.svg_inline(border=3, omitsize=True, **looks))  # noqa: S704 (segno draws numbers)

"""What people see when something goes wrong: which thing, and what to do about it."""

from __future__ import annotations

import math
import re
from datetime import timedelta

from flask import Flask, Response, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadHost, HTTPException

from handlers.web.security import for_people
from tocsin.domain.wording import duration_words
from tocsin.services.rate_limits import TooMany

_TEXTS = {
    400: ("This request makes no sense here", "Something in it was missing or malformed. Go back and try again."),
    403: ("Your role does not reach this far", "Nothing was changed."),
    404: ("Nothing here", "The page does not exist, was deleted, or belongs to somebody else."),
    405: ("Not like this", "This address takes no such request. Use the buttons on the pages."),
    413: ("Too much at once", "A form takes at most one megabyte. Shorten what you typed, and send it again."),
    429: ("Not so often", "This was tried many times in a row, by you or by somebody else. Try again in {wait}."),
    500: ("Something broke", "The fault is ours, and it is in the log. Jobs can still ping. Try again in a moment."),
    503: ("Out of breath", "What you asked for was not done. Try again in a moment."),
}
_EXPIRED = "This form has expired"
_SIGNED_OUT = (
    "You were signed out meanwhile, or no cookie came along; nothing was changed. Sign in in another tab, and send it "
    "again from here: what you typed is kept on this page."
)
_SIGNED_IN = (
    "You have signed in anew since the form was opened, or another site sent it; nothing was changed. If it was you, "
    "look at what was typed, and send it again."
)
_SECRET = re.compile("password|code|csrf_token")
"""Fields that no page shows again."""


def register(app: Flask) -> None:
    app.register_error_handler(HTTPException, _page)


def trouble_page(code: int, *, note: str = "") -> ResponseReturnValue:
    title, advice = _TEXTS[code]
    return _render(code, title, f"{advice} {note}".rstrip())


def too_many(error: TooMany) -> ResponseReturnValue:
    seconds = max(1, math.ceil(error.retry_after.total_seconds()))
    wait = duration_words(timedelta(seconds=seconds if seconds < 60 else math.ceil(seconds / 60) * 60), units=2)
    title, advice = _TEXTS[429]
    return _render(429, title, advice.format(wait=wait), {"Retry-After": str(seconds)})


def _page(error: HTTPException) -> ResponseReturnValue:
    if error.code is None:
        return error
    # A host's name that makes no sense makes no links either, so there can be no page.
    if not for_people() or isinstance(error, BadHost):
        return Response(error.name.lower(), error.code, content_type="text/plain; charset=utf-8")
    if _is_expired(error):
        return _expired()
    title, advice = _TEXTS.get(error.code, (error.name, error.description or ""))
    headers = {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}
    return _render(error.code, title, advice, headers)


def _is_expired(error: HTTPException) -> bool:
    from flask_wtf.csrf import CSRFError

    return isinstance(error, CSRFError)


def _expired() -> ResponseReturnValue:
    """Nothing that was typed is lost, but it takes another press: another site may have sent the form."""
    from handlers.web.session import current_user, here

    user = current_user()
    advice = _SIGNED_IN if user else _SIGNED_OUT
    typed = [(name, value) for name, value in request.form.items(multi=True) if not _SECRET.search(name)]
    facts = {"typed": typed, "sign_in": user is None, "here": here()}
    return render_template("trouble.html", code=400, title=_EXPIRED, advice=advice, **facts), 400


def _render(code: int, title: str, advice: str, headers: dict[str, str] | None = None) -> ResponseReturnValue:
    return render_template("trouble.html", code=code, title=title, advice=advice), code, headers or {}

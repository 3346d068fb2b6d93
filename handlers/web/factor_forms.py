"""The forms of second factors."""

from __future__ import annotations

from typing import Any

from wtforms import Form, HiddenField, StringField
from wtforms.validators import InputRequired, Length

from handlers.web.sending import TakesRefusals
from tocsin.services.factors import MAX_NAME

_DIGITS: dict[str, Any] = {"inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false"}


class CodeForm(TakesRefusals, Form):
    """What an authenticator app shows."""

    code = StringField("Code", [InputRequired("Type the six digits that the app shows.")], render_kw=_DIGITS)


class RecoveryForm(TakesRefusals, Form):
    code = StringField(
        "Recovery code",
        [InputRequired("Type one of your recovery codes."), Length(max=100)],
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )


class PasskeyForm(TakesRefusals, Form):
    """A new passkey: `answer` is put in by static/passkeys.js."""

    name = StringField("Name", [Length(max=MAX_NAME, message=f"A name has at most {MAX_NAME} characters.")])
    answer = HiddenField()


class NameForm(TakesRefusals, Form):
    name = StringField("Name", [InputRequired("Give it a name."), Length(max=MAX_NAME)])

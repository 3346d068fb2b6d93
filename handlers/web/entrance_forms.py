"""The forms at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request
from wtforms import BooleanField, EmailField, Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from handlers.web.sending import TakesRefusals
from tocsin.channels.addressee import InvalidAddress, checked_address
from tocsin.services.accounts import MAX_PASSWORD, MIN_PASSWORD

if TYPE_CHECKING:
    from wtforms.fields import Field


_LENGTH = Length(MIN_PASSWORD, MAX_PASSWORD, f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters.")


def _reachable(form: Form, field: Field) -> None:
    """Mail must be able to go there; some letters are longer in lower case."""
    try:
        checked_address((field.data or "").strip().lower())
    except InvalidAddress as refusal:
        raise ValidationError(str(refusal)) from None


class LoginForm(Form):
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


class SetupForm(TakesRefusals, Form):
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address."), _reachable])
    password = PasswordField("Password", [InputRequired("Choose a password."), _LENGTH])


class MailboxForm(Form):
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address."), _reachable])


class AccountForm(Form):
    password = PasswordField("Password", [Optional(), _LENGTH])


class PasswordForm(Form):
    password = PasswordField("New password", [InputRequired("Choose a password."), _LENGTH])


class MoveForm(Form):
    email = EmailField("New e-mail address", [InputRequired("Type your new e-mail address."), _reachable])


class ConfirmForm(Form):
    password = PasswordField("Password")
    code = StringField("Code")

    def validate(self, extra_validators: object = None) -> bool:
        """One of the two."""
        if self.password.data or self.code.data:
            return True
        sent = self.password if "password" in request.form else self.code
        sent.errors = ["Type your password." if sent is self.password else "Type the six digits of the mail."]
        return False


class CloseForm(Form):
    expected = ""
    """What must be typed."""
    typed = StringField("Your e-mail address", [InputRequired("Type your e-mail address to be sure.")])
    projects = BooleanField("Delete these projects with all that is in them")

    def validate_typed(self, field: Field) -> None:
        if (field.data or "").strip().lower() != self.expected:
            raise ValidationError("This is not the address of your account.")


class ProjectForm(TakesRefusals, Form):
    name = StringField("Name", [InputRequired("Give the project a name."), Length(max=100)])

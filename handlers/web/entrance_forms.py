"""The forms at the door."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import EmailField, Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from handlers.current import house
from handlers.web.sending import TakesRefusals
from tocsin.channels.port import InvalidConfig
from tocsin.services.accounts import MAX_PASSWORD, MIN_PASSWORD

if TYPE_CHECKING:
    from wtforms.fields import Field


class LoginForm(Form):
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address.")])
    password = PasswordField("Password", [InputRequired("Type your password.")])


class SetupForm(TakesRefusals, Form):
    email = EmailField("E-mail address", [InputRequired("Type your e-mail address.")])
    password = PasswordField(
        "Password",
        [
            InputRequired("Choose a password."),
            Length(MIN_PASSWORD, MAX_PASSWORD, f"A password has {MIN_PASSWORD} to {MAX_PASSWORD} characters."),
        ],
    )

    def validate_email(self, field: Field) -> None:
        """Alerts will go there, so the channel must be able to use it."""
        if "email" not in house().kinds:
            return
        try:
            house().kinds.get("email").validate({"address": field.data})
        except InvalidConfig as refusal:
            raise ValidationError(" ".join(refusal.errors.values())) from None


class ProjectForm(TakesRefusals, Form):
    name = StringField("Name", [InputRequired("Give the project a name."), Length(max=100)])

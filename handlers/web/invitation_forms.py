"""The forms by which somebody is asked to join a project, or to take it over."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import EmailField, Form, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from handlers.web.role_words import GIVEN
from handlers.web.sending import TakesRefusals
from tocsin.services.team import Person
from tocsin.stores.projects import Role


class InvitationForm(TakesRefusals, Form):
    email = EmailField("E-mail address", [InputRequired("Type an e-mail address.")])
    role = RadioField("Role", choices=[role.value for role in GIVEN], default=Role.MEMBER.value)


class TransferForm(TakesRefusals, Form):
    heir = SelectField("New owner", [InputRequired("Choose somebody of the team.")])

    def __init__(self, *given: object, people: Sequence[Person]) -> None:
        super().__init__(*given)
        self.heir.choices = [SelectChoice(person.id, person.email) for person in people]

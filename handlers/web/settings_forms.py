"""The forms of a project's settings and of API keys. Their bounds are the services' to judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wtforms import Form, RadioField, StringField
from wtforms.validators import InputRequired, Optional, ValidationError

from handlers.web.lengths import WholeNumber
from handlers.web.sending import TakesRefusals
from tocsin.stores.projects import Project

if TYPE_CHECKING:
    from wtforms.fields import Field


class SettingsForm(TakesRefusals, Form):
    name = StringField("Name", [InputRequired("Give it a name.")])
    log_days = WholeNumber("Keep pings for so many days", [Optional()])
    log_count = WholeNumber("Keep so many pings of each check", [Optional()])


def settings_values(project: Project) -> dict[str, object]:
    keep = project.keep
    return {"name": project.name, "log_days": keep.age.days if keep.age else None, "log_count": keep.count}


def number_or_none(field: WholeNumber) -> int | None:
    """What was typed; None where nothing was."""
    typed = field.raw_data and str(field.raw_data[0]).strip()
    return field.data if typed else None


class KeyForm(TakesRefusals, Form):
    name = StringField("Name")
    access = RadioField(
        "What it may do",
        choices=["write", "read"],
        default="write",
        validators=[InputRequired("Choose one of the two.")],
    )


class DeletionForm(TakesRefusals, Form):
    """Somebody who has typed a project's name has read which one it is."""

    typed = StringField("Its name")

    def __init__(self, *given: object, project: Project) -> None:
        super().__init__(*given)
        self.project = project

    def validate_typed(self, field: Field) -> None:
        if (field.data or "").strip() != self.project.name:
            raise ValidationError(f"Type “{self.project.name}”, as it stands above.")

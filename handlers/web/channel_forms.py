"""Forms for channels: one for each kind that came with the house, and a plain one for all others."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from wtforms import EmailField, Form, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, ValidationError

from handlers.web.sending import TakesRefusals
from tocsin.channels.port import Config
from tocsin.services.channels import MAX_NAME

METHODS = ("GET", "POST", "PUT")
PLACEHOLDERS = (
    ("$NAME", "the check's name"),
    ("$STATUS", "up or down"),
    ("$NOW", "when the status changed, such as 2026-01-31T12:00:00+00:00"),
    ("$CODE", "the check's id, which is also the secret in its ping URL"),
    ("$SLUG", "the check's slug"),
    ("$TAGS", "all tags; $TAG1, $TAG2 … one of them"),
    ("$EXITSTATUS", "the exit status that the last ping told, or -1"),
    ("$BODY", "what the last ping sent along; in bodies only"),
    ("$JSON", "the whole check as the API shows it"),
    ("$NAME_JSON", "the name as a JSON string, quotes included; also $BODY_JSON"),
)


class ChannelForm(TakesRefusals, Form):
    name = StringField("Name", [Length(max=MAX_NAME, message=f"At most {MAX_NAME} characters")])

    def config(self) -> dict[str, object]:
        """What the fields other than the name say; call it once the form is valid."""
        return {field.name: field.data or "" for field in self if field.name != "name"}

    @classmethod
    def values_of(cls, name: str, config: Config) -> dict[str, object]:
        return {**config, "name": name}


class EmailForm(ChannelForm):
    address = EmailField("E-mail address", [InputRequired("Type an e-mail address.")])


def _method() -> SelectField:
    return SelectField("Method", choices=list(METHODS), default="POST")


class WebhookForm(ChannelForm):
    url_down = StringField("URL")
    method_down = _method()
    headers_down = TextAreaField("Headers")
    body_down = TextAreaField("Body")
    url_up = StringField("URL")
    method_up = _method()
    headers_up = TextAreaField("Headers")
    body_up = TextAreaField("Body")

    def config(self) -> dict[str, object]:
        """Browsers end the lines of a text area with two characters; a request's body has one."""
        return {name: str(value).replace("\r\n", "\n") for name, value in super().config().items()}


class PlainForm(ChannelForm):
    """For kinds that were installed beside the house, of which nothing but the port is known."""

    value = TextAreaField("Configuration, a JSON object", default="{}")

    def config(self) -> dict[str, object]:
        return dict(self._parsed())

    def validate_value(self, field: TextAreaField) -> None:
        try:
            self._parsed()
        except ValueError:
            raise ValidationError("This is not a JSON object.") from None

    def _parsed(self) -> Mapping[str, object]:
        parsed = json.loads(self.value.data or "{}")
        if not isinstance(parsed, dict):
            raise ValueError("not an object")
        return parsed

    @classmethod
    def values_of(cls, name: str, config: Config) -> dict[str, object]:
        return {"name": name, "value": json.dumps(dict(config), indent=2, ensure_ascii=False)}


FormClass: TypeAlias = type[ChannelForm]
_FORMS: Mapping[str, FormClass] = {"email": EmailForm, "webhook": WebhookForm}


def form_class(kind: str) -> FormClass:
    return _FORMS.get(kind, PlainForm)

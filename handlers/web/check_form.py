"""The form for all that a person can set of a check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta

from wtforms import BooleanField, Form, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Regexp, ValidationError

from handlers.web.lengths import WholeNumber, length_of, length_values, unit_field
from handlers.web.limits_form import LimitFields, limit_values
from handlers.web.rules_form import RuleFields, at_most, rule_values
from handlers.web.schedule_form import ScheduleFields, schedule_values
from handlers.web.sending import TakesRefusals
from tocsin.domain.run import Limits
from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD, Simple
from tocsin.domain.visible import visible
from tocsin.services.check_fields import MAX_DESC, MAX_NAME, MAX_TAGS
from tocsin.services.checks import PERIOD_BOUNDS, Wishes
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored

NAMELESS = "Give it a name that you will recognise at night."
_HOUR = timedelta(hours=1)


def legible(text: str | None) -> str | None:
    return visible(text) if text else text


class CheckForm(ScheduleFields, LimitFields, RuleFields, TakesRefusals, Form):
    name = StringField("Name", [DataRequired(NAMELESS), at_most(MAX_NAME)], filters=[legible])
    slug = StringField(
        "Slug",
        [Regexp(r"^[a-z0-9_-]{0,100}$", message="Only a-z, 0-9, - and _, at most 100 characters")],
        filters=[lambda text: text.strip() if text else text],
    )
    tags = StringField("Tags", [at_most(MAX_TAGS)], filters=[legible])
    desc = TextAreaField("Description", [at_most(MAX_DESC)])
    grace = WholeNumber("Grace time", [InputRequired("Type a whole number.")])
    grace_unit = unit_field("Unit of the grace time")
    manual_resume = BooleanField("Stay paused until I resume it")
    channels = SelectMultipleField("Tell", choices=[])

    def validate_grace(self, field: WholeNumber) -> None:
        """Asked here as well as by the service, so that all that is wrong shows at once."""
        if not MIN_PERIOD <= length_of(field, self.grace_unit) <= MAX_PERIOD:
            raise ValidationError(PERIOD_BOUNDS)

    def offer(self, channels: Iterable[StoredChannel]) -> None:
        """Name the channels to choose from."""
        self.channels.choices = [channel.id for channel in channels]

    def take(self, errors: Mapping[str, str]) -> None:
        """What a service says of the schedule stands beside the field that it was typed into."""
        field = "period" if self.kind.data == "simple" else str(self.kind.data)
        super().take({field if name == "schedule" else name: sentence for name, sentence in errors.items()})

    def wishes(self) -> Wishes:
        """What was asked for; call it once the form is valid."""
        info = Info(
            name=self.name.data or "",
            slug=(self.slug.data or "").strip(),
            tags=self.tags.data or "",
            desc=(self.desc.data or "").strip(),
            rules=self.rules(),
            channels=frozenset(self.channels.data or ()),
        )
        return Wishes(
            info,
            self.schedule(),
            length_of(self.grace, self.grace_unit),
            self.limits(),
            manual_resume=bool(self.manual_resume.data),
        )


def blank_values(channels: Iterable[StoredChannel]) -> dict[str, object]:
    """What a new check's form starts with."""
    return {
        **schedule_values(Simple()),
        **length_values("grace", _HOUR),
        **limit_values(Limits()),
        "channels": [channel.id for channel in channels],
    }


def values_of(stored: Stored, info: Info) -> dict[str, object]:
    """What the form of a check that is there starts with."""
    check = stored.check
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        **schedule_values(check.schedule),
        **length_values("grace", check.grace),
        **limit_values(check.limits),
        **rule_values(info.rules),
        "manual_resume": check.manual_resume,
        "channels": sorted(info.channels),
    }

"""The form for all that a person can set of a check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Regexp, ValidationError

from handlers.web.sending import TakesRefusals
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD, Simple
from tocsin.services.checks import MAX_DESC, MAX_KEYWORDS, MAX_NAME, MAX_TAGS, Wishes
from tocsin.stores.channels import StoredChannel
from tocsin.stores.check_items import Info, Stored

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}
_TOO_MUCH = 1_000_000
"""More of any unit than the longest period has; keeps the arithmetic within what a timedelta holds."""
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)


class WholeNumber(IntegerField):
    """A number field that speaks plainly."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        text = str(valuelist[0]).strip() if valuelist else ""
        if not text.isascii() or not text.isdigit() or len(text) > 9:
            raise ValueError("Type a whole number.")
        self.data = min(int(text), _TOO_MUCH)


def _unit(label: str) -> SelectField:
    return SelectField(label, choices=list(UNITS), default="minutes")


def _most(characters: int) -> Length:
    return Length(max=characters, message=f"At most {characters} characters")


class CheckForm(TakesRefusals, Form):
    NAMES: ClassVar = {"schedule": "period"}

    name = StringField("Name", [InputRequired("Give it a name that you will recognise at night."), _most(MAX_NAME)])
    slug = StringField(
        "Slug",
        [Regexp(r"^[a-z0-9_-]{0,100}$", message="Only a-z, 0-9, - and _, at most 100 characters")],
        filters=[lambda text: text.strip() if text else text],
    )
    tags = StringField("Tags", [_most(MAX_TAGS)])
    desc = TextAreaField("Description", [_most(MAX_DESC)])
    period = WholeNumber("Period", [InputRequired("Type a whole number.")])
    period_unit = _unit("Unit of the period")
    grace = WholeNumber("Grace time", [InputRequired("Type a whole number.")])
    grace_unit = _unit("Unit of the grace time")
    post_only = BooleanField("Only heed POST requests")
    filter_http_body = BooleanField("Look for keywords in the body")
    start_kw = StringField("Start", [_most(MAX_KEYWORDS)])
    success_kw = StringField("Success", [_most(MAX_KEYWORDS)])
    failure_kw = StringField("Failure", [_most(MAX_KEYWORDS)])
    default_fail = SelectField(
        "With none of these words",
        choices=[SelectChoice("", "ignore the ping"), SelectChoice("1", "count it as a failure")],
        default="",
    )
    manual_resume = BooleanField("Stay paused until I resume it")
    channels = SelectMultipleField("Tell", choices=[])

    def validate_period(self, field: WholeNumber) -> None:
        """Asked here as well as by the service, so that all that is wrong shows at once."""
        _check_bounds(_length(field, self.period_unit))

    def validate_grace(self, field: WholeNumber) -> None:
        _check_bounds(_length(field, self.grace_unit))

    def offer(self, channels: Iterable[StoredChannel]) -> None:
        """Name the channels to choose from."""
        self.channels.choices = [channel.id for channel in channels]

    def wishes(self) -> Wishes:
        """What was asked for; call it once the form is valid."""
        info = Info(
            name=(self.name.data or "").strip(),
            slug=(self.slug.data or "").strip(),
            tags=" ".join((self.tags.data or "").split()),
            desc=(self.desc.data or "").strip(),
            rules=self._rules(),
            channels=frozenset(self.channels.data or ()),
        )
        period, grace = _length(self.period, self.period_unit), _length(self.grace, self.grace_unit)
        return Wishes(info, Simple(period), grace, manual_resume=bool(self.manual_resume.data))

    def _rules(self) -> Rules:
        keywords = Keywords(
            start=(self.start_kw.data or "").strip(),
            success=(self.success_kw.data or "").strip(),
            failure=(self.failure_kw.data or "").strip(),
            default_fail=self.default_fail.data == "1",
        )
        return Rules(bool(self.post_only.data), bool(self.filter_http_body.data), keywords)


def blank_values(channels: Iterable[StoredChannel]) -> dict[str, object]:
    """What a new check's form starts with."""
    return {**_number("period", _DAY), **_number("grace", _HOUR), "channels": [channel.id for channel in channels]}


def values_of(stored: Stored, info: Info) -> dict[str, object]:
    """What the form of a check that is there starts with."""
    check, rules = stored.check, info.rules
    assert isinstance(check.schedule, Simple)
    return {
        "name": info.name,
        "slug": info.slug,
        "tags": info.tags,
        "desc": info.desc,
        **_number("period", check.schedule.timeout),
        **_number("grace", check.grace),
        "post_only": rules.post_only,
        "filter_http_body": rules.filter_http_body,
        "start_kw": rules.keywords.start,
        "success_kw": rules.keywords.success,
        "failure_kw": rules.keywords.failure,
        "default_fail": "1" if rules.keywords.default_fail else "",
        "manual_resume": check.manual_resume,
        "channels": sorted(info.channels),
    }


def _check_bounds(length: timedelta) -> None:
    if not MIN_PERIOD <= length <= MAX_PERIOD:
        raise ValidationError("Between 1 minute and 365 days")


def _length(number: WholeNumber, unit: SelectField) -> timedelta:
    return timedelta(seconds=int(number.data or 0) * UNITS.get(str(unit.data), 0))


def _number(field: str, length: timedelta) -> dict[str, object]:
    """The number in the largest unit that it is whole in."""
    seconds = int(length.total_seconds())
    unit = next(name for name, size in reversed(UNITS.items()) if seconds % size == 0)
    return {field: seconds // UNITS[unit], f"{field}_unit": unit}

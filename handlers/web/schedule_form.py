"""The part of a check's form that says when signals are expected: three kinds, each with fields of its own."""

from __future__ import annotations

from wtforms import Form, RadioField, SelectChoice, StringField, TextAreaField
from wtforms.validators import InputRequired, StopValidation, ValidationError

from handlers.web.lengths import WholeNumber, length_of, length_values, unit_field
from tocsin.domain.schedule import (
    MAX_PERIOD,
    MIN_PERIOD,
    Cron,
    InvalidSchedule,
    OnCalendar,
    Schedule,
    Simple,
    parse_schedule,
)
from tocsin.domain.zones import InvalidZone, canonical
from tocsin.services.checks import PERIOD_BOUNDS

CRON_PRESETS = (
    ("*/10 * * * *", "Every 10 min"),
    ("0 * * * *", "Hourly"),
    ("30 3 * * *", "Nightly"),
    ("0 9 * * 1-5", "Weekdays"),
    ("0 9 * * 1", "Mondays"),
    ("0 6 1 * *", "Monthly"),
    ("0 18 L * *", "Last day"),
)
CALENDAR_PRESETS = (
    ("*:0/10", "Every 10 min"),
    ("hourly", "Hourly"),
    ("03:30", "Nightly"),
    ("Mon..Fri 09:00", "Weekdays"),
    ("Mon 09:00", "Mondays"),
    ("*-*-01 06:00", "Monthly"),
    ("*-*~01 18:00", "Last day"),
)
"""Expressions that many begin with, and what they are called."""
KINDS = [
    SelectChoice("simple", "Every so often"),
    SelectChoice("cron", "Cron"),
    SelectChoice("oncalendar", "OnCalendar"),
]
CRON_PARTS = ("minute", "hour", "day", "month", "weekday")
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
"""What crontab(5) lets people write in place of five parts."""


class OnlyFor:
    """Lets a field be whatever it is where another kind of schedule is chosen."""

    def __init__(self, *kinds: str) -> None:
        self.kinds = kinds

    def __call__(self, form: ScheduleFields, field: StringField) -> None:
        if form.kind.data not in self.kinds:
            field.errors = []
            raise StopValidation


def _spelled_out(text: str | None) -> str | None:
    return _NICKNAMES.get(text.strip().lower(), text) if text else text


class ScheduleFields:
    kind = RadioField("Schedule", choices=KINDS, default="simple")
    period = WholeNumber("Period", [OnlyFor("simple"), InputRequired("Type a whole number.")])
    period_unit = unit_field("Unit of the period")
    cron = StringField("Cron expression", [OnlyFor("cron")], filters=[_spelled_out])
    oncalendar = TextAreaField("OnCalendar expressions", [OnlyFor("oncalendar")])
    tz = StringField(
        "Time zone",
        [OnlyFor("cron", "oncalendar"), InputRequired("Type a time zone, such as Europe/Vienna.")],
        default="UTC",
        filters=[lambda text: text.strip() if text else text],
    )

    def validate_period(self, field: WholeNumber) -> None:
        """Asked here as well as by the service, so that all that is wrong shows at once; the others too."""
        if not MIN_PERIOD <= length_of(field, self.period_unit) <= MAX_PERIOD:
            raise ValidationError(PERIOD_BOUNDS)

    def validate_cron(self, field: StringField) -> None:
        """Counted first: to the service, other than five parts is a broken OnCalendar expression."""
        if len((field.data or "").split()) != len(CRON_PARTS):
            raise ValidationError(
                "Cron has five parts: minute, hour, day of month, month and day of week, such as 30 4 * * 1-5."
            )
        _read(field)

    def validate_oncalendar(self, field: TextAreaField) -> None:
        if isinstance(_read(field), Cron):
            raise ValidationError("These five parts are a cron expression: choose Cron above.")

    def validate_tz(self, field: StringField) -> None:
        try:
            canonical(field.data or "")
        except InvalidZone as refusal:
            raise ValidationError(str(refusal)) from refusal

    def schedule(self) -> Schedule:
        """What was asked for. Raises InvalidSchedule and InvalidZone where the fields are not valid."""
        if self.kind.data not in ("cron", "oncalendar"):
            return Simple(length_of(self.period, self.period_unit))
        typed = self.cron if self.kind.data == "cron" else self.oncalendar
        return parse_schedule(typed.data or "", self.tz.data or "")


class ScheduleForm(ScheduleFields, Form):
    """The schedule and its grace time alone, to be looked at while they are typed."""

    grace = WholeNumber("Grace time")
    grace_unit = unit_field("Unit of the grace time")


def schedule_values(schedule: Schedule) -> dict[str, object]:
    """What the fields start with; those of the other kinds with what a new check has."""
    values: dict[str, object] = {"kind": schedule.kind, **length_values("period", Simple().timeout)}
    if isinstance(schedule, Simple):
        return values | length_values("period", schedule.timeout)
    assert isinstance(schedule, Cron | OnCalendar)
    return values | {schedule.kind: schedule.expression, "tz": schedule.tz}


def _read(field: StringField) -> Cron | OnCalendar:
    """The zone is another field's business: any will do to judge an expression."""
    try:
        return parse_schedule(field.data or "")
    except InvalidSchedule as refusal:
        raise ValidationError(str(refusal)) from refusal

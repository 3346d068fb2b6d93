"""Adding a check and editing one, with a look at its schedule while that is typed."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from handlers.current import house
from handlers.web.access import check_or_404, project_or_404
from handlers.web.check_form import CheckForm, blank_values, values_of
from handlers.web.fingerprints import fingerprint, in_order
from handlers.web.foresight import foresee
from handlers.web.lengths import length_of
from handlers.web.pictures import Course, course
from handlers.web.schedule_form import CALENDAR_PRESETS, CRON_PARTS, CRON_PRESETS, ScheduleForm
from handlers.web.sending import sent
from handlers.web.session import actor
from tocsin.domain.schedule import MAX_PERIOD, MIN_PERIOD, InvalidSchedule
from tocsin.domain.zones import InvalidZone, all_zones, nearest
from tocsin.services.checks import Changed, InvalidCheck, Wishes, create_check, edit_check, wishes_of
from tocsin.stores.check_items import Info
from tocsin.stores.projects import Project

_MEANWHILE = (
    "Somebody has changed this check since you opened this page: its audit log tells what. "
    "Press Save again to set it to what stands here, or reload to see it as it is."
)


def add(project_id: str) -> ResponseReturnValue:
    project = project_or_404(project_id)
    channels = house().channels.of_project(project_id)
    form = CheckForm(sent(), data=blank_values(channels))
    form.offer(channels)
    if request.method == "POST" and form.validate() and (made := _create(project, form)):
        flash("The check is made. It wakes up with its first ping.")
        return redirect(url_for("web.check", check_id=made))
    return _form_page(form, project=project, channels=channels)


def edit(check_id: str) -> ResponseReturnValue:
    shown = check_or_404(check_id)
    channels = house().channels.of_project(shown.project.id)
    form = CheckForm(sent(), data=values_of(shown.stored, shown.info))
    form.offer(channels)
    if request.method == "POST" and form.validate() and _save(check_id, form):
        flash("Saved.")
        return redirect(url_for("web.check", check_id=check_id))
    seen = _print(wishes_of(shown.stored.check, shown.info))
    return _form_page(form, project=shown.project, channels=channels, check=shown, seen=seen)


def preview() -> ResponseReturnValue:
    """What the schedule in the query means, or what is wrong with it; nothing while there is none."""
    form = ScheduleForm(request.args)
    form.validate()
    return render_template("schedule_preview.html", form=form, typing=True, **_foreseen(form))


def _form_page(form: CheckForm, **facts: object) -> ResponseReturnValue:
    presets = {"cron": CRON_PRESETS, "oncalendar": CALENDAR_PRESETS}
    page = render_template("check_form.html", form=form, zones=all_zones(), presets=presets, **facts, **_foreseen(form))
    return page, 422 if form.errors else 200


def _foreseen(form: CheckForm | ScheduleForm) -> dict[str, object]:
    """What is read out of the schedule as it stands in the form, as far as it can be."""
    told: dict[str, object] = {"course": _course(form), "cron_parts": _cron_parts(form)}
    if form.kind.data in ("cron", "oncalendar") and form.tz.errors:
        told["zone"] = nearest(form.tz.data or "")
    try:
        return told | foresee(form.schedule(), now=house().clock())
    except (InvalidSchedule, InvalidZone):
        return told


def _course(form: CheckForm | ScheduleForm) -> Course | None:
    """For a schedule without a calendar: how long it is up, and late, if nothing is heard."""
    period, grace = length_of(form.period, form.period_unit), length_of(form.grace, form.grace_unit)
    fits = all(MIN_PERIOD <= length <= MAX_PERIOD for length in (period, grace))
    return course(period, grace) if form.kind.data == "simple" and fits else None


def _cron_parts(form: CheckForm | ScheduleForm) -> list[tuple[str, str]]:
    """What stands for what in an expression, as far as it is typed."""
    parts = (form.cron.data or "").split() if form.kind.data == "cron" else []
    return list(zip(CRON_PARTS, parts, strict=True)) if len(parts) == len(CRON_PARTS) else []


def _create(project: Project, form: CheckForm) -> str | None:
    try:
        return create_check(house().checks, project=project.id, wishes=form.wishes(), by=actor(), now=house().clock())
    except InvalidCheck as refusal:
        form.take(refusal.errors)
        return None


def _save(check_id: str, form: CheckForm) -> bool:
    try:
        edit_check(
            house().checks, check_id=check_id, wishes=form.wishes(), by=actor(), now=house().clock(), given=_as_seen
        )
    except InvalidCheck as refusal:
        form.take(refusal.errors)
    except Changed:
        form.form_errors.append(_MEANWHILE)
    return not form.errors


def _as_seen(wishes: Wishes) -> None:
    """Raises Changed for a check that is no longer what the form showed when it was opened."""
    seen = request.form.get("seen")
    if seen and seen != _print(wishes):
        raise Changed(seen)


def _print(wishes: Wishes) -> str:
    """Differs when something that can be set does."""
    return fingerprint(in_order(wishes.info), replace(wishes, info=Info()))

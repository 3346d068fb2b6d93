from __future__ import annotations

from datetime import timedelta

import pytest

from handlers.web.schedule_form import CALENDAR_PRESETS, CRON_PRESETS
from tests.fakes import START
from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.domain.schedule import Cron, OnCalendar, Schedule, Simple, parse_schedule

CRON = {"kind": "cron", "cron": "30 4 * * 1-5", "tz": "Europe/Vienna"}
CALENDAR = {"kind": "oncalendar", "oncalendar": "Mon..Fri 04:30", "tz": "Europe/Vienna"}
SIMPLE = {"kind": "simple", "period": "15", "period_unit": "minutes", "grace": "5", "grace_unit": "minutes"}
FIVE_PARTS = "Cron has five parts"


def add(site: Site, **typed: str) -> Page:
    return site.browser.submit(site.browser.get(f"{site.list_url}add"), **{"name": "Job", **typed})


def schedule_of(site: Site) -> Schedule:
    [(stored, _)] = site.house.checks.listing(site.project)
    return stored.check.schedule


def edit_url(site: Site) -> str:
    [(stored, _)] = site.house.checks.listing(site.project)
    return f"/checks/{stored.check.id}/edit"


@pytest.mark.parametrize(
    ("typed", "schedule"),
    [
        (CRON, Cron("30 4 * * 1-5", "Europe/Vienna")),
        ({**CRON, "cron": "  */5 * * * *  "}, Cron("*/5 * * * *", "Europe/Vienna")),
        ({**CRON, "tz": " Europe/Kiev "}, Cron("30 4 * * 1-5", "Europe/Kyiv")),
        (CALENDAR, OnCalendar("Mon..Fri 04:30", "Europe/Vienna")),
        (
            {**CALENDAR, "oncalendar": " weekly \r\n\r\n*-*-01 12:00 Asia/Tokyo\r\n"},
            OnCalendar("weekly\n*-*-01 12:00 Asia/Tokyo", "Europe/Vienna"),
        ),
        ({"kind": "simple", "period": "5", "period_unit": "minutes"}, Simple(timedelta(minutes=5))),
    ],
)
def test_schedule_of_each_kind_is_taken(site: Site, typed: dict[str, str], schedule: Schedule) -> None:
    """Spaces at the ends go, and a zone gets the name that it has today."""
    page = add(site, **typed)

    assert "The check is made." in page.text
    assert schedule_of(site) == schedule


@pytest.mark.parametrize(
    "typed",
    [
        {**CRON, "period": "x", "period_unit": "days", "oncalendar": "x"},
        {**CALENDAR, "period": "", "cron": "x"},
        {"kind": "simple", "period": "1", "cron": "x", "oncalendar": "x", "tz": "x"},
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_schedule_of_another_kind_is_not_looked_at(site: Site, typed: dict[str, str]) -> None:
    """What stands in the fields of the other kinds may be anything."""
    assert add(site, **typed).status == 200
    assert schedule_of(site).kind == typed["kind"]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({**CRON, "cron": ""}, "cron", FIVE_PARTS),
        ({**CRON, "cron": "0 4 * *"}, "cron", FIVE_PARTS),
        ({**CRON, "cron": "@reboot"}, "cron", FIVE_PARTS),
        ({**CRON, "cron": "0 0 4 * * *"}, "cron", FIVE_PARTS),
        ({**CRON, "cron": "61 4 * * *"}, "cron", "is not a cron schedule"),
        ({**CRON, "cron": "0 0 31 2 *"}, "cron", "is not a cron schedule"),
        ({**CRON, "cron": "0,1,2,3 * * * " + "1," * 60 + "1"}, "cron", "at most 100 characters"),
        ({**CRON, "cron": "0 4 * * ¼"}, "cron", "plain letters"),
        ({**CRON, "tz": ""}, "tz", "Type a time zone"),
        ({**CRON, "tz": "   "}, "tz", "is not a time zone"),
        ({**CRON, "tz": "Europe/Vienn"}, "tz", "take one such as Europe/Vienna"),
        ({**CRON, "tz": "../../etc/passwd"}, "tz", "is not a time zone"),
        ({**CALENDAR, "oncalendar": ""}, "oncalendar", "This schedule is empty"),
        ({**CALENDAR, "oncalendar": "30 4 * * 1-5"}, "oncalendar", "choose Cron above"),
        ({**CALENDAR, "oncalendar": "Someday"}, "oncalendar", "is not an OnCalendar schedule"),
        ({**CALENDAR, "oncalendar": "weekly\r\n*-*-* 12:00 Nowhere/Land"}, "oncalendar", "is not a time zone"),
        ({**CALENDAR, "tz": "x" * 5000}, "tz", "is not a time zone"),
        ({"kind": "fortnightly"}, "kind", "Not a valid choice"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_schedule_is_refused_beside_its_field(site: Site, typed: dict[str, str], field: str, sentence: str) -> None:
    """Nothing is made, and the form keeps what was typed, for the other kinds as well."""
    others = {"period": "77", "cron": "1 2 3 4 5", "oncalendar": "hourly"}

    page = add(site, **(others | typed))

    assert page.status == 422
    assert sentence in page.html.split(f'id="{field}-error"')[1].split("</p>")[0]
    kept = {name: [value] for name, value in (others | typed).items() if name != "kind" and "\r\n" not in value}
    assert kept.items() <= {
        name: [value.strip() for value in sent] for name, sent in page.form().values.items()
    }.items() or (field == "tz")
    assert field == "kind" or page.form().values["kind"] == [typed["kind"]]
    assert site.house.checks.listing(site.project) == []


def test_schedule_that_is_refused_shows_with_all_else_that_is_wrong(site: Site) -> None:
    """An expression, a zone and a grace time are told of at once."""
    page = add(site, kind="cron", cron="x", tz="x", grace="0", period="x")

    wrong = {field for field in ("cron", "tz", "grace", "period") if f'id="{field}-error"' in page.html}
    assert wrong == {"cron", "tz", "grace"}


@pytest.mark.parametrize("typed", [CRON, CALENDAR, {"kind": "simple", "period": "5", "period_unit": "minutes"}])
def test_schedule_sent_back_untouched_stays_as_it_is(site: Site, typed: dict[str, str]) -> None:
    """The form of a check holds its schedule, whatever its kind."""
    add(site, **typed)
    before = schedule_of(site)

    site.browser.submit(site.browser.get(edit_url(site)))

    assert schedule_of(site) == before


def test_schedule_changes_its_kind_there_and_back(site: Site) -> None:
    """Every kind can follow every other, and a watched check goes on with the new one."""
    add(site, **CRON)
    [(stored, _)] = site.house.checks.listing(site.project)
    site.ping(stored.check.id)

    for typed, kind in ((CALENDAR, OnCalendar), ({"kind": "simple"}, Simple), (CRON, Cron)):
        page = site.browser.submit(site.browser.get(edit_url(site)), **typed)
        assert "Saved." in page.text
        assert isinstance(schedule_of(site), kind)


def test_edit_page_reads_the_schedule_back(site: Site) -> None:
    """Words and the next five dates in the check's zone stand in its form, without JavaScript too."""
    add(site, **CRON)

    text = site.browser.get(edit_url(site)).text

    assert "at 04:30, Monday through Friday (Europe/Vienna)" in text
    assert "Mon 2 Mar, 04:30 Tue 3 Mar, 04:30 Wed 4 Mar, 04:30 Thu 5 Mar, 04:30 Fri 6 Mar, 04:30" in " ".join(
        text.replace("04:30", "04:30 ").split()
    )


def test_form_offers_all_zones(site: Site) -> None:
    """The list behind the field has today's names, UTC on top, and the field takes UTC unless told."""
    page = site.browser.get(f"{site.list_url}add")

    assert '<datalist id="zones"><option value="UTC"><option value="Africa/Abidjan">' in page.html
    assert '<option value="Europe/Kyiv">' in page.html
    assert page.form().values["tz"] == ["UTC"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (CRON, "at 04:30, Monday through Friday (Europe/Vienna)"),
        ({**CRON, "tz": "Europe/Kiev"}, "Europe/Kyiv"),
        (CALENDAR, "Monday through Friday at 04:30 (Europe/Vienna)"),
        ({**CALENDAR, "oncalendar": "2020-01-01"}, "No further date."),
        ({**CRON, "cron": "61 4 * * *"}, "is not a cron schedule"),
        ({**CRON, "cron": "61"}, FIVE_PARTS),
        ({**CRON, "tz": "Vien"}, "is not a time zone"),
        ({**CALENDAR, "oncalendar": "<script>"}, "&lt;script&gt;"),
        ({**CRON, "cron": ""}, "read back here"),
        ({"kind": "cron"}, "read back here"),
        ({"kind": "simple", "period": "x"}, "Type a whole number."),
        ({**SIMPLE, "period": "0"}, "Between 1 minute and 365 days"),
        ({**SIMPLE, "grace": "0"}, "Both lengths lie between 1 minute and 365 days."),
        (SIMPLE, "expected every 15 minutes. After 20 minutes of silence alerts go out."),
        ({"kind": "simple", "period": "1" * 500}, "Type a whole number."),
        ({"kind": "x", "cron": "x"}, "read back here"),
        ({}, "read back here"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_preview_reads_back_what_is_typed(site: Site, typed: dict[str, str], words: str) -> None:
    """A fragment with the words, or with what is wrong; never an error, whatever the query holds."""
    answer = site.browser.client.get("/schedule/preview", query_string=typed)

    assert answer.status_code == 200
    assert words in answer.text.replace("&#34;", '"')
    assert "<html" not in answer.text


def test_preview_shows_dates_by_the_clock_of_the_zone(site: Site) -> None:
    """Over the change to summer time the wall clock stays and the moment moves."""
    site.clock.advance(days=26)
    site.sign_in()
    html = site.browser.client.get("/schedule/preview", query_string={**CRON, "cron": "30 4 * * *"}).text

    assert '<time datetime="2026-03-28T03:30:00Z"' in html
    assert '<time datetime="2026-03-29T02:30:00Z"' in html
    assert html.count(", 04:30</time>") == 5


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_preview_takes_an_expression_apart(site: Site) -> None:
    """Each of cron's five parts has its name; the dates say how far they are."""
    text = site.browser.get("/schedule/preview?kind=cron&cron=30+4+*+*+1-5&tz=UTC").text

    assert "minute30hour4day*month*weekday1-5" in text
    assert "Mon 2 Mar, 04:30 in 16 hours" in text
    assert "Next 5 dates Mon" in text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_preview_proposes_a_zone(site: Site) -> None:
    """A city is enough to know what was meant, and one press takes it."""
    html = site.browser.get("/schedule/preview?kind=cron&cron=30+4+*+*+*&tz=vienna").html

    assert 'data-fill="tz" data-text="Europe/Vienna"' in html


@pytest.mark.parametrize(("name", "presets"), [("cron", CRON_PRESETS), ("oncalendar", CALENDAR_PRESETS)])
def test_quick_choices_are_valid_and_read_alike(name: str, presets: tuple[tuple[str, str], ...]) -> None:
    """Each kind of schedule has the same choices by the same names, and they have dates."""
    for text, _ in presets:
        assert parse_schedule(text).next_after(START)
        assert parse_schedule(text).kind == name
    assert [words for _, words in presets] == [words for _, words in CRON_PRESETS]


def test_nicknames_of_crontabs_are_spelled_out(site: Site) -> None:
    """Whoever pastes a line of a crontab gets what it means, to see."""
    page = site.browser.submit(site.browser.get(f"{site.list_url}add"), name="Dump", kind="cron", cron="@Daily")

    [(stored, _)] = site.house.checks.listing(site.project)
    assert page.status == 200
    assert stored.check.schedule == Cron("0 0 * * *", "UTC")

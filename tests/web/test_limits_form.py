from __future__ import annotations

from datetime import timedelta

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.run import Limits
from tocsin.stores.check_items import Info, Stored

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

ALL = {
    "max_duration": "2",
    "max_duration_unit": "hours",
    "min_duration": "30",
    "min_duration_unit": "seconds",
    "failure_tolerance": "3",
    "track_runs": "y",
}
LIMITS = Limits(timedelta(hours=2), timedelta(seconds=30), 3, track_runs=True)


def add(site: Site, **typed: str | None) -> Page:
    return site.browser.submit(site.browser.get(f"{site.list_url}add"), **{"name": "Job", **typed})


def only_check(site: Site) -> tuple[Stored, Info]:
    [found] = site.house.checks.listing(site.project)
    return found


def test_limits_are_off_unless_asked_for(site: Site) -> None:
    """A check made with only a name does what the protocol says."""
    add(site)

    assert only_check(site)[0].check.limits == Limits()


def test_limits_arrive_and_stay_when_sent_back(site: Site) -> None:
    """All four are kept, and sending the form untouched changes nothing."""
    add(site, **ALL)
    stored, _ = only_check(site)
    assert stored.check.limits == LIMITS

    page = site.browser.get(f"/checks/{stored.check.id}/edit")
    assert "open" in page.html.split('<details class="more"')[1].split(">")[0]
    site.browser.submit(page)

    assert only_check(site)[0].check.limits == LIMITS


@pytest.mark.parametrize("nothing", ["", "  ", "0"])
def test_limits_are_taken_back(site: Site, nothing: str) -> None:
    """An empty field, or nought, is no limit."""
    add(site, **ALL)
    page = site.browser.get(f"/checks/{only_check(site)[0].check.id}/edit")

    site.browser.submit(page, max_duration=nothing, min_duration=nothing, failure_tolerance=nothing, track_runs=None)

    assert only_check(site)[0].check.limits == Limits()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"max_duration": "x"}, "Type a whole number."),
        ({"max_duration": "-1"}, "Type a whole number."),
        ({"max_duration": "366", "max_duration_unit": "days"}, "Between 1 second and 365 days"),
        ({"max_duration": "999999999", "max_duration_unit": "days"}, "Between 1 second and 365 days"),
        ({"min_duration": "1.5"}, "Type a whole number."),
        ({"min_duration": "9999", "min_duration_unit": "days"}, "Between 1 second and 365 days"),
        (
            {"min_duration": "3", "max_duration": "2"},
            "No longer than a run may take: its time limit, or else the grace time",
        ),
        ({"failure_tolerance": "101"}, "From 0 to 100"),
        ({"failure_tolerance": "many"}, "Type a whole number."),
    ],
)
def test_limits_are_refused_beside_their_field(site: Site, typed: dict[str, str], sentence: str) -> None:
    """The sentence is at the field, the group is open, what was typed stays, and nothing is made."""
    page = add(site, **typed)

    field = next(iter(typed))
    assert page.status == 422
    assert sentence in page.html.split(f'id="{field}-error"')[1].split("</p>")[0]
    assert "open" in page.html.split('<details class="more"')[1].split(">")[0]
    assert all(page.form().values[name] == [value] for name, value in typed.items())
    assert site.house.checks.listing(site.project) == []


@pytest.mark.parametrize("places", [["filter_subject"], ["filter_body"], ["filter_http_body", "filter_subject"]])
def test_keywords_are_looked_for_where_it_was_ticked(site: Site, places: list[str]) -> None:
    """Requests and mails share their words; each place has a box of its own."""
    add(site, failure_kw="ERROR", **dict.fromkeys(places, "y"))
    stored, info = only_check(site)
    assert info.rules == Rules(**dict.fromkeys(places, True), keywords=Keywords(failure="ERROR"))

    page = site.browser.submit(site.browser.get(f"/checks/{stored.check.id}/edit"))
    assert "Saved." in page.text
    assert only_check(site)[1].rules == info.rules

    site.browser.submit(site.browser.get(f"/checks/{stored.check.id}/edit"), **dict.fromkeys(places))

    assert only_check(site)[1].rules == Rules(keywords=Keywords(failure="ERROR"))

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.web.browser import Page
from tests.web.conftest import Site
from tocsin.domain.ping import Keywords, Rules
from tocsin.domain.schedule import Simple
from tocsin.stores.check_items import Info, Stored

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

WORDS = {"start_kw": "begin", "success_kw": "done, ready", "failure_kw": "error", "default_fail": "1"}


def only_check(site: Site) -> tuple[Stored, Info]:
    [found] = site.house.checks.listing(site.project)
    return found


def add(site: Site, **typed: str | list[str] | None) -> Page:
    return site.browser.submit(site.browser.get(f"{site.list_url}add"), **{"name": "Job", **typed})


def test_check_form_makes_a_check_with_all_that_was_asked_for(site: Site) -> None:
    """Every field arrives where it belongs, and the new check's page comes next."""
    page = add(
        site,
        name="Nightly dump",
        slug="nightly-dump",
        tags="  prod   db ",
        desc="Look at db-1.\r\nThen call.",
        period="2",
        period_unit="days",
        grace="90",
        grace_unit="minutes",
        post_only="y",
        filter_http_body="y",
        manual_resume="y",
        **WORDS,
    )

    stored, info = only_check(site)
    assert page.url == f"/checks/{stored.check.id}"
    assert "The check is made." in page.text
    assert (info.name, info.slug, info.tags) == ("Nightly dump", "nightly-dump", "prod db")
    assert stored.check.schedule == Simple(timedelta(days=2))
    assert stored.check.grace == timedelta(minutes=90)
    assert stored.check.manual_resume
    assert info.rules == Rules(
        post_only=True,
        filter_http_body=True,
        keywords=Keywords(start="begin", success="done, ready", failure="error", default_fail=True),
    )


def test_check_form_starts_with_a_day_an_hour_and_all_channels(site: Site) -> None:
    """With only a name typed, the check expects a daily ping, gives an hour, and tells every channel."""
    add(site)

    stored, info = only_check(site)
    assert stored.check.schedule == Simple(timedelta(days=1))
    assert stored.check.grace == timedelta(hours=1)
    assert info.channels == {channel.id for channel in site.house.channels.of_project(site.project)}
    assert info.rules == Rules()


def test_check_form_tells_only_the_channels_ticked(site: Site) -> None:
    """Unticking the only channel makes a check that tells nobody, and its page warns of that."""
    page = add(site, channels=None)

    assert only_check(site)[1].channels == frozenset()
    assert "Nobody is told while all of them are off." in page.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Give it a name"),
        ({"name": "x" * 101}, "At most 100 characters"),
        ({"slug": "Not OK"}, "Only a-z, 0-9, - and _"),
        ({"slug": "x" * 101}, "Only a-z, 0-9, - and _"),
        ({"slug": "naïve"}, "Only a-z, 0-9, - and _"),
        ({"tags": "x" * 501}, "At most 500 characters"),
        ({"desc": "x" * 10_001}, "At most 10000 characters"),
        ({"period": ""}, "Type a whole number."),
        ({"period": "one"}, "Type a whole number."),
        ({"period": "-5"}, "Type a whole number."),
        ({"period": "1.5"}, "Type a whole number."),
        ({"period": "٣"}, "Type a whole number."),
        ({"period": "9" * 5000}, "Type a whole number."),
        ({"period": "0"}, "Between 1 minute and 365 days"),
        ({"period": "59", "period_unit": "seconds"}, "Between 1 minute and 365 days"),
        ({"period": "366"}, "Between 1 minute and 365 days"),
        ({"period": "999999999"}, "Between 1 minute and 365 days"),
        ({"period_unit": "fortnights"}, "Not a valid choice"),
        ({"grace": "0"}, "Between 1 minute and 365 days"),
        ({"grace": "8761"}, "Between 1 minute and 365 days"),
        ({"start_kw": "x" * 201}, "At most 200 characters"),
        ({"failure_kw": "x" * 201}, "At most 200 characters"),
        ({"default_fail": "maybe"}, "Not a valid choice"),
        ({"channels": ["00000000-0000-4000-8000-000000000001"]}, "not a valid choice"),
    ],
)
def test_check_form_refuses_beside_the_field_and_keeps_what_was_typed(
    site: Site, typed: dict[str, Any], sentence: str
) -> None:
    """Nothing is made; the sentence is tied to its field, and the form still holds everything."""
    page = add(site, **{"desc": "typed", "tags": "kept"} | typed)

    assert page.status == 422
    assert sentence.lower() in page.text.lower()
    field = next(iter(typed))
    assert f'id="{field}-error"' in page.html or field.endswith("_unit") or field == "channels"
    for name, value in ({"desc": "typed", "tags": "kept"} | typed).items():
        if name in ("period_unit", "default_fail", "channels"):
            continue
        assert page.form().values[name] == [value]
    assert site.house.checks.listing(site.project) == []


def test_check_form_shows_all_that_is_wrong_at_once(site: Site) -> None:
    """Somebody who typed three wrong things hears of three, not of one after the other."""
    page = add(site, name="", period="0", slug="NO")

    for field in ("name", "period", "slug"):
        assert f'id="{field}-error"' in page.html


def test_check_form_edits_without_losing_anything(site: Site) -> None:
    """The form of a check holds what it is; sending it untouched changes nothing."""
    add(site, slug="a-b", tags="x y", desc="Two\r\nlines", grace="90", grace_unit="seconds", manual_resume="y", **WORDS)
    stored, info = only_check(site)

    page = site.browser.submit(site.browser.get(f"/checks/{stored.check.id}/edit"))

    assert "Saved." in page.text
    after, info_after = only_check(site)
    assert (after.check, info_after) == (stored.check, info)
    assert after.check.grace == timedelta(seconds=90)


def test_check_form_unticks_what_was_ticked(site: Site) -> None:
    """Boxes that are cleared stay cleared, channels too."""
    add(site, post_only="y", manual_resume="y")
    stored, _ = only_check(site)

    page = site.browser.get(f"/checks/{stored.check.id}/edit")
    site.browser.submit(page, post_only=None, manual_resume=None, channels=None, slug="new-slug")

    after, info = only_check(site)
    assert not after.check.manual_resume
    assert not after.filtered
    assert (info.rules, info.channels, info.slug) == (Rules(), frozenset(), "new-slug")


def test_check_form_that_makes_a_check_overdue_shows_it_at_once(site: Site) -> None:
    """A shorter period turns a silent check down on the page that comes next."""
    check_id = site.check(timeout=timedelta(days=1))
    site.ping(check_id)
    site.clock.advance(hours=2)

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), period="1", period_unit="minutes")

    assert "Its new schedule made it overdue." in page.text


def test_check_form_refusal_of_an_edit_changes_nothing(site: Site) -> None:
    """A refused edit leaves the check as it is, and what was typed in the form."""
    check_id = site.check(name="Before")

    page = site.browser.submit(site.browser.get(f"/checks/{check_id}/edit"), name="After", grace="0")

    assert page.status == 422
    assert page.form().values["name"] == ["After"]
    assert only_check(site)[1].name == "Before"


def test_check_form_says_when_nobody_could_be_told(site: Site) -> None:
    """In a project without channels the form says so, and where to add one."""
    for channel in site.house.channels.of_project(site.project):
        site.house.channels.delete(channel)

    page = site.browser.get(f"{site.list_url}add")

    assert "There is no channel yet" in page.text
    assert site.channels_url in page.links


def test_edit_does_not_undo_what_somebody_changed_meanwhile(site: Site) -> None:
    """Whoever comes second is told, keeps what was typed, and may insist."""
    check_id = site.check(name="Dump")
    first, second = (site.browser.get(f"/checks/{check_id}/edit") for _ in range(2))
    site.browser.submit(first, name="Dump of the shop")

    late = site.browser.submit(second, desc="See the runbook")
    assert late.status == 422
    assert "Somebody has changed this check" in late.text
    assert only_check(site)[1].name == "Dump of the shop"

    assert "Saved." in site.browser.submit(late).text
    _, info = only_check(site)
    assert (info.name, info.desc) == ("Dump", "See the runbook")


def test_edit_may_come_after_pings(site: Site) -> None:
    """What jobs do to a check is no change of its settings."""
    check_id = site.check()
    page = site.browser.get(f"/checks/{check_id}/edit")
    site.ping(check_id)

    assert "Saved." in site.browser.submit(page, desc="Runs on db1").text


@pytest.mark.parametrize("name", ["\u200b", "\x00\x07", "\u202e \u200d"])
def test_name_that_nobody_could_see_is_none(site: Site, name: str) -> None:
    """A blank row in the list would have nothing to press."""
    page = site.browser.submit(site.browser.get(f"{site.list_url}add"), name=name)

    assert page.status == 422
    assert "Give it a name" in page.text


def test_name_keeps_what_is_seen_of_it(site: Site) -> None:
    """Joined emoji stay joined; what would turn the line round goes."""
    site.browser.submit(site.browser.get(f"{site.list_url}add"), name="\u202eNight \x07 \U0001f468\u200d\U0001f469 run")

    [(_, info)] = site.house.checks.listing(site.project)
    assert info.name == "Night \U0001f468\u200d\U0001f469 run"
